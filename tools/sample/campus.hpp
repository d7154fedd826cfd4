// A made-up campus: its people, its week of sessions, and what each does when.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "workflows/time.hpp"

namespace recapd::sample {

namespace json = boost::json;
using workflows::instant;

/// Who decides for support.
inline constexpr const char *support = "support:eve";

/// One command and when it is given.
struct step {
  instant at;
  json::object event;
};

/// What becomes of a session; the plan gives each its share.
enum class scenario {
  plain,           ///< completed at once, the student's recap follows
  two_parts,       ///< time first, the tutor's recap later
  group,           ///< several students, one does not come and is removed
  late,            ///< logged on the third day, after reminders
  fumbled,         ///< refused again and again until it is right
  left_open,       ///< logged while a student is still in the call
  substituted,     ///< a student declines, another is invited
  cancelled,       ///< called off before it begins
  silent_student,  ///< the student never writes a recap
  missed,          ///< nobody logs, nobody asks
  reopened,        ///< missed, asked for, reopened, completed
  denied,          ///< missed, asked for, denied
  voided,          ///< paid, then taken back
  never_recapped,  ///< time logged, no tutor's recap: missed
};

struct session {
  std::string id;
  std::string tutor;
  std::string course;
  std::vector<std::string> students;
  instant starts_at;
  int minutes = 60;
  bool online = true;
  std::string timezone;
};

/// Plans a week from a seed: the same seed and Monday give the same steps.
class campus {
public:
  /// `monday`: 00:00 UTC of the week; sessions are planned on the day before.
  campus(std::uint64_t seed, int tutors, instant monday);

  /// Returns all steps in order of time, a session's own in their order.
  [[nodiscard]] std::vector<step> plan();
  /// Returns when the last reminder of the week is out: a Monday afternoon,
  /// when some sessions of that day are under way.
  [[nodiscard]] instant end() const;
  /// Returns whoever occurs in what was planned, as ROLE:ID.
  [[nodiscard]] const std::set<std::string> &people() const { return people_; }

private:
  [[nodiscard]] std::size_t pick(std::size_t n) { return rng_() % n; }
  [[nodiscard]] session book(std::size_t tutor, int day, int slot,
                             std::size_t students);
  [[nodiscard]] std::string free_student(const session &s, int day, int slot);
  /// Books a session of a made-up tutor's, in a course with rules of its own.
  [[nodiscard]] session book_special(std::string_view tutor,
                                     std::string_view course, int day,
                                     std::vector<std::string> students);
  /// Books a session to which its first student comes, near the plan's end.
  session book_today(std::string_view tutor, std::string_view course,
                     instant starts_at, std::vector<std::string> students);
  [[nodiscard]] json::object recap(bool long_enough = true);

  // The parts of a scenario.
  void add(instant at, const session &s, std::string_view type,
           const std::string &by, json::object data);
  /// Adds the last command once more, as an impatient client sends it.
  void repeat(instant at);
  void schedule(const session &s);
  void accept(const session &s, const std::string &student);
  void accept_all(const session &s);
  void join(const session &s, const std::string &person);
  void leave(const session &s, const std::string &person);
  void hold(const session &s);
  void complete(const session &s, instant at, int minutes,
                bool leave_call = false);
  void students_recap(const session &s, instant after);

  // The scenarios.
  void play(scenario which, session s);
  void play_group(session s);
  void play_fumbled(const session &s);
  void play_left_open(const session &s);
  void play_substituted(session s);
  void play_support(scenario which, const session &s);
  void play_voided(const session &s);
  void plan_overworked_tutor();
  void plan_eager_student();
  void plan_same_day_pair();
  void plan_full_course();
  void plan_silent_confirmed();
  void plan_one_for_all();
  void plan_today();
  void plan_flagged(instant now);
  void plan_asked(instant now);
  void plan_disputed(instant now);
  void dispute(const session &s, instant at, const std::string &by,
               std::string_view reason);

  std::mt19937_64 rng_;
  int tutors_;
  instant monday_;
  std::vector<step> steps_;
  std::size_t sessions_ = 0;
  std::set<std::string> people_;
  std::map<std::string, int> commands_;  ///< how many of each session, for ids
  std::set<std::string> busy_;  ///< who has which slot, and pairs of a day
  std::map<std::string, int> minutes_;  ///< of a student in a course
};

}  // namespace recapd::sample
