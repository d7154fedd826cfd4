// SPDX-License-Identifier: Apache-2.0
#include "actors/preview.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

#include "actors/judging_rules.hpp"
#include "actors/outcome_json.hpp"
#include "actors/told_outcomes.hpp"
#include "storage/disbursement_reading.hpp"
#include "storage/event_reading.hpp"
#include "workflows/json/session.hpp"
#include "workflows/session/decide.hpp"
#include "workflows/session/evolve.hpp"

namespace recapd::actors {

namespace wf = workflows;

namespace {

/// Returns the first outcome of a command that was taken before.
std::optional<outcome> given_before(const submission &s, policy_book &policies,
                                    storage::store &from) {
  const auto key = s.key();
  auto found = find_told_outcomes(from, policies, {&key, 1});
  auto &row = found.front();
  if (!row.has_value()) throw storage::storage_error{row.error(), "unreadable"};
  if (!*row) return std::nullopt;
  return given_again(s, **row, true);
}

wf::session load(const std::string &id, storage::store &from) {
  const storage::session_version which{.session = id};
  const auto found = from.load_events({&which, 1});
  auto state = storage::fold(found.front());
  if (!state.has_value()) throw std::runtime_error{state.error()};
  (*state).id = id;
  return std::move(*state);
}

/// Returns the minutes that count towards the limits.
int counted(const wf::session &s) {
  int sum = 0;
  for (const auto &part : s.usage)
    if (part.key.kind == wf::limit_kind::tutor_week)
      sum += static_cast<int>(part.amount);
  return sum;
}

std::int64_t to_tutor(const wf::transfer &t, const wf::session &s) {
  return t.from == wf::program_account(s.program) ? t.amount : -t.amount;
}

/// The facts by which the session actor would decide now.
wf::facts facts_of(const submission &s, const wf::session &state, instant now,
                   policy_book &policies, storage::store &from) {
  wf::facts f;
  f.by = s.by;
  f.received_at = s.received_at;
  f.now = now;
  f.programs = &s.programs;
  const auto [version, rules] = judging_rules(
      policies, state, s.what, [&](int one) -> const wf::policy & {
        return policies.find_or_read(one, from);
      });
  f.policy_version = version;
  f.decided_by = &rules;
  std::vector<wf::usage_key> keys;
  for (auto &claim : wf::claims(state, s.what, f))
    keys.push_back(std::move(claim.key));
  f.used = from.load_usage(keys);
  return f;
}

void preview_result(const submission &s, storage::store &from, preview &out) {
  const storage::session_version which{.session = s.session};
  const auto found = from.load_events({&which, 1});
  const auto state = storage::fold_disbursement(found.front());
  if (!state.has_value()) throw std::runtime_error{state.error()};
  const auto decided = wf::decide(*state, std::get<wf::report_result>(s.what),
                                  {.by = s.by,
                                   .engine = wf::engine_itself,
                                   .received_at = s.received_at,
                                   .programs = &s.programs});
  out.answer = make_outcome(s.source, s.id, "null", decided.refusals);
  if (!decided.refusals.empty()) return;
  if (decided.events.empty())
    out.answer = stored_outcome(out.answer.json, true);
  for (const auto &e : decided.events) {
    const auto after = wf::evolve(*state, e);
    if (wf::transfer_of(after, e)) out.money += after.amount;
    for (const auto &n : wf::notices_of(after, e))
      out.notifications.push_back({.kind = n.kind, .to = n.to});
  }
}

}  // namespace

preview preview_of(const submission &s, instant now, policy_book &policies,
                   storage::store &from) {
  preview out;
  if (auto first = given_before(s, policies, from)) {
    out.answer = std::move(*first);
    return out;
  }
  if (wf::disbursement_of(s.session)) {
    preview_result(s, from, out);
    return out;
  }
  auto state = load(s.session, from);
  const auto facts = facts_of(s, state, now, policies, from);
  auto decided = wf::decide(state, s.what, facts);
  if (!decided.has_value()) {
    out.answer = make_outcome(s.source, s.id, "null", decided.error());
    return out;
  }
  auto events = std::move(*decided);
  if (const auto completed = wf::to_settle(state, events, *facts.decided_by))
    events.push_back(wf::settled(
        events.back(), wf::settlement(wf::terms_of(*completed),
                                      completed->minutes.value_or(0))));
  const auto before = counted(state);
  for (const auto &e : events) {
    const auto effects = wf::happen(state, e);
    if (effects.payment) out.money += to_tutor(*effects.payment, state);
    for (const auto &n : effects.notifications)
      out.notifications.push_back({.kind = n.kind, .to = n.to});
  }
  out.minutes = counted(state) - before;
  out.answer =
      make_outcome(s.source, s.id,
                   wf::to_view_text(state, *facts.decided_by, s.received_at,
                                    viewer_of(s.scope.value_or(""))),
                   {});
  return out;
}

}  // namespace recapd::actors
