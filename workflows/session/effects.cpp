// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "workflows/session/evolve.hpp"

namespace recapd::workflows {

namespace json = boost::json;

namespace {

/// Collects what one event brings about.
class collector {
public:
  collector(const session &s, const person &by) : s_{s}, by_{by} {}

  effects done;

  void apply(const session_scheduled &, const session &) {}
  void apply(const participant_invited &, const session &) {}
  void apply(const invitation_accepted &, const session &) {}
  void apply(const invitation_declined &, const session &) {}
  void apply(const call_joined &, const session &) {}
  void apply(const call_left &, const session &) {}
  void apply(const student_recap_submitted &, const session &) {}

  void apply(const participant_removed &e, const session &) {
    done.released = e.released;
  }
  void apply(const time_logged &e, const session &) { done.claims = e.claims; }
  void apply(const time_corrected &e, const session &before) {
    done.claims = e.claims;
    done.released = e.released;
    done.payment = e.payment;
    if (!e.payment || !before.paid || !s_.paid) return;
    auto data = with_minutes();
    data["amount"] = s_.paid->amount;
    data["change"] = s_.paid->amount - before.paid->amount;
    data["currency"] = s_.currency;
    data["note"] = e.note;
    tell_tutor("payout_corrected", std::move(data));
  }
  void apply(const miss_lifted &e, const session &) { done.claims = e.claims; }

  void apply(const tutor_recap_submitted &, const session &) {
    for (const auto &p : s_.participants)
      if (p.status == participation::going)
        tell_student("student_recap_request", p, base());
  }
  void apply(const session_completed &e, const session &) {
    auto data = with_minutes();
    data["automatic"] = e.automatic;
    tell_tutor("session_completed", std::move(data));
  }
  void apply(const session_paid &e, const session &) {
    done.payment = e.payment;
    tell_tutor("payout_deposited", with_money(with_minutes(), e.payment));
  }
  void apply(const session_missed &, const session &before) {
    done.released = before.held;
    if (!before.miss_told) tell_tutor("session_missed", with_deadline());
  }
  void apply(const session_cancelled &e, const session &) {
    auto data = base();
    data["reason"] = e.reason;
    tell_others("session_cancelled", data);
  }
  void apply(const support_requested &e, const session &) {
    auto data = with_deadline();
    data["message"] = e.message;
    tell("support_requested", "support", std::move(data));
  }
  void apply(const session_reopened &e, const session &) {
    auto data = with_deadline();
    data["hours"] = e.hours;
    data["note"] = e.note;
    tell_tutor("support_reopened", std::move(data));
  }
  void apply(const update_denied &e, const session &) {
    auto data = base();
    data["note"] = e.note;
    tell_tutor("support_denied", std::move(data));
  }
  void apply(const session_voided &e, const session &before) {
    done.released = before.held;
    done.payment = e.reversal;
    auto data = base();
    data["note"] = e.note;
    tell_tutor("session_voided", data);
    for (const auto &p : s_.participants)
      if (p.status == participation::going)
        tell_student("session_voided", p, data);
    if (!e.reversal) return;
    data = with_money(with_minutes(), *e.reversal);
    data["note"] = e.note;
    tell_tutor("payout_reversed", std::move(data));
  }
  void apply(const reminder_sent &e, const session &) {
    if (e.kind == "tutor_recap_due" || e.kind == "tutor_recap_reminder")
      return tell_tutor(e.kind, with_deadline());
    if (e.kind == "student_recap_reminder") {
      for (const auto &p : s_.participants)
        if (silent(p)) tell_student(e.kind, p, base());
      return;
    }
    auto data = base();
    data["students"] = silent_students();
    if (e.kind == "tutor_remind_student")
      return tell_tutor(e.kind, std::move(data));
    if (e.kind == "student_recap_overdue")
      return tell(e.kind, "support", std::move(data));
    // known_reminder() knows no other.
    std::abort();
  }

private:
  static bool silent(const participant &p) {
    return p.status == participation::going && !p.written;
  }
  json::array silent_students() const {
    json::array students;
    for (const auto &p : s_.participants)
      if (silent(p)) students.emplace_back(p.student);
    return students;
  }
  json::object base() const {
    json::object data;
    data["tutor"] = s_.tutor;
    data["course"] = s_.course;
    data["starts_at"] = format_rfc3339(s_.starts_at);
    return data;
  }
  json::object with_deadline() const {
    auto data = base();
    data["deadline"] = format_rfc3339(s_.deadline);
    return data;
  }
  json::object with_minutes() const {
    auto data = base();
    data["minutes"] = s_.minutes.value_or(0);
    return data;
  }
  static json::object with_money(json::object data, const transfer &t) {
    data["amount"] = t.amount;
    data["currency"] = t.currency;
    return data;
  }

  void tell(std::string_view kind, std::string to, json::object data) {
    done.notifications.push_back({.kind = std::string{kind},
                                  .to = std::move(to),
                                  .data = std::move(data)});
  }
  void tell_tutor(std::string_view kind, json::object data) {
    tell(kind, "tutor:" + s_.tutor, std::move(data));
  }
  void tell_student(std::string_view kind, const participant &p,
                    json::object data) {
    data["student"] = p.student;
    tell(kind, "student:" + p.student, std::move(data));
  }

  /// Everybody in the session but who does it.
  void tell_others(std::string_view kind, const json::object &data) {
    if (by_ != person{.as = role::tutor, .id = s_.tutor})
      tell_tutor(kind, data);
    for (const auto &p : s_.participants)
      if (p.status == participation::going
          || p.status == participation::invited)
        tell_student(kind, p, data);
  }

  const session &s_;  ///< after the event
  const person &by_;
};

}  // namespace

effects effects_of(const session &before, const event &e,
                   const session &after) {
  collector c{after, e.by};
  std::visit([&](const auto &what) { c.apply(what, before); }, e.what);
  return std::move(c.done);
}

}  // namespace recapd::workflows
