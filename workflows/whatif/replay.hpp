// Replays: a session's commands decided anew, under another policy.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workflows/whatif/hours.hpp"

namespace recapd::workflows {

/// Plays one session's script under other rules, cue by cue. Between cues it
/// looks at what falls due, up to `now`, at the moment at which that is due. A
/// look for which the session waited in fact, too, takes place when it did:
/// where the engine was away, it is as late.
class replay {
public:
  /// The script and the rules must outlive the replay.
  replay(const script &of, const rulebook &judged, instant now);

  /// Returns the moment at which something happens next; nothing at the end.
  [[nodiscard]] std::optional<instant> next() const;
  /// Does what happens next, and counts it.
  void go_on(hours &counted);

  [[nodiscard]] const ending &would() const { return would_; }
  /// Returns, as a sentence, the first command that is decided otherwise than
  /// it was; empty: none was so far.
  [[nodiscard]] const std::string &first_difference() const { return first_; }

private:
  [[nodiscard]] std::optional<instant> own_look() const;
  void play(const cue &c, hours &counted);
  void look(instant at, hours &counted);
  void happen(std::vector<event> decided, hours &counted);
  void note(const cue &c, const std::vector<refusal_code> &would);
  [[nodiscard]] facts facts_of(const cue &c) const;
  [[nodiscard]] const rules &rules_now() const;

  const script &of_;
  const rulebook &judged_;
  instant now_;
  std::size_t next_cue_ = 0;
  bool stands_ = false;  ///< a look found nothing: none is to come by itself
  std::optional<instant> next_look_;
  ending would_;
  std::string first_;
};

}  // namespace recapd::workflows
