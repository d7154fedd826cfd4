// SPDX-License-Identifier: Apache-2.0
#include "storage/audit.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "storage/event_reading.hpp"
#include "workflows/session/evolve.hpp"

namespace recapd::storage {

namespace {

namespace wf = workflows;

/// The state and the transfers to which a history adds up.
struct folded {
  wf::session state;
  std::vector<wf::transfer> transfers;
  std::vector<sent_reminder> reminders;
};

/// Follows the reminders that go out, and what answers them.
void follow(std::vector<sent_reminder> &reminders, const wf::event &e) {
  for (const auto &r : wf::reminder_table)
    if (wf::answers(e.what, r.kind))
      for (auto &sent : reminders)
        sent.answered =
            sent.answered
            || is_answer({.kind = std::string{r.name}, .at = e.at}, sent);
  if (const auto *r = std::get_if<wf::reminder_sent>(&e.what))
    reminders.push_back({.seq = e.seq,
                         .kind = std::string{wf::to_string(r->kind)},
                         .at = e.at});
}

/// Returns to what the events add up, which have no gap.
boost::system::result<folded, std::string>
add_up(const std::string &id, const std::vector<event_row> &events) {
  folded out;
  out.state.id = id;
  for (const auto &row : events) {
    const auto e = to_event(row);
    if (!e.has_value()) return e.error();
    follow(out.reminders, *e);
    if (auto payment = wf::happen(out.state, *e).payment)
      out.transfers.push_back(std::move(*payment));
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
  const auto name = "session " + record.id + ": ";
  const auto &events = record.events;
  for (std::size_t i = 0; i < events.size(); ++i)
    if (events[i].seq != static_cast<int>(i) + 1)
      return say(name + "its events have a gap before "
                 + std::to_string(events[i].seq));
  if (events.empty()) return say(name + "it has no events");
  const auto history = add_up(record.id, events);
  if (!history.has_value()) return say(name + history.error());
  for (const auto &part : history->state.usage)
    count_usage_(part.key, part.amount);
  compare_columns(record, history->state);
  compare_timer(record, history->state);
  compare_transfers(record, history->transfers);
  compare_reminders(record, history->reminders);
}

void audit::compare_columns(const session_record &record,
                            const wf::session &state) {
  const auto differs = [&](bool equal, const char *column) {
    if (!equal)
      say("session " + record.id + ": the column " + column
          + " is not what its events say");
  };
  differs(record.at.state == wf::to_string(state.status), "state");
  differs(record.row.tutor == state.tutor, "tutor");
  differs(record.row.course == state.course, "course");
  differs(record.row.program == state.program, "program");
  differs(record.row.starts_at == state.starts_at, "starts_at");
  differs(record.row.currency == state.currency, "currency");
  // The rules of a zone may have changed since.
  const auto day = wf::local_day(state.starts_at, state.timezone);
  differs(std::abs(record.row.day - day) <= 1, "day");
  const auto counts = wf::totals_of(state);
  differs(record.at.counts.minutes == counts.minutes, "minutes");
  differs(record.at.counts.confirm_seconds == counts.confirm_seconds,
          "confirm_seconds");
  differs(record.at.counts.pay == counts.pay, "pay");
  if (record.at.marks != wf::marks_of(state))
    say("session " + record.id + ": its marks are not what its events say");
}

void audit::compare_reminders(const session_record &record,
                              const std::vector<sent_reminder> &expected) {
  if (record.reminders != expected)
    say("session " + record.id + ": its reminders are not what its events say");
}

void audit::compare_timer(const session_record &record,
                          const wf::session &state) {
  const auto policy = policies_.find(state.policy_version);
  if (policy == policies_.end())
    return say("session " + record.id + ": there is no policy "
               + std::to_string(state.policy_version));
  const auto due = wf::next_timer(
      state, policy->second.rules_for(state.program, state.course));
  const auto expected = due ? std::optional{due->fires_at} : std::nullopt;
  if (record.at.next_timer == expected) return;
  const auto text = [](const std::optional<instant> &at) {
    return at ? wf::format_rfc3339(*at) : std::string{"never"};
  };
  say("session " + record.id + ": its next timer is "
      + text(record.at.next_timer) + ", it should be " + text(expected));
}

void audit::compare_transfers(const session_record &record,
                              const std::vector<wf::transfer> &expected) {
  std::vector<wf::transfer> stored;
  for (const auto &t : record.transfers)
    stored.push_back(t.what);
  if (std::is_permutation(stored.begin(), stored.end(), expected.begin(),
                          expected.end()))
    return;
  say("session " + record.id + ": the ledger has "
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
