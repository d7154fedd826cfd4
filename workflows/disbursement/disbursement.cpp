// SPDX-License-Identifier: Apache-2.0
#include "workflows/disbursement/disbursement.hpp"

#include <algorithm>
#include <utility>

namespace recapd::workflows {

namespace {

using status = disbursement_status;

template <class... F> struct overloaded : F... { using F::operator()...; };
template <class... F> overloaded(F...) -> overloaded<F...>;

/// Returns true where a result says what is known, or what came before it.
bool is_known(const disbursement &d, disbursement_status result) {
  return result == d.status
         || (result == status::sent && d.status != status::open)
         || (result == status::confirmed && d.was_confirmed);
}

/// Returns true where a result may follow what is known.
bool may_follow(const disbursement &d, disbursement_status result) {
  if (d.status == status::confirmed) return result == status::returned;
  return d.status == status::open || d.status == status::sent;
}

std::string money(std::int64_t amount, const std::string &currency) {
  return std::to_string(amount) + " " + currency;
}

std::optional<refusal> refused(const disbursement &d, const report_result &c,
                               const result_facts &f) {
  using enum refusal_code;
  if (!d.exists() || (f.programs && !f.programs->includes(d.program)))
    return refusal{.code = unknown_disbursement,
                   .detail = "There is no disbursement of this id."};
  if (f.by.as != role::system)
    return refusal{.code = not_allowed,
                   .detail = "Only system may say what became of a "
                             "disbursement."};
  if (c.amount != d.amount || c.currency != d.currency)
    return refusal{.code = amount_mismatch,
                   .detail = "The disbursement is of "
                             + money(d.amount, d.currency)
                             + " (minor units), not of "
                             + money(c.amount, c.currency) + "."};
  if (!is_known(d, c.result) && !may_follow(d, c.result))
    return refusal{.code = wrong_state,
                   .detail = "The disbursement is "
                             + std::string{to_string(d.status)} + "."};
  return std::nullopt;
}

}  // namespace

disbursement evolve(disbursement d, const disbursement_event &e) {
  d.version = e.seq;
  d.changed_at = e.at;
  std::visit(overloaded{[&](const disbursement_opened &o) {
                          d.run = o.run;
                          d.program = o.program;
                          d.tutor = o.tutor;
                          d.amount = o.amount;
                          d.currency = o.currency;
                          d.transfers = o.transfers;
                          d.by = o.by;
                          d.opened_at = e.at;
                        },
                        [&](const disbursement_moved &m) {
                          d.status = m.to;
                          d.reason = m.reason;
                          d.was_confirmed =
                              d.was_confirmed || m.to == status::confirmed;
                        },
                        [&](const disbursement_mismatched &m) {
                          d.mismatch = m.said;
                        }},
             e.what);
  return d;
}

result_decision decide(const disbursement &d, const report_result &c,
                       const result_facts &f) {
  const auto emit = [&](person by, disbursement_event_body what) {
    return disbursement_event{.seq = d.version + 1,
                              .at = f.received_at,
                              .by = std::move(by),
                              .what = std::move(what)};
  };
  result_decision out;
  if (auto why = refused(d, c, f)) {
    // The same again is told once.
    if (why->code == refusal_code::amount_mismatch && d.mismatch != c)
      out.events.push_back(emit(f.engine, disbursement_mismatched{c}));
    out.refusals.push_back(std::move(*why));
    return out;
  }
  if (!is_known(d, c.result))
    out.events.push_back(
        emit(f.by, disbursement_moved{.to = c.result, .reason = c.reason}));
  return out;
}

std::vector<notification> notices_of(const disbursement &after,
                                     const disbursement_event &e) {
  boost::json::object data{{"disbursement", after.id},
                           {"run", after.run},
                           {"tutor", after.tutor},
                           {"amount", after.amount},
                           {"currency", after.currency}};
  std::vector<notification> out;
  const auto tell = [&](std::string kind, std::string to) {
    out.push_back({.kind = std::move(kind), .to = std::move(to), .data = data});
  };
  const auto tutor = "tutor:" + after.tutor;
  if (const auto *m = std::get_if<disbursement_mismatched>(&e.what)) {
    data["result"] = to_string(m->said.result);
    data["said_amount"] = m->said.amount;
    data["said_currency"] = m->said.currency;
    tell("disbursement_mismatch", "support");
  } else if (const auto *moved = std::get_if<disbursement_moved>(&e.what)) {
    if (moved->to == status::sent) tell("disbursement_sent", tutor);
    if (moved->to == status::confirmed) tell("disbursement_confirmed", tutor);
    if (gives_back(moved->to)) {
      data["result"] = to_string(moved->to);
      data["reason"] = moved->reason;
      tell("disbursement_failed", tutor);
      tell("disbursement_failed", "support");
    }
  }
  return out;
}

std::optional<transfer> transfer_of(const disbursement &after,
                                    const disbursement_event &e) {
  transfer t{.kind = transfer_kind::disbursement,
             .from = "tutor:" + after.tutor,
             .to = clearing_account(after.program),
             .amount = after.amount,
             .currency = after.currency};
  if (std::holds_alternative<disbursement_opened>(e.what)) return t;
  const auto *moved = std::get_if<disbursement_moved>(&e.what);
  if (moved == nullptr || !gives_back(moved->to)) return std::nullopt;
  t.kind = transfer_kind::give_back;
  std::swap(t.from, t.to);
  return t;
}

std::vector<planned_disbursement>
plan_disbursements(const std::vector<waiting_transfer> &waiting,
                   std::int64_t minimum) {
  std::vector<planned_disbursement> all;
  for (const auto &t : waiting) {
    if (all.empty() || all.back().tutor != t.tutor
        || all.back().currency != t.currency)
      all.push_back({.tutor = t.tutor,
                     .currency = t.currency,
                     .amount = 0,
                     .transfers = {}});
    all.back().amount += t.amount;
    all.back().transfers.push_back(t);
  }
  std::erase_if(all, [minimum](const planned_disbursement &p) {
    return p.amount <= 0 || p.amount < minimum;
  });
  return all;
}

}  // namespace recapd::workflows
