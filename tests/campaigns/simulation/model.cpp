// SPDX-License-Identifier: Apache-2.0
#include "model.hpp"

#include <algorithm>

namespace recapd::simulation {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::sys_days;

namespace {

sys_days sunday_of(int year, unsigned month, unsigned which) {
  return sys_days{std::chrono::year{year} / std::chrono::month{month}
                  / std::chrono::Sunday[which]};
}

/// Returns the offset of a zone that the campus uses; New York's summer time by
/// its rule.
hours offset_of(const std::string &zone, instant t) {
  if (zone == "Asia/Tokyo") return 9h;
  if (zone != "America/New_York") return 0h;
  const std::chrono::year_month_day date{std::chrono::floor<days>(t)};
  const int year = int(date.year());
  const auto begins = sunday_of(year, 3, 2) + 7h;
  const auto ends = sunday_of(year, 11, 1) + 6h;
  return t >= begins && t < ends ? -4h : -5h;
}

std::string two(unsigned n) {
  return (n < 10 ? "0" : "") + std::to_string(n);
}

std::string name_of_day(sys_days d) {
  const std::chrono::year_month_day date{d};
  return std::to_string(int(date.year())) + "-" + two(unsigned(date.month()))
         + "-" + two(unsigned(date.day()));
}

std::string name_of_week(sys_days thursday) {
  const auto year = std::chrono::year_month_day{thursday}.year();
  const auto first = sys_days{year / std::chrono::January / 1};
  const auto week = unsigned((thursday - first).count() / 7 + 1);
  return std::to_string(int(year)) + "-W" + two(week);
}

/// Returns the Thursday of a day's week: walks back to the week's first day,
/// then on.
sys_days thursday_of(sys_days day, int first_weekday) {
  auto d = day;
  while (int(std::chrono::weekday{d}.iso_encoding()) != first_weekday)
    d -= days{1};
  while (std::chrono::weekday{d} != std::chrono::Thursday)
    d += days{1};
  return d;
}

/// The reminders that may still go out: (when, kind, how many are then over).
struct owed_reminder {
  instant at;
  std::string kind;
  int number = 0;
};

std::vector<owed_reminder> owed_reminders(const model_session &s,
                                          const workflows::rules &r) {
  std::vector<owed_reminder> owed;
  auto add = [&](const std::string &kind, const std::vector<seconds> &after,
                 instant from, std::optional<instant> end) {
    const auto over = s.reminded.find(kind);
    const int done = over == s.reminded.end() ? 0 : over->second;
    for (int i = done; i < int(after.size()); ++i) {
      const auto at = from + after[std::size_t(i)];
      if (!end || at <= *end) owed.push_back({at, kind, i + 1});
    }
  };
  const auto &times = r.reminders;
  using enum workflows::reminder_kind;
  if (s.state == "scheduled" || s.state == "time_logged") {
    add("tutor_recap_due", times[tutor_recap_due], s.starts_at, s.deadline);
    if (s.reopened)
      add("tutor_recap_reminder", {-24h, -1h}, s.deadline, s.deadline);
    else
      add("tutor_recap_reminder", times[tutor_recap_reminder], s.starts_at,
          s.deadline);
  }
  if (s.state == "awaiting_student_recap") {
    const auto from = *s.clocks_from;
    add("student_recap_reminder", times[student_recap_reminder], from, {});
    add("tutor_remind_student", times[tutor_remind_student], from, {});
    add("student_recap_overdue", times[student_recap_overdue], from, {});
  }
  return owed;
}

std::optional<instant> confirms_at(const model_session &s,
                                   const workflows::rules &r) {
  if (s.state != "awaiting_student_recap" || !r.auto_confirm_after) return {};
  return *s.clocks_from + *r.auto_confirm_after;
}

/// Returns to whom a reminder goes: to whom it names, or to support when a
/// recap is overdue.
std::vector<std::string> told_of(const std::string &kind,
                                 const model_session &s) {
  if (kind == "student_recap_reminder") return told_students(kind, s, true);
  if (kind == "student_recap_overdue") return {told_support(kind)};
  return {told_tutor(kind, s)};
}

/// Adds one reminder a kind, whichever of its times are over by `until`.
void remind(expected_outcome &v, const model_session &s,
            const workflows::rules &r, instant until) {
  std::vector<std::string> kinds;
  auto owed = owed_reminders(s, r);
  std::erase_if(owed, [&](const auto &o) { return o.at > until; });
  std::stable_sort(owed.begin(), owed.end(),
                   [](const auto &a, const auto &b) { return a.at < b.at; });
  for (const auto &o : owed) {
    auto &over = v.after.reminded[o.kind];
    over = std::max(over, o.number);
    if (std::find(kinds.begin(), kinds.end(), o.kind) != kinds.end()) continue;
    kinds.push_back(o.kind);
    v.events.push_back({"reminder.sent", told_of(o.kind, s)});
  }
}

}  // namespace

void lapse(expected_outcome &v, const workflows::rules &r) {
  auto &s = v.after;
  for (const auto &o : owed_reminders(s, r)) {
    if (o.at != s.deadline) continue;
    v.events.push_back({"reminder.sent", told_of(o.kind, s)});
    s.reminded[o.kind] = o.number;
  }
  std::vector<std::string> told;
  if (!s.miss_told) told.push_back(told_tutor("session_missed", s));
  s.state = "missed";
  s.miss_told = true;
  s.held.clear();
  v.events.push_back({"session.missed", std::move(told)});
}

std::optional<instant> settles_at(const model_session &s,
                                  const workflows::rules &r) {
  if (s.state != "completed" || !r.settle_after) return {};
  return *s.clocks_from + *r.settle_after;
}

namespace {
void settle(expected_outcome &v) {
  auto &s = v.after;
  s.state = "paid";
  s.paid = pay_of(s.minutes.value_or(0), s.rate);
  v.payment = workflows::transfer{.kind = workflows::transfer_kind::settlement,
                                  .from = "program:" + s.program,
                                  .to = "tutor:" + s.tutor,
                                  .amount = *s.paid,
                                  .currency = s.currency};
  v.events.push_back({"session.paid", {told_tutor("payout_deposited", s)}});
}
}  // namespace

void complete(expected_outcome &v, instant at, const workflows::rules &r) {
  auto &s = v.after;
  s.state = "completed";
  s.completed_at = s.clocks_from = at;
  v.events.push_back(
      {"session.completed", {told_tutor("session_completed", s)}});
  if (!r.settle_after) settle(v);
}

std::vector<std::string> told_others(const std::string &kind,
                                     const model_session &s,
                                     const workflows::person &by) {
  std::vector<std::string> all;
  if (by.as != workflows::role::tutor) all.push_back(told_tutor(kind, s));
  for (const auto &p : s.students)
    if (p.status == "invited" || p.status == "going")
      all.push_back(kind + " to student:" + p.id);
  return all;
}

const model_student *model_session::find(const std::string &student) const {
  for (const auto &p : students)
    if (p.id == student) return &p;
  return nullptr;
}

model_student *model_session::find(const std::string &student) {
  for (auto &p : students)
    if (p.id == student) return &p;
  return nullptr;
}

std::string told_tutor(const std::string &kind, const model_session &s) {
  return kind + " to tutor:" + s.tutor;
}

std::string told_support(const std::string &kind) {
  return kind + " to support";
}

std::vector<std::string> told_students(const std::string &kind,
                                       const model_session &s, bool missing) {
  std::vector<std::string> all;
  for (const auto &p : s.students)
    if (p.status == "going" && !(missing && p.recap))
      all.push_back(kind + " to student:" + p.id);
  return all;
}

std::int64_t pay_of(int minutes, std::int64_t rate) {
  const auto sixtieths = minutes * rate;
  return sixtieths / 60 + (sixtieths % 60 >= 30 ? 1 : 0);
}

std::vector<model_claim> claims_of(const model_session &s,
                                   const workflows::rules &r, int minutes) {
  const auto local = s.starts_at + offset_of(s.timezone, s.starts_at);
  const auto day = std::chrono::floor<days>(local);
  const auto week = thursday_of(day, r.week_starts_on);
  auto key = [](const std::string &kind, const std::string &owner,
                const std::string &item, sys_days period) {
    return kind + "/" + owner + "/" + item + "/"
           + std::to_string(period.time_since_epoch().count());
  };
  std::vector<model_claim> claims;
  claims.push_back({key("tutor_week", s.tutor, "", week), minutes,
                    r.limits.tutor_minutes_per_week, "tutor-weekly-limit",
                    name_of_week(week), ""});
  for (const auto &p : s.students)
    if (p.status == "going")
      claims.push_back({key("student_course_week", s.course, p.id, week),
                        minutes, r.limits.student_course_minutes_per_week,
                        "student-course-weekly-limit", name_of_week(week),
                        p.id});
  claims.push_back({key("course_week", s.course, "", week), minutes,
                    r.limits.course_minutes_per_week, "course-weekly-limit",
                    name_of_week(week), ""});
  for (const auto &p : s.students)
    if (p.status == "going")
      claims.push_back({key("pair_day", s.tutor, p.id, day), 1,
                        r.limits.pair_sessions_per_day, "pair-daily-limit",
                        name_of_day(day), p.id});
  return claims;
}

expected_outcome expect_engine(const model_session &s, instant now,
                               const workflows::rules &r) {
  expected_outcome v;
  v.after = s;
  if ((s.state == "scheduled" || s.state == "time_logged")
      && now > s.deadline) {
    lapse(v, r);
  } else if (const auto at = settles_at(s, r); at && *at <= now) {
    settle(v);
  } else if (!s.state.empty()) {
    const auto confirm = confirms_at(s, r);
    const bool confirmed = confirm && *confirm <= now;
    // One that is due at that very moment has lost its reason, too.
    remind(v, s, r, confirmed ? *confirm - 1us : now);
    if (confirmed) complete(v, now, r);
  }
  v.after.version += int(v.events.size());
  return v;
}

std::optional<instant> owed_at(const model_session &s,
                               const workflows::rules &r) {
  std::vector<instant> all;
  for (const auto &o : owed_reminders(s, r))
    all.push_back(o.at);
  if (s.state == "scheduled" || s.state == "time_logged")
    all.push_back(s.deadline + 1us);
  if (const auto at = confirms_at(s, r)) all.push_back(*at);
  if (const auto at = settles_at(s, r)) all.push_back(*at);
  if (all.empty()) return {};
  return *std::min_element(all.begin(), all.end());
}

}  // namespace recapd::simulation
