// SPDX-License-Identifier: Apache-2.0
#include "checker.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <limits>

#include "actors/told_outcomes.hpp"
#include "campus.hpp"
#include "compare.hpp"
#include "workflows/json/session.hpp"
#include "workflows/session/evolve.hpp"

namespace recapd::simulation {

namespace wf = workflows;
namespace json = boost::json;

namespace {

constexpr std::int64_t no_limit = std::int64_t{1} << 40;

bool shows(const json::object &view, int version, const std::string &state) {
  return view.at("version").to_number<int>() == version
         && std::string_view{view.at("state").as_string()} == state;
}

/// Returns programme and course of a session, or of the one to be scheduled.
std::pair<std::string, std::string> place_of(const model_session &s,
                                             const model_command &what) {
  const auto *schedule = std::get_if<wf::schedule_session>(what.what);
  if (s.version == 0 && schedule != nullptr)
    return {schedule->program, schedule->course};
  return {s.program, s.course};
}

std::vector<std::string> codes_of(const storage::outcome_row &row) {
  std::vector<std::string> codes;
  const auto outcome = json::parse(row.outcome);
  for (const auto &one : outcome.at("refusals").as_array())
    codes.emplace_back(one.at("code").as_string());
  return codes;
}

}  // namespace

std::pair<std::int64_t, std::int64_t>
counter_history::range_since(std::uint64_t since) const {
  std::pair range{last(), last()};
  for (auto i = values_.rbegin(); i != values_.rend(); ++i) {
    range.first = std::min(range.first, i->second);
    range.second = std::max(range.second, i->second);
    if (i->first <= since) return range;
  }
  range.first = std::min<std::int64_t>(range.first, 0);
  range.second = std::max<std::int64_t>(range.second, 0);
  return range;
}

void checker::expect(bool holds, const std::string &about,
                     const std::string &what) {
  if (!holds) violation(about + ": " + what);
}

void checker::knows_policy(int version, const wf::policy &p) {
  const auto [it, fresh] = policies_.try_emplace(version, p);
  expect(fresh || it->second == p, "policy " + std::to_string(version),
         "is another one than before");
}

const wf::rules *checker::rules_of(int policy_version,
                                   const std::string &program,
                                   const std::string &course) {
  const auto it = policies_.find(policy_version);
  if (it != policies_.end()) return &it->second.rules_for(program, course);
  violation("policy " + std::to_string(policy_version) + " is unknown");
  return nullptr;
}

void checker::sent(const actors::submission &s) {
  auto &k = commands_[{{s.source, s.id}, s.content}];
  if (k.times_sent++ == 0) {
    k.what = s;
    k.first_sent = commits_;
  }
  k.receipts.insert(s.received_at);
}

void checker::published(const actors::submission &s) {
  auto &line = published_[s.session];
  const std::pair what{identity{s.source, s.id}, s.content};
  if (std::find(line.begin(), line.end(), what) == line.end())
    line.push_back(what);
}

/// Checks that whatever was published before is durable by now. Another command
/// of the same id may have come by another ingress.
void checker::in_order(const storage::outcome_row &row) {
  const auto line = published_.find(row.session);
  if (line == published_.end()) return;
  const std::pair what{identity{row.source, row.id}, row.content};
  const auto end = std::find(line->second.begin(), line->second.end(), what);
  if (end == line->second.end()) return;
  for (auto i = line->second.begin(); i != end; ++i)
    expect(outcomes_.contains(i->first), row.session,
           i->first.second + " was published before " + row.id
               + ", and is done after it");
}

bool checker::has_outcome(const actors::submission &s) const {
  return outcomes_.contains({s.source, s.id});
}

const checker::known_command *checker::find(const storage::outcome_row &row) {
  const auto it = commands_.find({{row.source, row.id}, row.content});
  return it == commands_.end() ? nullptr : &it->second;
}

void checker::committed(const storage::commit &c) {
  ++commits_;
  for (const auto &e : c.events)
    ++met_[e.type];
  if (c.outcome) return command_committed(c);
  if (!c.events.empty()) return engine_committed(c);
  expect(c.inbox_seq && c.usage.empty() && !c.payment, c.session,
         "an empty commit must end an inbox row");
}

void checker::command_committed(const storage::commit &c) {
  const auto &row = *c.outcome;
  const auto about = c.session + " " + row.source + "/" + row.id;
  const auto *k = find(row);
  if (k == nullptr) return violation(about + ": nobody sent this command");
  const auto [decision, fresh] =
      outcomes_.try_emplace({row.source, row.id}, decided{.row = row});
  expect(fresh, about, "a command took effect twice");
  if (c.after) decision->second.state = c.after->state;
  if (!row.outcome.empty())
    first_told(about, decision->second, json::parse(row.outcome));
  in_order(row);
  expect(k->receipts.contains(row.received_at), about,
         "was not received at that moment");
  expect(row.session == c.session && c.session == k->what.session, about,
         "is another session's");
  const auto found = sessions_.find(c.session);
  model_session before;
  if (found != sessions_.end()) before = found->second;
  before.id = c.session;
  const model_command what{
      .what = &k->what.what, .by = k->what.by, .received_at = row.received_at};
  const auto version =
      before.version == 0 ? version_of(c, before, what) : before.policy_version;
  const auto [program, course] = place_of(before, what);
  const auto *r = rules_of(version, program, course);
  if (r == nullptr) return;
  const auto v = expect_command(before, what, *r, version);
  if (row.refused()) return refused(c, v, *k);
  accepted(c, v, *k);
  follow(c, v, *r);
}

int checker::version_of(const storage::commit &c, const model_session &before,
                        const model_command &what) const {
  if (!c.events.empty()) {
    const auto data = json::parse(c.events.front().data);
    const auto *version = data.as_object().if_contains("policy_version");
    return version != nullptr ? static_cast<int>(version->as_int64()) : 0;
  }
  const auto codes = codes_of(*c.outcome);
  const auto [program, course] = place_of(before, what);
  for (auto p = policies_.rbegin(); p != policies_.rend(); ++p) {
    const auto &r = p->second.rules_for(program, course);
    if (expect_command(before, what, r, p->first).codes == codes)
      return p->first;
  }
  return policies_.rbegin()->first;
}

void checker::accepted(const storage::commit &c, const expected_outcome &v,
                       const known_command &k) {
  const auto about = c.session + " " + k.what.source + "/" + k.what.id;
  expect(v.codes.empty(), about,
         "accepted, but the model refuses it " + joined(v.codes));
  for (const auto &e : c.events) {
    expect(e.at == c.outcome->received_at, about, "an event's time is wrong");
    // These are the engine's, whatever command they come with.
    const bool own = e.type == "session.missed" || e.type == "reminder.sent"
                     || e.type == "session.paid";
    expect(e.by == (own ? "system:recapd" : wf::to_string(k.what.by)), about,
           "an event's doer is wrong");
    expect(e.command_source == (own ? "" : k.what.source)
               && e.command_id == (own ? "" : k.what.id),
           about, "an event names another command");
  }
  if (c.events.empty()) return violation(about + ": accepted without an event");
  expect(c.outcome->version == c.events.back().seq, about,
         "the outcome is of another version than the events");
}

void checker::first_told(const std::string &about, decided &d,
                         json::value outcome) {
  const auto &o = outcome.as_object();
  const auto *refusals = o.at("refusals").if_array();
  const auto *expected = d.row.refused() ? "refused" : "accepted";
  expect(o.at("outcome") == expected && refusals
             && refusals->empty() != d.row.refused(),
         about, std::string{"the outcome is not `"} + expected + '`');
  if (!d.row.refused())
    expect(shows(o.at("session").as_object(), d.row.version, d.state), about,
           "the outcome shows another session than its events");
  d.told = std::move(outcome);
}

void checker::refused(const storage::commit &c, const expected_outcome &v,
                      const known_command &k) {
  const auto about = c.session + " " + k.what.source + "/" + k.what.id;
  expect(c.events.empty() && c.usage.empty() && !c.payment, about,
         "refused, but something happened");
  const auto o = json::parse(c.outcome->outcome).as_object();
  std::vector<limit_figure> limits;
  std::vector<std::string> others;
  for (const auto &one : o.at("refusals").as_array()) {
    ++met_[std::string{one.at("code").as_string()}];
    if (auto figure = read_limit(one.as_object()))
      limits.push_back(std::move(*figure));
    else if (!limits.empty())
      violation(about + ": a limit before another refusal");
    else
      others.emplace_back(one.at("code").as_string());
  }
  expect(others == v.codes, about,
         "refused " + joined(others) + ", the model says " + joined(v.codes));
  std::size_t next = 0;
  for (const auto &claim : v.claims) {
    const bool given = next < limits.size() && limits[next].code == claim.code
                       && limits[next].student == claim.student;
    const auto [low, high] = counters_[claim.key].range_since(k.first_sent);
    const auto cap = claim.cap ? std::int64_t{*claim.cap} : no_limit;
    expect(!given || high + claim.amount > cap, about,
           claim.code + " without cause: at most " + std::to_string(high)
               + " used");
    expect(given || low + claim.amount <= cap, about,
           claim.code + " is missing: at least " + std::to_string(low)
               + " used");
    if (!given) continue;
    const auto &figure = limits[next++];
    expect(figure.limit == cap && figure.period == claim.period, about,
           claim.code + " names the wrong limit or period");
    expect(figure.used >= low && figure.used <= high, about,
           claim.code + " says " + std::to_string(figure.used) + " used, not "
               + std::to_string(low) + " to " + std::to_string(high));
    expect(figure.remaining == std::max<std::int64_t>(cap - figure.used, 0),
           about, claim.code + " remaining is wrong");
  }
  expect(next == limits.size(), about, "a limit refusal that nothing claims");
  expect(!others.empty() || !limits.empty(), about, "refused without a reason");
  const auto *view = o.at("session").if_object();
  const auto &now = sessions_[c.session];
  if (view != nullptr)
    expect(shows(*view, now.version, now.state), about,
           "the refusal shows an old state");
}

void checker::engine_committed(const storage::commit &c) {
  const auto found = sessions_.find(c.session);
  if (found == sessions_.end())
    return violation(c.session + ": the engine moved what does not exist");
  const auto &s = found->second;
  const auto *r = rules_of(s.policy_version, s.program, s.course);
  if (r == nullptr) return;
  const auto v = expect_engine(s, c.events.front().at, *r);
  for (const auto &e : c.events)
    expect(e.at == c.events.front().at && e.by == "system:recapd"
               && e.command_id.empty(),
           c.session, "the engine's event is wrong");
  follow(c, v, *r);
}

void checker::answered(const actors::submission &s, const actors::outcome &o) {
  const auto about = s.session + " " + s.source + "/" + s.id;
  const auto it = outcomes_.find({s.source, s.id});
  if (it == outcomes_.end())
    return violation(about + ": answered before anything was durable");
  const auto &row = it->second.row;
  if (o.duplicate) ++met_["duplicate"];
  if (o.code == wf::refusal_code::id_reused) {
    ++met_["id-reused"];
    return expect(row.content != s.content, about,
                  "id-reused, but it is the same command");
  }
  expect(row.content == s.content, about,
         "another command of this id was taken, yet this one is answered");
  auto given = json::parse(o.json);
  given.as_object()["duplicate"] = false;
  if (it->second.told.is_null())
    first_told(about, it->second, std::move(given));
  else
    expect(same_but_erased(given, it->second.told), about,
           "answered otherwise than before");
  const auto *k = find(row);
  if (k != nullptr && k->times_sent == 1)
    expect(!o.duplicate, about, "sent once, answered as a duplicate");
}

std::optional<instant> checker::next_owed() const {
  std::optional<instant> next;
  for (const auto &[id, s] : sessions_)
    if (const auto at = owed(s); at && (!next || *at < *next)) next = at;
  return next;
}

std::optional<instant> checker::owed(const model_session &s) const {
  if (s.version == 0) return {};
  const auto policy = policies_.find(s.policy_version);
  if (policy == policies_.end()) return {};
  return owed_at(s, policy->second.rules_for(s.program, s.course));
}

/// Asks for every outcome: nobody may have been told another one.
void checker::tell_again(storage::store &store) {
  std::vector<storage::command_key> keys;
  for (const auto &[id, d] : outcomes_)
    keys.push_back(d.row.key());
  actors::policy_book policies;
  const auto found = actors::find_told_outcomes(store, policies, keys);
  auto next = found.begin();
  for (const auto &[id, d] : outcomes_) {
    const auto about = d.row.session + " " + id.first + "/" + id.second;
    const auto &told = *next++;
    if (!told.has_value() || !*told) {
      violation(about + ": its outcome cannot be told");
      continue;
    }
    expect(d.told.is_null()
               || same_but_erased(json::parse((*told)->outcome), d.told),
           about, "would be told otherwise now");
  }
}

void checker::erased(const std::string &session, const storage::erasure &what) {
  ++met_[std::string{wf::person_erased::type}];
  const auto found = sessions_.find(session);
  if (found == sessions_.end())
    return violation(session + ": an erasure in what does not exist");
  auto &state = folded_[session];
  state = wf::evolve(std::move(state),
                     {.seq = ++found->second.version,
                      .at = what.at,
                      .by = what.by,
                      .what = wf::person_erased{.who = what.who}});
}

void checker::expect_no_texts(storage::store &store,
                              const std::vector<wf::person> &of) {
  const auto look = [&](const std::string &about, const std::string &text) {
    for (const auto &who : of)
      if (const auto mark = mark_of(who))
        expect(text.find(std::string{'"', *mark}) == text.npos, about,
               "has a text of " + wf::to_string(who) + ", which was erased");
  };
  for (const auto &row : store.read_feed(0, std::numeric_limits<int>::max())) {
    const auto about = row.session + "/" + std::to_string(row.event.seq);
    look(about, row.event.data);
    look(about + "'s notifications", row.event.notifications);
  }
  std::vector<storage::command_key> keys;
  for (const auto &[id, d] : outcomes_)
    keys.push_back(d.row.key());
  actors::policy_book policies;
  for (const auto &told : actors::find_told_outcomes(store, policies, keys))
    if (told.has_value() && *told)
      look("the outcome of " + (*told)->id,
           json::serialize(json::parse((*told)->outcome).at("session")));
}

void checker::at_the_end(storage::store &store, instant now) {
  tell_again(store);
  replay_all(store, now);
  for (const auto &what : store.check())
    violation("check: " + what);
  for (const auto &[id, s] : sessions_)
    expect(s.state != "completed" || owed(s), id, "completed and not paid");
  if (const auto owed = next_owed())
    expect(*owed > now, "timers",
           "one due at " + wf::format_rfc3339(*owed) + " has not fired");
  std::map<std::string, std::int64_t> sums;
  for (const auto &[account, balances] : accounts_) {
    std::vector<std::pair<std::string, std::int64_t>> all(balances.begin(),
                                                          balances.end());
    expect(store.account(account, "", 1).balances == all, account,
           "the balance is not the sum of what was paid");
    for (const auto &[currency, sum] : balances)
      sums[currency] += sum;
  }
  for (const auto &[currency, sum] : sums)
    expect(sum == 0, "ledger", currency + " does not add up to zero");
  for (const auto &[key, k] : commands_)
    expect(outcomes_.contains(key.first),
           key.first.first + "/" + key.first.second,
           "was sent and never decided");
  // From scratch: what the sessions hold is what is used.
  std::map<std::string, std::int64_t> held;
  for (const auto &[id, s] : sessions_)
    for (const auto &claim : s.held)
      held[claim.key] += claim.amount;
  for (const auto &[key, history] : counters_) {
    expect(history.last() == held[key], key, "is not what the sessions hold");
    const auto parsed = parse_usage_key(key);
    expect(store.load_usage(std::vector{parsed}).front() == held[key], key,
           "is stored otherwise");
  }
}

}  // namespace recapd::simulation
