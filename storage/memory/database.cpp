// SPDX-License-Identifier: Apache-2.0
#include "storage/memory/database.hpp"

#include "workflows/ids.hpp"

namespace recapd::storage::memory {

std::shared_ptr<database> make_database() {
  auto made = std::make_shared<database>();
  made->stored.whole = true;
  return made;
}

void database::write(const commit &c) {
  if (c.row) sessions.emplace(c.session, *c.row);
  if (c.after) write_standing(c);
  write_reminders(c);
  if (!c.events.empty())
    commits[c.session].emplace_back(c.events.size(), c.outcome.has_value());
  for (const auto &e : c.events) {
    histories[c.session].push_back(log.size());
    log.push_back({.position = static_cast<std::int64_t>(log.size()) + 1,
                   .session = c.session,
                   .event = e});
  }
  for (const auto &student : c.new_students)
    students.emplace(student, c.session);
  if (c.payment) write_payment(c);
  if (c.disbursed) write_disbursement(*c.disbursed);
  if (c.outcome) outcomes.emplace(c.outcome->key(), *c.outcome);
  if (c.outcome && c.outcome->refused())
    refused[c.outcome->session].push_back(c.outcome->key());
  if (c.asked_again) {
    auto &row = outcomes.at(c.asked_again->key());
    row.outcome = c.asked_again->outcome;
    row.told_for = c.asked_again->told_for;
  }
  if (c.inbox_seq) inbox.erase(*c.inbox_seq);
}

void database::write_standing(const commit &c) {
  if (c.before == c.after) return;
  const auto bucket = workflows::bucket_of(c.session);
  auto &at = standings[c.session];
  if (at.next_timer) timers.erase({bucket, *at.next_timer, c.session});
  at = *c.after;
  if (at.next_timer) timers.emplace(bucket, *at.next_timer, c.session);
}

void database::write_reminders(const commit &c) {
  if (c.reminded.empty() && c.answered.empty()) return;
  auto &sent = reminders[c.session];
  sent.insert(sent.end(), c.reminded.begin(), c.reminded.end());
  for (const auto &a : c.answered)
    for (auto &r : sent)
      r.answered = r.answered || is_answer(a, r);
}

void database::write_payment(const commit &c) {
  const auto &what = *c.payment;
  const auto at = c.events.back().at;
  const std::string kind{workflows::to_string(what.kind)};
  transfers[c.session].push_back(
      {.session = c.session, .what = what, .at = at});
  const auto enter = [&](const std::string &account, std::int64_t amount) {
    accounts[account].emplace(
        account_key{.at = at, .session = c.session, .kind = kind, .n = what.n},
        account_page::entry{.session = c.session,
                            .amount = amount,
                            .currency = what.currency,
                            .at = at,
                            .kind = what.kind,
                            .n = what.n});
  };
  enter(what.from, -what.amount);
  enter(what.to, what.amount);
}

}  // namespace recapd::storage::memory
