// What is done with a session in each scenario.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <chrono>

#include "tools/sample/campus.hpp"

namespace recapd::sample {

namespace {

using namespace std::chrono_literals;
using std::chrono::hours;
using std::chrono::minutes;

constexpr const char *registrar = "system:registrar";

std::string tutor_of(const session &s) {
  return "tutor:" + s.tutor;
}

instant end_of(const session &s) {
  return s.starts_at + minutes{s.minutes};
}

}  // namespace

void campus::schedule(const session &s) {
  json::array students;
  people_.insert(tutor_of(s));
  for (const auto &id : s.students) {
    people_.insert("student:" + id);
    students.emplace_back(id);
  }
  json::object data{
      {"tutor", s.tutor},
      {"course", s.course},
      {"starts_at", workflows::format_rfc3339(s.starts_at)},
      {"modality", s.online ? "online" : "in_person"},
      {"students", std::move(students)},
      {"program", s.course.starts_with("ENGL") ? "writing" : "campus"},
      {"timezone", s.timezone}};
  if (s.course.starts_with("CS")) data["rate_per_hour"] = 1800;
  add(monday_ - 12h, s, "session.schedule", registrar, std::move(data));
}

void campus::accept(const session &s, const std::string &student) {
  add(monday_ - 6h + minutes{15 * pick(16)}, s, "participant.accept",
      "student:" + student, {{"student", student}});
}

void campus::accept_all(const session &s) {
  for (const auto &student : s.students)
    accept(s, student);
}

void campus::join(const session &s, const std::string &person) {
  add(s.starts_at, s, "call.join", person, {{"participant", person}});
}

void campus::leave(const session &s, const std::string &person) {
  add(end_of(s), s, "call.leave", person, {{"participant", person}});
}

void campus::hold(const session &s) {
  if (!s.online) return;
  join(s, tutor_of(s));
  for (const auto &student : s.students)
    join(s, "student:" + student);
  for (const auto &student : s.students)
    leave(s, "student:" + student);
  leave(s, tutor_of(s));
}

void campus::complete(const session &s, instant at, int logged,
                      bool leave_call) {
  json::object data{{"minutes", logged}, {"recap", recap()}};
  if (leave_call) data["leave_call"] = true;
  add(at, s, "session.complete", tutor_of(s), std::move(data));
}

void campus::students_recap(const session &s, instant after) {
  for (const auto &student : s.students)
    add(after + minutes{15 * pick(80)}, s, "recap.submit", "student:" + student,
        {{"recap", recap()}});
}

void campus::play(scenario which, session s) {
  if (which == scenario::group) return play_group(std::move(s));
  if (which == scenario::substituted) return play_substituted(std::move(s));
  schedule(s);
  if (which == scenario::cancelled) {
    add(s.starts_at - 3h, s, "session.cancel", tutor_of(s),
        {{"reason", "The tutor is ill."}});
    return;
  }
  if (which == scenario::fumbled) return play_fumbled(s);
  accept_all(s);
  if (which == scenario::left_open) return play_left_open(s);
  hold(s);
  // Tutors write down what they remember; the engine rounds up.
  const int remembered = s.minutes - static_cast<int>(pick(5));
  const auto after = end_of(s) + minutes{15 * pick(8)};
  switch (which) {
  case scenario::two_parts:
    add(after, s, "session.log_time", tutor_of(s), {{"minutes", remembered}});
    add(after + 8h, s, "recap.submit", tutor_of(s), {{"recap", recap()}});
    return students_recap(s, after + 9h);
  case scenario::late:
    complete(s, s.starts_at + 50h, remembered);
    repeat(s.starts_at + 50h);
    return students_recap(s, s.starts_at + 60h);
  case scenario::silent_student:
    return complete(s, after, remembered);
  case scenario::never_recapped:
    return add(after, s, "session.log_time", tutor_of(s),
               {{"minutes", remembered}});
  case scenario::missed:
  case scenario::reopened:
  case scenario::denied:
    return play_support(which, s);
  case scenario::voided:
    return play_voided(s);
  default:
    complete(s, after, remembered);
    return students_recap(s, after + 1h);
  }
}

void campus::play_group(session s) {
  schedule(s);
  accept_all(s);
  const auto absent = s.students.back();
  s.students.pop_back();
  hold(s);
  add(end_of(s), s, "participant.remove", tutor_of(s), {{"student", absent}});
  complete(s, end_of(s) + 30min, s.minutes);
  students_recap(s, end_of(s) + 2h);
}

void campus::play_fumbled(const session &s) {
  const auto by = tutor_of(s);
  // The command is too early, and the student has not even answered.
  complete(s, s.starts_at - 1h, s.minutes);
  add(s.starts_at, s, "participant.accept", registrar,
      {{"student", s.students.front()}});
  add(end_of(s), s, "session.log_time", by, {{"minutes", 240}});
  add(end_of(s), s, "session.complete", by,
      {{"minutes", s.minutes}, {"recap", recap(false)}});
  add(end_of(s), s, "session.complete", "tutor:somebody-else",
      {{"minutes", s.minutes}, {"recap", recap()}});
  complete(s, end_of(s) + 15min, s.minutes);
  complete(s, end_of(s) + 15min, s.minutes);
  students_recap(s, end_of(s) + 1h);
}

void campus::play_left_open(const session &s) {
  const auto student = "student:" + s.students.front();
  if (s.online) {
    join(s, tutor_of(s));
    join(s, student);
    complete(s, end_of(s), s.minutes);
  }
  complete(s, end_of(s), s.minutes, s.online);
  if (s.online) leave(s, student);
  students_recap(s, end_of(s) + 3h);
}

void campus::play_substituted(session s) {
  schedule(s);
  const auto first = s.students.front();
  const auto second = first + "-friend";
  add(monday_ - 4h, s, "participant.decline", "student:" + first,
      {{"student", first}});
  add(monday_ - 2h, s, "participant.invite", tutor_of(s),
      {{"student", second}});
  add(monday_ - 1h, s, "participant.accept", "student:" + second,
      {{"student", second}});
  s.students = {second};
  hold(s);
  complete(s, end_of(s) + 15min, s.minutes);
  students_recap(s, end_of(s) + 2h);
}

void campus::play_support(scenario which, const session &s) {
  if (which == scenario::missed) return;
  const auto asked = s.starts_at + 75h;
  // The command is three hours too late: only support can help.
  complete(s, asked, s.minutes);
  add(asked, s, "support.request", tutor_of(s),
      {{"message", "I was ill and could not log the session in time."}});
  if (which == scenario::denied)
    return add(asked + 20h, s, "support.deny", support,
               {{"note", "Third time this term."}});
  add(asked + 4h, s, "support.reopen", support,
      {{"hours", 24}, {"note", "Doctor's note received."}});
  complete(s, asked + 10h, s.minutes);
  students_recap(s, asked + 12h);
}

void campus::play_voided(const session &s) {
  complete(s, end_of(s), s.minutes);
  for (const auto &student : s.students)
    add(end_of(s) + 1h, s, "recap.submit", "student:" + student,
        {{"recap", recap()}});
  add(end_of(s) + 20h, s, "support.correct", support,
      {{"minutes", s.minutes - 10},
       {"note", "The student reports that the session ended early."}});
  add(end_of(s) + 26h, s, "support.void", support,
      {{"note", "The student reports that the session did not take place."}});
}

}  // namespace recapd::sample
