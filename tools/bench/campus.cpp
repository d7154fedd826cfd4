// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/campus.hpp"
#include <array>
#include <chrono>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace recapd::bench {

namespace {

// A recap as a tutor writes it, with 200 characters in its parts together.
constexpr const char *recap =
    R"({"topics_covered":"Chain rule, implicit differentiation, and the two )"
    R"(related-rates problems of last week.","how_tutee_did":"Set up both )"
    R"(without help; still drops the inner derivative.","next_steps":"Redo )"
    R"(problems 14 to 22 by Thursday, then one past exam."})";

/// Returns the minutes of a tutor's k-th session: 20 and 25 in turn, from one
/// student to the next and from one session of a student's to the next. A
/// week's 40 sessions have 900.
int minutes_of(std::size_t k) {
  return (k / students_per_tutor + k % students_per_tutor) % 2 == 0 ? 25 : 20;
}

std::string data_of(const lesson &l, step s, const std::string &starts_at) {
  switch (s) {
  case step::schedule:
    return fmt::format(R"({{"tutor":"{}","course":"{}","starts_at":"{}",)"
                       R"("modality":"in_person","students":["{}"]}})",
                       l.tutor, l.course, starts_at, l.student);
  case step::accept:
    return fmt::format(R"({{"student":"{}"}})", l.student);
  case step::complete:
    return fmt::format(R"({{"minutes":{},"recap":{}}})", l.minutes, recap);
  case step::confirm:
    break;
  }
  return fmt::format(R"({{"recap":{}}})", recap);
}

struct step_name {
  const char *type;
  const char *role;
};

step_name name_of(step s) {
  constexpr std::array names{step_name{"session.schedule", "tutor"},
                             step_name{"participant.accept", "student"},
                             step_name{"session.complete", "tutor"},
                             step_name{"recap.submit", "student"}};
  return names.at(static_cast<std::size_t>(s));
}

}  // namespace

campus::campus(std::string starts_at, std::string prefix)
    : starts_at_{std::move(starts_at)}, prefix_{std::move(prefix)} {}

lesson campus::at(std::size_t i) const {
  const auto number = i / generation;
  const auto tutor = i % tutors;
  const auto k = i % generation / tutors;
  return {.session = fmt::format("ses-{}-{:09}", prefix_, i),
          .tutor = fmt::format("tut-{}-{:03}{:04}", prefix_, number, tutor),
          .student = fmt::format("stu-{}-{:03}{:04}{}", prefix_, number, tutor,
                                 k % students_per_tutor),
          .course = fmt::format("CRS-{:03}", tutor % courses),
          .minutes = minutes_of(k)};
}

std::string campus::event(std::size_t i, step s) const {
  const auto l = at(i);
  const auto name = name_of(s);
  const std::string_view role = name.role;
  return fmt::format(
      R"({{"specversion":"1.0","id":"{}.{}","source":"urn:campus:bench",)"
      R"("type":"recapd.{}","subject":"{}","authid":"{}:{}","data":{}}})",
      l.session, static_cast<int>(s), name.type, l.session, role,
      role == "tutor" ? l.tutor : l.student, data_of(l, s, starts_at_));
}

totals totals_of(std::size_t count) {
  totals t;
  for (std::size_t i = 0; i < count; ++i) {
    const auto minutes = minutes_of(i % generation / tutors);
    t.minutes += minutes;
    t.pay += (minutes * rate_per_hour + 30) / 60;
  }
  t.full_tutors = count / generation * tutors;
  const auto rest = count % generation;
  if (rest > generation - tutors) t.full_tutors += rest - (generation - tutors);
  return t;
}

std::string time_from_now(std::chrono::seconds after) {
  const auto at = std::chrono::system_clock::now() + after;
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

std::string node_config() {
  return fmt::format(R"({{
  "log": {{ "level": "warn" }},
  "policy": {{
    "limits": {{ "tutor_minutes_per_week": {},
                "student_course_minutes_per_week": 115,
                "pair_sessions_per_day": {} }},
    "pay": {{ "rate_per_hour": {}, "currency": "USD" }} }} }}
)",
                     tutor_week_minutes,
                     sessions_per_tutor / students_per_tutor, rate_per_hour);
}

}  // namespace recapd::bench
