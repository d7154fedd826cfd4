// Disbursements as the suites write them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "worlds.hpp"

namespace recapd::storage::test {

/// Writes sessions that are paid 1500 each, to ann of `default`.
inline void settle_one(store &s, const std::string &id) {
  auto c = pays(moves(id, 1), workflows::transfer_kind::settlement);
  c.payment->from = "program:default";
  static_cast<void>(append(s, {c}));
}
template <class... Ids> void settle(store &s, const Ids &...each) {
  (settle_one(s, each), ...);
}

inline workflows::waiting_transfer line(const std::string &session,
                                        std::int64_t amount = 1500) {
  return {.tutor = "ann",
          .currency = "USD",
          .session = session,
          .kind = workflows::transfer_kind::settlement,
          .n = 0,
          .amount = amount};
}

/// Returns true where a check finds nothing wrong with disbursements; these
/// sessions' events cannot be read.
inline bool sound(store &s) {
  for (const auto &sentence : s.check())
    if (sentence.find("disburs") != std::string::npos
        || sentence.find("clearing") != std::string::npos)
      return false;
  return true;
}

/// The commit that makes a disbursement of a run.
inline commit opens(const std::string &id,
                    std::vector<workflows::waiting_transfer> lines,
                    std::int64_t amount) {
  workflows::disbursement d;
  d.id = id;
  d.version = 1;
  d.run = "run-" + id;
  d.program = "default";
  d.tutor = "ann";
  d.amount = amount;
  d.currency = "USD";
  d.transfers = static_cast<int>(lines.size());
  d.opened_at = d.changed_at = at(60);
  commit c;
  c.session = workflows::disbursement_key(id);
  c.program = d.program;
  c.events.push_back({.seq = 1,
                      .type = "disbursement.opened",
                      .at = at(60),
                      .by = "system:recapd",
                      .data = workflows::to_text(workflows::disbursement_opened{
                          .run = d.run,
                          .program = d.program,
                          .tutor = d.tutor,
                          .amount = amount,
                          .currency = "USD",
                          .transfers = d.transfers,
                          .by = std::nullopt})});
  c.payment =
      workflows::transfer{.kind = workflows::transfer_kind::disbursement,
                          .from = "tutor:ann",
                          .to = "clearing:default",
                          .amount = amount,
                          .currency = "USD"};
  c.disbursed = std::make_shared<disbursement_change>(
      disbursement_change{.after = d, .transfers = std::move(lines)});
  return c;
}

/// The commit by which a disbursement that `opens` made moves on.
inline commit turns(const commit &opened, workflows::disbursement_status to,
                    int version = 2) {
  auto d = opened.disbursed->after;
  d.status = to;
  d.version = version;
  commit c;
  c.session = opened.session;
  c.program = d.program;
  c.events.push_back(
      {.seq = version,
       .type = "disbursement." + std::string{workflows::to_string(to)},
       .at = at(70 + version),
       .by = "system:bank",
       .data = R"({"v":1})"});
  if (workflows::gives_back(to)) {
    c.payment = *opened.payment;
    c.payment->kind = workflows::transfer_kind::give_back;
    std::swap(c.payment->from, c.payment->to);
  }
  c.disbursed =
      std::make_shared<disbursement_change>(disbursement_change{.after = d});
  return c;
}

}  // namespace recapd::storage::test
