// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <utility>

#include "workflows/session_evolve.hpp"
#include "workflows/session_json_parts.hpp"

namespace recapd::workflows {

namespace json = boost::json;

namespace {

constexpr std::int64_t largest = std::numeric_limits<int>::max();
constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max();

json::value time_or_null(const std::optional<instant> &t) {
  if (!t) return nullptr;
  return json::string{format_rfc3339(*t)};
}

template <class T> json::value number_or_null(const std::optional<T> &n) {
  if (!n) return nullptr;
  return *n;
}

json::value payout_or_null(const std::optional<payout> &p) {
  if (!p) return nullptr;
  json::object out;
  out["amount"] = p->amount;
  out["settled_at"] = format_rfc3339(p->settled_at);
  return out;
}

// ---- the row
// -----------------------------------------------------------------

json::array participants_row(const session &s) {
  json::array out;
  out.reserve(s.participants.size());
  for (const auto &p : s.participants) {
    json::object one;
    one["student"] = p.student;
    one["status"] = to_string(p.status);
    one["in_call"] = p.in_call;
    one["joined"] = p.joined;
    one["recap"] = recap_or_null(p.written);
    out.push_back(std::move(one));
  }
  return out;
}

/// Reads what may be null with `read_it`.
template <class T, class ReadIt>
std::optional<T> read_or_null(fields &in, std::string_view name,
                              ReadIt read_it) {
  const auto *v = in.peek(name);
  if (v != nullptr && !v->is_null()) return read_it();
  static_cast<void>(in.required(name));
  return std::nullopt;
}

std::optional<recap> read_recap(fields &in, std::string_view name) {
  return read_or_null<recap>(in, name, [&] { return in.written(name); });
}

std::vector<participant> read_participants(fields &in) {
  std::vector<participant> out;
  const auto &list = in.list("participants");
  out.reserve(list.size());
  for (const auto &member : list) {
    fields one{member, in.path_of("participants"), in.error()};
    participant p;
    p.student = one.id("student");
    p.status = read_participation(one);
    p.in_call = one.boolean("in_call");
    p.joined = one.boolean("joined");
    p.written = read_recap(one, "recap");
    one.close();
    out.push_back(std::move(p));
    if (in.error().any()) break;
  }
  return out;
}

std::optional<payout> read_payout(fields &in) {
  return read_or_null<payout>(in, "paid", [&] {
    fields one{*in.required("paid"), in.path_of("paid"), in.error()};
    payout p;
    p.amount = one.whole("amount", 0, longest);
    p.settled_at = one.time("settled_at");
    one.close();
    return p;
  });
}

void read_who_and_when(fields &in, session &s) {
  s.id = in.id("id");
  s.version = static_cast<int>(in.whole("version", 0, largest));
  s.status = in.named("state", parse_session_status, "a session's state");
  s.tutor = in.id("tutor");
  s.course = in.id("course");
  s.program = in.id("program");
  s.how = read_modality(in);
  s.timezone = in.text("timezone");
  s.starts_at = in.time("starts_at");
  s.deadline = in.time("deadline");
}

void read_call(fields &in, session &s) {
  s.participants = read_participants(in);
  s.tutor_in_call = in.boolean("tutor_in_call");
  s.tutor_joined = in.boolean("tutor_joined");
  s.shared_call =
      std::chrono::microseconds{in.whole("shared_call_us", 0, longest)};
  s.shared_call_since = in.time_or_null("shared_call_since");
}

void read_work_and_pay(fields &in, session &s) {
  s.tutor_recap = read_recap(in, "tutor_recap");
  s.minutes = read_or_null<int>(in, "minutes", [&] {
    return static_cast<int>(in.whole("minutes", 0, largest));
  });
  s.held = read_held(in, "held");
  s.rate_per_hour = in.whole("rate_per_hour", 0, longest);
  s.currency = in.text("currency");
  s.policy_version = static_cast<int>(in.whole("policy_version", 0, largest));
  s.requested_at = in.time_or_null("requested_at");
  s.completed_at = in.time_or_null("completed_at");
  s.paid = read_payout(in);
  s.reminders = read_reminders(in, "reminders");
}

}  // namespace

json::object to_row(const session &s) {
  json::object out;
  out.reserve(25);
  out["id"] = s.id;
  out["version"] = s.version;
  out["state"] = to_string(s.status);
  out["tutor"] = s.tutor;
  out["course"] = s.course;
  out["program"] = s.program;
  out["modality"] = to_string(s.how);
  out["timezone"] = s.timezone;
  out["starts_at"] = format_rfc3339(s.starts_at);
  out["deadline"] = format_rfc3339(s.deadline);
  out["participants"] = participants_row(s);
  out["tutor_in_call"] = s.tutor_in_call;
  out["tutor_joined"] = s.tutor_joined;
  out["shared_call_us"] = s.shared_call.count();
  out["shared_call_since"] = time_or_null(s.shared_call_since);
  out["tutor_recap"] = recap_or_null(s.tutor_recap);
  out["minutes"] = number_or_null(s.minutes);
  out["held"] = to_json(s.held);
  out["rate_per_hour"] = s.rate_per_hour;
  out["currency"] = s.currency;
  out["policy_version"] = s.policy_version;
  out["requested_at"] = time_or_null(s.requested_at);
  out["completed_at"] = time_or_null(s.completed_at);
  out["paid"] = payout_or_null(s.paid);
  out["reminders"] = to_json(s.reminders);
  return out;
}

boost::system::result<session, std::string>
parse_session(const json::value &row) {
  field_error error;
  fields in{row, "row", error};
  session s;
  read_who_and_when(in, s);
  read_call(in, s);
  read_work_and_pay(in, s);
  in.close();
  if (error.any()) return {boost::system::in_place_error, error.text()};
  return s;
}

// ---- the contract's session object
// ---------------------------------------------

namespace {

json::array participants_view(const session &s) {
  json::array out;
  out.reserve(s.participants.size());
  for (const auto &p : s.participants) {
    json::object one;
    one["student"] = p.student;
    one["status"] = to_string(p.status);
    one["in_call"] = p.in_call;
    one["recap"] = recap_or_null(p.written);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

json::object to_view(const session &s, const rules &judged_by, instant now) {
  const auto timer = next_timer(s, judged_by);
  json::object out;
  out.reserve(20);
  out["id"] = s.id;
  out["state"] = to_string(s.status);
  out["version"] = s.version;
  out["tutor"] = s.tutor;
  out["course"] = s.course;
  out["program"] = s.program;
  out["modality"] = to_string(s.how);
  out["timezone"] = s.timezone;
  out["starts_at"] = format_rfc3339(s.starts_at);
  out["deadline"] = format_rfc3339(s.deadline);
  out["participants"] = participants_view(s);
  out["tutor_recap"] = recap_or_null(s.tutor_recap);
  out["minutes"] = number_or_null(s.minutes);
  out["suggested_minutes"] =
      number_or_null(suggested_minutes(s, judged_by, now));
  out["rate_per_hour"] = s.rate_per_hour;
  out["currency"] = s.currency;
  out["payout"] = payout_or_null(s.paid);
  if (timer) {
    out["next_timer"] = format_rfc3339(timer->at);
    out["next_timer_kind"] = timer->kind;
  } else {
    out["next_timer"] = nullptr;
    out["next_timer_kind"] = nullptr;
  }
  return out;
}

}  // namespace recapd::workflows
