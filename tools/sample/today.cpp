// What is under way when the plan ends, a Monday afternoon: something for each
// of the pages to show.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <fmt/format.h>

#include "tools/sample/campus.hpp"

namespace recapd::sample {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view first_tutor = "ava-lopez";
constexpr std::string_view second_tutor = "ben-carter";
constexpr const char *busy_student = "bea-adams";

}  // namespace

session campus::book_today(std::string_view tutor, std::string_view course,
                           instant starts_at,
                           std::vector<std::string> students) {
  session s;
  s.id = fmt::format("{}-{:03}",
                     workflows::format_rfc3339(starts_at).substr(0, 10),
                     ++sessions_);
  s.tutor = tutor;
  s.course = course;
  s.students = std::move(students);
  s.starts_at = starts_at;
  s.timezone = "America/New_York";
  schedule(s);
  accept(s, s.students.front());
  return s;
}

void campus::plan_today() {
  const auto now = end();
  const auto paid = book_today(first_tutor, "CS101", now - 7h, {"dina-clark"});
  hold(paid);
  complete(paid, now - 6h, 60);
  add(now - 3h, paid, "recap.submit", "student:dina-clark",
      {{"recap", recap()}});
  const auto not_confirmed =
      book_today(first_tutor, "MATH201", now - 5h, {busy_student});
  hold(not_confirmed);
  complete(not_confirmed, now - 4h, 60);
  hold(book_today(first_tutor, "MATH101", now - 90min, {"carl-baker"}));
  book_today(first_tutor, "MATH101", now + 18h, {"carl-baker", busy_student});
  book_today(second_tutor, "CS201", now + 20h, {busy_student});
  const auto call_is_on =
      book_today(second_tutor, "CS101", now - 20min, {"erik-evans"});
  join(call_is_on, "tutor:" + call_is_on.tutor);
  join(call_is_on, "student:erik-evans");
  plan_flagged(now);
  plan_asked(now);
}

void campus::plan_flagged(instant now) {
  // More is logged than the call lasted, which support is shown.
  auto s = book_today("dan-okafor", "STAT110", now - 4h, {"fran-davis"});
  s.minutes = 25;
  hold(s);
  complete(s, now - 3h, 60);
}

void campus::plan_asked(instant now) {
  struct asking {
    std::string_view tutor, student, message;
  };
  constexpr std::array asked{
      asking{"chloe-kim", "gabe-evans",
             "I was ill over the weekend and forgot to log it."},
      asking{"finn-walsh", "hope-davis",
             "The network in the library was down until Monday."},
      asking{"hugo-meyer", "kyle-baker",
             "I wrote it down on paper, since my phone was stolen."}};
  auto starts_at = now - 78h;
  for (const auto &one : asked) {
    const auto s =
        book_today(one.tutor, "PHYS101", starts_at, {std::string{one.student}});
    hold(s);
    add(now - 2h, s, "support.request", "tutor:" + s.tutor,
        {{"message", json::string{one.message}}});
    starts_at += 90min;
  }
}

}  // namespace recapd::sample
