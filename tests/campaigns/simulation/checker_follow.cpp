// SPDX-License-Identifier: Apache-2.0
// The checker compares what was written with what the model expects.
#include <algorithm>
#include <boost/json/parse.hpp>

#include "checker.hpp"
#include "compare.hpp"
#include "workflows/json/session.hpp"
#include "workflows/session/evolve.hpp"

namespace recapd::simulation {

namespace wf = workflows;
namespace json = boost::json;

namespace {

template <class Events>
std::vector<std::string> types_of(const Events &events) {
  std::vector<std::string> types;
  for (const auto &e : events)
    types.push_back(e.type);
  return types;
}

}  // namespace

/// Checks that the commit holds what the model expects, and moves on the
/// model's session.
void checker::follow(const storage::commit &c, const expected_outcome &v,
                     const wf::rules &r) {
  const auto types = types_of(c.events);
  const auto wanted = types_of(v.events);
  expect(types == wanted, c.session,
         "happened " + joined(types) + ", the model says " + joined(wanted));
  if (types == wanted) follow_notices(c, v);
  follow_usage(c, v);
  follow_ledger(c, v);
  auto after = v.after;
  if (c.after) {
    fold(c, after);
    expect(c.after->next_timer == owed_at(after, r), c.session,
           "the next timer is not the one that is owed");
  }
  sessions_[c.session] = std::move(after);
}

/// Checks who is told what of each event; the order among them is free.
void checker::follow_notices(const storage::commit &c,
                             const expected_outcome &v) {
  for (std::size_t i = 0; i < c.events.size(); ++i) {
    std::vector<std::string> told;
    for (const auto &[kind, to] : read_notices(c.events[i])) {
      ++met_[kind];
      told.push_back(kind + " to " + to);
    }
    auto wanted = v.events[i].told;
    std::sort(told.begin(), told.end());
    std::sort(wanted.begin(), wanted.end());
    expect(told == wanted, c.session,
           c.events[i].type + " notifies " + joined(told) + ", the model says "
               + joined(wanted));
  }
}

void checker::follow_usage(const storage::commit &c,
                           const expected_outcome &v) {
  std::map<std::string, std::int64_t> change, written;
  for (const auto &claim : v.after.held)
    change[claim.key] += claim.amount;
  for (const auto &claim : sessions_[c.session].held)
    change[claim.key] -= claim.amount;
  for (const auto &u : c.usage)
    written[name_of(u.key)] += u.delta;
  std::erase_if(change, [](const auto &e) { return e.second == 0; });
  std::erase_if(written, [](const auto &e) { return e.second == 0; });
  expect(change == written, c.session, "counts other usage than the model");
  for (const auto &[key, delta] : written)
    counters_[key].add(commits_, int(delta));
  for (const auto &claim : v.after.held) {
    const auto used = counters_[claim.key].last();
    const auto raised = change.find(claim.key);
    if (raised != change.end() && raised->second > 0 && claim.cap)
      expect(used <= *claim.cap, c.session,
             claim.key + " passes its limit: " + std::to_string(used) + " of "
                 + std::to_string(*claim.cap));
  }
}

void checker::follow_ledger(const storage::commit &c,
                            const expected_outcome &v) {
  expect(c.payment == v.payment, c.session, "pays otherwise than the model");
  if (!c.payment) return;
  accounts_[c.payment->from][c.payment->currency] -= c.payment->amount;
  accounts_[c.payment->to][c.payment->currency] += c.payment->amount;
}

/// Checks that the history so far folds to the model's session, and that the
/// session is listed and woken by it.
void checker::fold(const storage::commit &c, const model_session &s) {
  auto &state = folded_[c.session];
  state.id = c.session;
  for (const auto &e : c.events) {
    auto what = wf::parse_event(e.type, json::parse(e.data));
    if (!what.has_value())
      return violation(c.session
                       + ": an event cannot be read: " + what.error());
    state = wf::evolve(std::move(state), {.seq = e.seq,
                                          .at = e.at,
                                          .by = *wf::parse_person(e.by),
                                          .what = std::move(*what)});
  }
  expect(state.version == s.version && c.after->state == s.state, c.session,
         "the session is " + c.after->state + " "
             + std::to_string(state.version) + ", the model's " + s.state + " "
             + std::to_string(s.version));
  if (c.row)
    expect(c.row->tutor == s.tutor && c.row->course == s.course
               && c.row->starts_at == s.starts_at,
           c.session, "the session is listed by what the model has not");
  for (const auto &difference : differences(state, s))
    violation(c.session + ": " + difference);
}

}  // namespace recapd::simulation
