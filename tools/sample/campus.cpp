// SPDX-License-Identifier: Apache-2.0
#include "tools/sample/campus.hpp"
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <fmt/format.h>

#include "tools/sample/names.hpp"

namespace recapd::sample {

namespace {

using namespace std::chrono_literals;
using std::chrono::hours;
using std::chrono::minutes;

constexpr int days_a_week = 5;
constexpr int slots_a_day = 6;
constexpr int sessions_a_tutor = 8;
constexpr int student_course_limit = 180;
constexpr std::string_view east = "America/New_York";
constexpr std::string_view west = "America/Los_Angeles";

std::string name(std::string_view who, std::string_view id) {
  return std::string{who} + ":" + std::string{id};
}

std::string day_key(const std::string &who, int day) {
  return fmt::format("{}/{}", who, day);
}

std::string slot_key(const std::string &who, int day, int slot) {
  return fmt::format("{}/{}/{}", who, day, slot);
}

/// Returns when a slot of an hour and a half starts: from 9 on (winter time).
instant slot_start(instant monday, int day, int slot, bool western) {
  return monday + hours{24 * day + (western ? 17 : 14)} + minutes{90 * slot};
}

}  // namespace

campus::campus(std::uint64_t seed, int tutor_count, instant monday)
    : rng_{seed}, tutors_{tutor_count}, monday_{monday} {}

instant campus::end() const {
  // The week, its deadlines, a reopened window, a silent student's week, and
  // until four in the afternoon (winter time).
  return monday_ + hours{24 * (7 + 3 + 2 + 9) + 21};
}

std::string campus::free_student(const session &s, int day, int slot) {
  for (;;) {
    auto student = fmt::format("{}-{}", first_names[pick(first_names.size())],
                               last_names[pick(last_names.size())]);
    auto &spent = minutes_[student + "/" + s.course];
    if (spent + s.minutes > student_course_limit) continue;
    if (busy_.contains(day_key(s.tutor + "+" + student, day))) continue;
    if (!busy_.insert(slot_key(student, day, slot)).second) continue;
    busy_.insert(day_key(s.tutor + "+" + student, day));
    spent += s.minutes;
    return student;
  }
}

session campus::book(std::size_t tutor, int day, int slot,
                     std::size_t students) {
  const bool western = tutor % 4 == 3;
  session s;
  s.id =
      fmt::format("{}-{:03}", workflows::format_rfc3339(monday_).substr(0, 10),
                  ++sessions_);
  s.tutor = tutors[tutor];
  // A tutor teaches two courses.
  s.course = courses[(tutor + pick(2) * 5) % courses.size()];
  s.starts_at = slot_start(monday_, day, slot, western);
  s.minutes = static_cast<int>(30 + 15 * pick(4));
  s.online = pick(4) != 0;
  s.timezone = western ? west : east;
  for (std::size_t i = 0; i < students; ++i)
    s.students.push_back(free_student(s, day, slot));
  return s;
}

json::object campus::recap(bool long_enough) {
  if (!long_enough)
    return {{"topics_covered", "Fractions."},
            {"how_tutee_did", "Fine."},
            {"next_steps", ""}};
  const auto text = [](std::string_view t) { return json::string{t}; };
  return {{"topics_covered", text(topics[pick(topics.size())])},
          {"how_tutee_did", text(progress[pick(progress.size())])},
          {"next_steps", text(plans[pick(plans.size())])}};
}

void campus::repeat(instant at) {
  auto again = steps_.back().event;
  steps_.push_back({at, std::move(again)});
}

void campus::add(instant at, const session &s, std::string_view type,
                 const std::string &by, json::object data) {
  people_.insert(by);
  const auto number = ++commands_[s.id];
  json::object e{
      {"specversion", "1.0"}, {"id", fmt::format("{}-{}", s.id, number)},
      {"source", "/campus"},  {"type", "recapd." + std::string{type}},
      {"subject", s.id},      {"time", workflows::format_rfc3339(at)},
      {"authid", by},         {"data", std::move(data)}};
  steps_.push_back({at, std::move(e)});
}

std::vector<step> campus::plan() {
  // The scenarios of 40 sessions in a row; those not listed are plain.
  const std::vector<scenario> shares{
      scenario::two_parts,   scenario::two_parts,      scenario::two_parts,
      scenario::two_parts,   scenario::group,          scenario::group,
      scenario::group,       scenario::group,          scenario::late,
      scenario::late,        scenario::late,           scenario::fumbled,
      scenario::fumbled,     scenario::left_open,      scenario::left_open,
      scenario::substituted, scenario::substituted,    scenario::cancelled,
      scenario::cancelled,   scenario::silent_student, scenario::missed,
      scenario::reopened,    scenario::reopened,       scenario::denied,
      scenario::voided,      scenario::never_recapped};
  std::vector<scenario> deck;
  for (int tutor = 0; tutor < tutors_; ++tutor) {
    for (int n = 0; n < sessions_a_tutor; ++n) {
      if (deck.empty()) {
        deck = shares;
        deck.resize(40, scenario::plain);
        for (auto i = deck.size(); i > 1; --i)
          std::swap(deck[i - 1], deck[pick(i)]);
      }
      // Two different hours on most days keep a tutor from being in two places.
      const int day = n % days_a_week;
      const int slot = static_cast<int>(pick(slots_a_day / 2)) * 2
                       + (n >= days_a_week ? 1 : 0);
      const auto students = deck.back() == scenario::group ? 2 + pick(3) : 1;
      play(deck.back(),
           book(static_cast<std::size_t>(tutor), day, slot, students));
      deck.pop_back();
    }
  }
  plan_overworked_tutor();
  plan_eager_student();
  plan_same_day_pair();
  plan_full_course();
  plan_silent_confirmed();
  plan_one_for_all();
  plan_today();
  plan_disputed(end());
  std::ranges::stable_sort(steps_, {}, &step::at);
  return std::move(steps_);
}

void campus::plan_overworked_tutor() {
  // Ten full sessions fill the week's 900 minutes; the eleventh is refused.
  for (int n = 0; n < 11; ++n) {
    const int day = n / 3;
    const int slot = n % 3;
    auto s = book(0, day, slot, 0);
    s.tutor = "otis-overtime";
    s.minutes = 90;
    s.online = false;
    s.students = {free_student(s, day, slot)};
    schedule(s);
    accept_all(s);
    const auto at = s.starts_at + 90min;
    complete(s, at, 90);
    if (n < 10)
      students_recap(s, at + 3h);
    else
      add(at + 24h, s, "session.cancel", name("tutor", s.tutor),
          {{"reason", "The week's minutes were used up."}});
  }
}

void campus::plan_eager_student() {
  // A student has three tutors in one course: the third session would pass the
  // student's minutes a week there.
  for (int n = 0; n < 3; ++n) {
    auto s = book(static_cast<std::size_t>(n), 1 + n, 5, 0);
    s.tutor = fmt::format("extra-help-{}", n + 1);
    s.course = courses[0];
    s.minutes = 90;
    s.online = false;
    s.timezone = east;
    s.students = {"ernest-eager"};
    schedule(s);
    accept_all(s);
    const auto at = s.starts_at + 90min;
    complete(s, at, 90);
    students_recap(s, at + 2h);
  }
}

void campus::plan_same_day_pair() {
  // One pair meets twice on one day: the second session does not count.
  for (int n = 0; n < 2; ++n) {
    auto s = book(1, 2, 2 + 2 * n, 0);
    s.tutor = "pat-twice";
    s.course = courses[1];
    s.minutes = 45;
    s.online = false;
    s.timezone = east;
    s.students = {"terry-twice"};
    schedule(s);
    accept_all(s);
    const auto at = s.starts_at + 60min;
    complete(s, at, 45);
    students_recap(s, at + 2h);
  }
}

session campus::book_special(std::string_view tutor, std::string_view course,
                             int day, std::vector<std::string> students) {
  auto s = book(0, day, slots_a_day - 1, 0);
  s.tutor = tutor;
  s.course = course;
  s.minutes = 60;
  s.online = false;
  s.timezone = east;
  s.students = std::move(students);
  schedule(s);
  accept_all(s);
  return s;
}

void campus::plan_full_course() {
  // The whole course has two hours a week (campus.json): the third is refused.
  for (int n = 0; n < 3; ++n) {
    const auto s = book_special("lara-lab", "LAB100", 1 + n,
                                {fmt::format("lab-student-{}", n + 1)});
    complete(s, s.starts_at + 75min, s.minutes);
    students_recap(s, s.starts_at + 2h);
  }
}

void campus::plan_silent_confirmed() {
  // The student's recap is given by silence after two days (campus.json).
  const auto s = book_special("wes-well", "WELL100", 2, {"silent-sid"});
  complete(s, s.starts_at + 75min, s.minutes);
}

void campus::plan_one_for_all() {
  // One recap of three students is enough in this course (campus.json).
  const auto s = book_special("tess-team", "TEAM100", 3,
                              {"team-ann", "team-bob", "team-cal"});
  complete(s, s.starts_at + 75min, s.minutes);
  add(s.starts_at + 5h, s, "recap.submit", "student:team-bob",
      {{"recap", recap()}});
}

}  // namespace recapd::sample
