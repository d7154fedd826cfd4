// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "workflows/json/members.hpp"
#include "workflows/json/session.hpp"
#include "workflows/session/evolve.hpp"

namespace recapd::workflows {

namespace json = boost::json;

namespace {

struct show_participant {
  const viewer &whose;

  template <class Writer>
  void operator()(Writer &to, const participant &p) const {
    to.put("student", p.student);
    to.put("status", to_string(p.status));
    to.put("in_call", p.in_call);
    static const decltype(p.written) hidden;
    to.object("recap", whose.sees_recap_of(p.student) ? p.written : hidden,
              write_members{});
  }
};

struct show_payout {
  template <class Writer> void operator()(Writer &to, const payout &p) const {
    to.put("amount", p.amount);
    to.put("settled_at", p.settled_at);
  }
};

template <class Writer>
void write_view(Writer &&to, const session &s,
                const std::optional<due_timer> &timer, const rules &decided_by,
                instant now, const viewer &whose) {
  to.put("id", s.id);
  to.put("state", to_string(s.status));
  to.put("version", s.version);
  to.put("tutor", s.tutor);
  to.put("course", s.course);
  to.put("program", s.program);
  to.put("modality", to_string(s.how));
  to.put("timezone", s.timezone);
  to.put("starts_at", s.starts_at);
  to.put("deadline", s.deadline);
  to.list("participants", s.participants, show_participant{whose});
  to.object("tutor_recap", s.tutor_recap, write_members{});
  to.put("minutes", s.minutes);
  to.put("suggested_minutes", suggested_minutes(s, decided_by, now));
  to.put("rate_per_hour",
         whose.sees_pay() ? std::optional{s.rate_per_hour} : std::nullopt);
  to.put("currency", s.currency);
  static const decltype(s.paid) hidden;
  to.object("payout", whose.sees_pay() ? s.paid : hidden, show_payout{});
  to.put("next_timer", timer ? std::optional{timer->at} : std::nullopt);
  to.put("next_timer_kind", timer ? std::optional{timer->kind} : std::nullopt);
  to.put("flags", flags_of(s).names());
  to.put("policy_version", s.policy_version);
}

}  // namespace

json::object to_view(const session &s, const rules &decided_by, instant now,
                     const viewer &to) {
  json::object out;
  write_view(object_writer{out}, s, next_timer(s, decided_by), decided_by, now,
             to);
  return out;
}

std::string to_view_text(const session &s, const rules &decided_by, instant now,
                         const viewer &to) {
  return to_view_text(s, next_timer(s, decided_by), decided_by, now, to);
}

std::string to_view_text(const session &s, const std::optional<due_timer> &next,
                         const rules &decided_by, instant now,
                         const viewer &to) {
  std::string out;
  write_view(text_writer{out}, s, next, decided_by, now, to);
  return out;
}

void hide(json::object &data, std::string_view type, const viewer &from) {
  const auto take = [&](std::string_view member) {
    if (auto *there = data.if_contains(member)) *there = nullptr;
  };
  if (!from.sees_pay()) {
    if (type == session_scheduled::type) take("rate_per_hour");
    if (type == session_paid::type || type == time_corrected::type)
      take("payment");
    if (type == session_voided::type) take("reversal");
  }
  if (type != student_recap_submitted::type) return;
  const auto *whose = data.if_contains("student");
  if (whose == nullptr || from.sees_recap_of(whose->as_string())) return;
  take("recap");
  data.erase("figures");
}

bool shows_notification(std::string_view kind, const viewer &to) {
  return to.sees_pay() || !kind.starts_with("payout_");
}

}  // namespace recapd::workflows
