// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
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
    tell_tutor(
        "payout_corrected",
        with(with_minutes(), {{"amount", s_.paid->amount},
                              {"change", s_.paid->amount - before.paid->amount},
                              {"currency", s_.currency},
                              {"note", e.note}}));
  }
  void apply(const miss_lifted &e, const session &) { done.claims = e.claims; }

  void apply(const tutor_recap_submitted &, const session &) {
    for (const auto &p : s_.participants)
      if (p.status == participation::going)
        tell_student("student_recap_request", p, base());
  }
  void apply(const session_completed &e, const session &) {
    tell_tutor("session_completed",
               with(with_minutes(), {{"automatic", e.automatic}}));
  }
  void apply(const session_paid &e, const session &) {
    done.payment = e.payment;
    tell_tutor("payout_deposited", with_money(with_minutes(), e.payment));
  }
  void apply(const session_missed &, const session &before) {
    done.released = before.usage;
    if (!before.miss_told) tell_tutor("session_missed", with_deadline());
  }
  void apply(const session_cancelled &e, const session &) {
    tell_others("session_cancelled", with(base(), {{"reason", e.reason}}));
  }
  void apply(const support_requested &e, const session &) {
    tell("support_requested", "support",
         with(with_deadline(), {{"message", e.message}}));
  }
  void apply(const session_reopened &e, const session &) {
    tell_tutor("support_reopened",
               with(with_deadline(), {{"hours", e.hours}, {"note", e.note}}));
  }
  void apply(const update_denied &e, const session &) {
    tell_tutor("support_denied", with(base(), {{"note", e.note}}));
  }
  void apply(const session_voided &e, const session &before) {
    done.released = before.usage;
    done.payment = e.reversal;
    const auto data = with(base(), {{"note", e.note}});
    tell_tutor("session_voided", data);
    for (const auto &p : s_.participants)
      if (p.status == participation::going)
        tell_student("session_voided", p, data);
    if (!e.reversal) return;
    tell_tutor("payout_reversed", with(with_money(with_minutes(), *e.reversal),
                                       {{"note", e.note}}));
  }
  void apply(const reminder_sent &e, const session &) {
    const auto &kind = reminder_of(e.kind);
    auto data = kind.with == reminder_data::deadline ? with_deadline() : base();
    if (kind.with == reminder_data::silent_students)
      data["students"] = silent_students();
    switch (kind.to) {
    case reminder_receiver::tutor:
      return tell_tutor(kind.name, std::move(data));
    case reminder_receiver::silent_student:
      for (const auto &p : s_.participants)
        if (silent(p)) tell_student(kind.name, p, data);
      return;
    case reminder_receiver::support:
      return tell(kind.name, "support", std::move(data));
    }
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
  using members =
      std::initializer_list<std::pair<json::string_view, json::value_ref>>;
  static json::object with(json::object data, members more) {
    data.insert(more);
    return data;
  }
  json::object base() const {
    return {{"tutor", s_.tutor},
            {"course", s_.course},
            {"starts_at", format_rfc3339(s_.starts_at)}};
  }
  json::object with_deadline() const {
    return with(base(), {{"deadline", format_rfc3339(s_.deadline)}});
  }
  json::object with_minutes() const {
    return with(base(), {{"minutes", s_.minutes.value_or(0)}});
  }
  static json::object with_money(json::object data, const transfer &t) {
    return with(std::move(data),
                {{"amount", t.amount}, {"currency", t.currency}});
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

  /// Tells all who take part, but not the tutor of their own command.
  void tell_others(std::string_view kind, const json::object &data) {
    if (by_ != person{.as = role::tutor, .id = s_.tutor})
      tell_tutor(kind, data);
    for (const auto &p : s_.participants)
      if (p.status == participation::going
          || p.status == participation::invited)
        tell_student(kind, p, data);
  }

  const session &s_;  ///< the state after the event
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
