// Terms: sessions that share counters, replayed together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <optional>

#include "workflows/whatif/summary.hpp"

namespace recapd::workflows {

/// Plays the scripts of sessions in one order, by the moments of their cues, so
/// that limits fill as they would have. Sessions of one week share counters
/// with no others.
class term {
public:
  /// The rules must outlive the term. Looks at what falls due up to `now`.
  term(const rulebook &judged, instant now) : judged_{judged}, now_{now} {}

  /// Adds a session that is replayed; all are added before `play`.
  void add_replayed(script one);
  /// Adds a session whose hours are as they are; nothing else of it is kept.
  void add_followed(script one);

  /// Plays all; returns false where it stopped, since `goes_on` was false.
  [[nodiscard]] bool play(const std::function<bool()> &goes_on);

  [[nodiscard]] whatif_summary summary() const;
  /// Calls `with` for each replayed session.
  void
  each(const std::function<void(const script &, const replay &)> &with) const;

private:
  struct player {
    script of;
    std::optional<replay> played;  ///< absent: the session is followed
    std::size_t next_cue = 0;      ///< of a followed session

    [[nodiscard]] std::optional<instant> next() const;
    void go_on(hours &counted);
  };

  const rulebook &judged_;
  instant now_;
  hours counted_;
  std::deque<player> players_;
};

/// Returns the day number of the Thursday of the week in which a session counts
/// its hours.
[[nodiscard]] int week_of(const whereabouts &at, int first_weekday);

/// The instants between which all sessions begin that may count in a week,
/// whatever their time zones.
struct week_span {
  instant from;
  instant to;
};
[[nodiscard]] week_span span_of(int thursday, int first_weekday);

}  // namespace recapd::workflows
