// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "workflows/session/evolve.hpp"

namespace recapd::workflows {

namespace json = boost::json;

namespace {

/// What effects need of the state before an event.
struct remains {
  std::vector<counted_usage> usage;  ///< where the event gives it back
  bool miss_told = false;
  bool disputed = false;
  std::optional<std::int64_t> paid;

  remains(const session &s, const event_body &e)
      : miss_told{s.miss_told}, disputed{s.status == session_status::disputed} {
    if (std::holds_alternative<session_missed>(e)
        || std::holds_alternative<session_voided>(e))
      usage = s.usage;
    if (s.paid) paid = s.paid->amount;
  }
};

/// Collects what one event brings about.
class collector {
public:
  collector(const session &after, const person &by) : s_{after}, by_{by} {}

  effects done;

  void apply(const session_scheduled &, const remains &) {}
  void apply(const participant_invited &, const remains &) {}
  void apply(const invitation_accepted &, const remains &) {}
  void apply(const invitation_declined &, const remains &) {}
  void apply(const call_joined &, const remains &) {}
  void apply(const call_left &, const remains &) {}
  void apply(const student_recap_submitted &, const remains &) {}
  void apply(const person_erased &, const remains &) {}

  void apply(const participant_removed &e, const remains &) {
    done.released = e.released;
  }
  void apply(const time_logged &e, const remains &) { done.claims = e.claims; }
  void apply(const time_corrected &e, const remains &before) {
    done.claims = e.claims;
    done.released = e.released;
    done.payment = e.payment;
    if (before.disputed) tell_decision("corrected", e.note);
    if (!e.payment || !before.paid || !s_.paid) return;
    tell_tutor("payout_corrected",
               with(with_minutes(), {{"amount", s_.paid->amount},
                                     {"change", s_.paid->amount - *before.paid},
                                     {"currency", s_.currency},
                                     {"note", e.note}}));
  }
  void apply(const miss_lifted &e, const remains &) { done.claims = e.claims; }

  void apply(const tutor_recap_submitted &, const remains &) {
    for (const auto &p : s_.participants)
      if (p.status == participation::going)
        tell_student("student_recap_request", p, base());
  }
  void apply(const session_completed &e, const remains &) {
    tell_tutor("session_completed",
               with(with_minutes(), {{"automatic", e.automatic}}));
  }
  void apply(const session_paid &e, const remains &) {
    done.payment = e.payment;
    tell_tutor("payout_deposited", with_money(with_minutes(), e.payment));
  }
  void apply(const session_missed &, const remains &before) {
    done.released = before.usage;
    if (!before.miss_told) tell_tutor("session_missed", with_deadline());
  }
  void apply(const session_cancelled &e, const remains &) {
    tell_others("session_cancelled", with(base(), {{"reason", e.reason}}));
  }
  void apply(const session_disputed &e, const remains &) {
    const auto data =
        with(base(), {{"by", to_string(by_)}, {"reason", e.reason}});
    tell_both_sides("session_disputed", data);
    tell("session_disputed", "support", data);
  }
  void apply(const session_upheld &e, const remains &) {
    tell_decision("upheld", e.note);
  }
  void apply(const support_requested &e, const remains &) {
    tell("support_requested", "support",
         with(with_deadline(), {{"message", e.message}}));
  }
  void apply(const session_reopened &e, const remains &) {
    tell_tutor("support_reopened",
               with(with_deadline(), {{"hours", e.hours}, {"note", e.note}}));
  }
  void apply(const update_denied &e, const remains &) {
    tell_tutor("support_denied", with(base(), {{"note", e.note}}));
  }
  void apply(const session_voided &e, const remains &before) {
    done.released = before.usage;
    done.payment = e.reversal;
    if (before.disputed) tell_decision("voided", e.note);
    tell_both_sides("session_voided", with(base(), {{"note", e.note}}));
    if (!e.reversal) return;
    tell_tutor("payout_reversed", with(with_money(with_minutes(), *e.reversal),
                                       {{"note", e.note}}));
  }
  void apply(const reminder_sent &e, const remains &) {
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

  /// Tells the tutor and all who go.
  void tell_both_sides(std::string_view kind, const json::object &data) {
    tell_tutor(kind, data);
    for (const auto &p : s_.participants)
      if (p.status == participation::going) tell_student(kind, p, data);
  }
  void tell_decision(std::string_view decision, const std::string &note) {
    tell_both_sides(
        "dispute_decided",
        with(with_minutes(), {{"decision", decision}, {"note", note}}));
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

effects happen(session &s, const event &e) {
  const remains before{s, e.what};
  s = evolve(std::move(s), e);
  collector c{s, e.by};
  std::visit([&](const auto &what) { c.apply(what, before); }, e.what);
  return std::move(c.done);
}

}  // namespace recapd::workflows
