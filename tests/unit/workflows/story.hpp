// A session's story: given what happened, when a command comes, then what.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "workflows/json/session.hpp"
#include "workflows/session/decide.hpp"
#include "workflows/session/evolve.hpp"

namespace recapd::workflows::test {

using namespace std::chrono_literals;

/// Precondition: the text is RFC 3339.
[[nodiscard]] instant at(std::string_view text);

/// `tutor:ann`. Precondition: it is a person.
[[nodiscard]] person who(std::string_view text);

inline const person ann{.as = role::tutor, .id = "ann"};
inline const person bob{.as = role::student, .id = "bob"};
inline const person cal{.as = role::student, .id = "cal"};
inline const person eve{.as = role::support, .id = "eve"};
inline const person sis{.as = role::system, .id = "sis"};

/// Monday morning in New York.
inline const instant start = at("2026-11-23T14:30:00Z");
inline const instant deadline = start + 72h;
inline const instant just_late = deadline + 1us;

/// A recap of so many characters.
[[nodiscard]] recap recap_of(int characters);
inline const recap good = recap_of(150);
inline const submit_recap hands_in{.written = good};

/// An online session of tutor ann in MATH101 with these students.
[[nodiscard]] schedule_session plan(std::vector<std::string> students = {"bob"},
                                    modality how = modality::online);

[[nodiscard]] correct_minutes to(std::int64_t minutes);
[[nodiscard]] log_time log_of(std::int64_t minutes, bool leave_call = false);
[[nodiscard]] complete_session complete_of(std::int64_t minutes,
                                           const recap &written = good,
                                           bool leave_call = false);

/// A decision in a line: the events' types, `nothing`, or
/// `refused too-early invalid-minutes`.
[[nodiscard]] std::string summary(const decision &d);

/// The refusal with that code. Precondition: there is one.
[[nodiscard]] refusal refusal_in(const decision &d, refusal_code code);

/// Session `s1`, which does not exist yet.
[[nodiscard]] session unborn();

class story;
/// The session as its events make it, once they are written and read.
[[nodiscard]] session read_back(const story &told);

/// One session and the counters it meets, without any actor or store.
class story {
public:
  rules r;
  session s = unborn();
  std::vector<event> history;
  std::map<usage_key, std::int64_t> used;

  /// Decides a command and, if it is accepted, lets its events happen. The
  /// command is received at `received` and decided then, or later at `now`.
  decision when(const command &c, const person &by, instant received);
  decision when(const command &c, const person &by, instant received,
                instant now);
  /// Does as when(), and returns the decision in a line.
  std::string then(const command &c, const person &by, instant received) {
    return summary(when(c, by, received));
  }
  std::string then(const command &c, const person &by, instant received,
                   instant now) {
    return summary(when(c, by, received, now));
  }
  /// Does as when() with a command that has to be accepted; throws otherwise.
  story &given(const command &c, const person &by, instant received);

  story &scheduled(const schedule_session &what = plan());
  /// Scheduled, and every student going.
  story &ready(const schedule_session &what = plan());
  story &logged(std::int64_t minutes = 60);  ///< an hour after the start
  story &submitted();                        ///< by the tutor, logged before
  story &completed();                        ///< by every student's recap
  story &settled();                          ///< paid, with the last event
  std::string fires(instant now);            ///< timers
  [[nodiscard]] facts facts_of(const command &c, const person &by,
                               instant received, instant now) const;

private:
  void happen(const std::vector<event> &events);
};

/// A session whose time is logged, and which is missed.
[[nodiscard]] story missed_after_logging();

/// The settlement of a session, as the payout actor makes it.
[[nodiscard]] transfer settlement(const session &s);

}  // namespace recapd::workflows::test
