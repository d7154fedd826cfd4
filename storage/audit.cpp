// SPDX-License-Identifier: Apache-2.0
#include "storage/audit.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <utility>
#include <variant>

#include "storage/event_reading.hpp"
#include "workflows/json/session.hpp"
#include "workflows/session/evolve.hpp"

namespace recapd::storage {

namespace {

namespace json = boost::json;
namespace wf = workflows;

/// The state and the transfers to which a history adds up.
struct folded {
  wf::session state;
  std::vector<wf::transfer> transfers;
};

boost::system::result<folded, std::string>
fold(const std::string &id, const std::vector<event_row> &events) {
  folded out;
  out.state.id = id;
  for (const auto &row : events) {
    auto e = to_event(row);
    if (!e.has_value()) return e.error();
    if (const auto *paid = std::get_if<wf::session_paid>(&e->what))
      out.transfers.push_back(paid->payment);
    if (const auto *corrected = std::get_if<wf::time_corrected>(&e->what);
        corrected && corrected->payment)
      out.transfers.push_back(*corrected->payment);
    if (const auto *voided = std::get_if<wf::session_voided>(&e->what);
        voided && voided->reversal)
      out.transfers.push_back(*voided->reversal);
    out.state = wf::evolve(std::move(out.state), *e);
  }
  return out;
}

std::string name_of(const wf::usage_key &key) {
  return std::string{wf::to_string(key.kind)} + " of " + key.owner
         + (key.item.empty() ? "" : " and " + key.item) + ", "
         + wf::day_name(key.period);
}

}  // namespace

audit::audit(std::span<const policy_row> policies, count_usage count)
    : count_usage_{std::move(count)} {
  for (const auto &row : policies) {
    const auto body = parsed(row.body);
    wf::policy_error error;
    std::optional<wf::policy> policy;
    if (body && body->is_object())
      policy = wf::parse_policy(body->get_object(), error,
                                wf::policy_origin::stored);
    if (policy)
      policies_.emplace(row.version, std::move(*policy));
    else
      say("policy " + std::to_string(row.version)
          + " cannot be read: " + error.path + " should be " + error.expected);
  }
}

void audit::session(const session_record &record) {
  const auto &row = record.row;
  const auto name = "session " + row.id + ": ";
  const auto &events = record.events;
  for (std::size_t i = 0; i < events.size(); ++i)
    if (events[i].seq != static_cast<int>(i) + 1)
      return say(name + "its events have a gap before "
                 + std::to_string(events[i].seq));
  if (row.version != static_cast<int>(events.size()))
    return say(name + "its version is " + std::to_string(row.version)
               + ", its last event " + std::to_string(events.size()));
  const auto json = parsed(row.body);
  if (!json) return say(name + "its body is not JSON");
  const auto body = wf::parse_session(*json);
  if (!body.has_value())
    return say(name + "its body cannot be read: " + body.error());
  for (const auto &part : body->usage)
    count_usage_(part.key, part.amount);
  compare_columns(row, *body);
  compare_timer(row, *body);
  const auto history = fold(row.id, events);
  if (!history.has_value()) return say(name + history.error());
  if (history->state != *body)
    say(name + "its history does not fold to its row: "
        + json::serialize(wf::to_row(history->state)) + " is not "
        + json::serialize(*json));
  compare_transfers(record, history->transfers);
}

void audit::compare_columns(const session_row &row, const wf::session &body) {
  const auto differs = [&](bool equal, const char *column) {
    if (!equal)
      say("session " + row.id + ": the column " + column
          + " is not what its body says");
  };
  differs(row.id == body.id, "id");
  differs(row.version == body.version, "version");
  differs(row.state == wf::to_string(body.status), "state");
  differs(row.tutor == body.tutor, "tutor");
  differs(row.course == body.course, "course");
  differs(row.starts_at == body.starts_at, "starts_at");
}

void audit::compare_timer(const session_row &row, const wf::session &body) {
  const auto policy = policies_.find(body.policy_version);
  if (policy == policies_.end())
    return say("session " + row.id + ": there is no policy "
               + std::to_string(body.policy_version));
  const auto due = wf::next_timer(body, policy->second.for_course(body.course));
  const auto expected = due ? std::optional{due->fires_at} : std::nullopt;
  if (row.next_timer == expected) return;
  const auto text = [](const std::optional<instant> &at) {
    return at ? wf::format_rfc3339(*at) : std::string{"never"};
  };
  say("session " + row.id + ": its next timer is " + text(row.next_timer)
      + ", it should be " + text(expected));
}

void audit::compare_transfers(const session_record &record,
                              const std::vector<wf::transfer> &expected) {
  std::vector<wf::transfer> stored;
  for (const auto &t : record.transfers)
    stored.push_back(t.what);
  if (std::is_permutation(stored.begin(), stored.end(), expected.begin(),
                          expected.end()))
    return;
  say("session " + record.row.id + ": the ledger has "
      + std::to_string(stored.size()) + " transfers, its history "
      + std::to_string(expected.size())
      + (stored.size() == expected.size() ? " others" : ""));
}

void audit::outcome(const outcome_row &row, bool has_event) {
  if (!row.refused() && !has_event)
    say("command " + row.source + " " + row.id + ": session " + row.session
        + " has no event " + std::to_string(row.version) + ", which it led to");
  if (row.outcome.empty() && !row.refused()) return;
  const auto value = parsed(row.outcome);
  const auto text = [&](const char *member) {
    const auto *found = value->get_object().if_contains(member);
    return found && found->is_string() ? std::string{found->get_string()}
                                       : std::string{};
  };
  const auto *expected = row.refused() ? "refused" : "accepted";
  if (!value || !value->is_object() || text("outcome") != expected
      || text("id") != row.id || text("source") != row.source)
    say("command " + row.source + " " + row.id
        + ": its outcome is not the object of an " + expected + " command");
}

void audit::counter(const wf::usage_key &key, std::int64_t used,
                    std::int64_t of_sessions) {
  if (used != of_sessions)
    say("counter " + name_of(key) + ": " + std::to_string(used)
        + " are counted, sessions hold " + std::to_string(of_sessions));
}

void audit::say(std::string what) {
  if (++count_ <= most_reported) found_.push_back(std::move(what));
}

violations audit::result() const {
  auto out = found_;
  if (count_ > out.size())
    out.push_back("… and " + std::to_string(count_ - out.size()) + " more");
  return out;
}

}  // namespace recapd::storage
