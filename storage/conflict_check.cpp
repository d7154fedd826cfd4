// SPDX-License-Identifier: Apache-2.0
#include "storage/conflict_check.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace recapd::storage {

using workflows::transfer_kind;

namespace {

void require(bool holds, const char *what) {
  if (holds) return;
  std::fprintf(stderr, "recapd: bug: a commit %s\n", what);
  std::abort();
}

bool is_one_field(std::string_view text) {
  return text.find('\n') == std::string_view::npos
         && text.find('\t') == std::string_view::npos;
}

}  // namespace

void add_changes(net_changes &net, std::span<const usage_change> changes) {
  for (const auto &change : changes) {
    if (change.delta == 0) continue;
    auto &sum = net[change.key];
    sum.delta += change.delta;
    if (change.delta < 0) continue;
    sum.raised = true;
    if (change.cap)
      sum.cap = std::min(sum.cap.value_or(*change.cap), *change.cap);
  }
}

std::optional<fault> conflict_check::admit(const commit &c) {
  net_changes net;
  add_changes(net, c.usage);
  if (c.outcome && commands.contains(c.outcome->key()))
    return fault::duplicate_command;
  if (!follows(c)) return fault::version_conflict;
  if (passes_limit(net)) return fault::limit_conflict;
  if (ledger_refuses(c)) return fault::ledger_conflict;

  if (c.outcome) commands.insert(c.outcome->key());
  if (!c.events.empty()) versions[c.session] = c.events.back().seq;
  for (const auto &[key, change] : net)
    used[key] += change.delta;
  if (c.disbursed) take_disbursement(c);
  if (c.payment) ledger[c.session].push_back(*c.payment);
  return std::nullopt;
}

bool conflict_check::follows(const commit &c) const {
  const auto stored = versions.find(c.session);
  const auto version = stored == versions.end() ? 0 : stored->second;
  if (c.events.empty()) return c.base_version.value_or(version) == version;
  return c.events.front().seq == version + 1;
}

bool conflict_check::passes_limit(const net_changes &net) const {
  return std::any_of(net.begin(), net.end(), [&](const auto &entry) {
    const auto &[key, change] = entry;
    const auto found = used.find(key);
    const auto after = (found == used.end() ? 0 : found->second) + change.delta;
    return after < 0 || (change.raised && change.cap && after > *change.cap);
  });
}

/// Returns what a disbursement's transfer of the ledger says of its money.
bool conflict_check::disbursement_refused(const commit &c) const {
  const auto &d = c.disbursed->after;
  const auto found = ledger.find(c.session);
  const auto moves = (found == ledger.end() ? 0 : std::ssize(found->second))
                     + (c.payment ? 1 : 0);
  if (moves != (workflows::gives_back(d.status) ? 2 : 1)) return true;
  if (c.payment
      && (c.payment->amount != d.amount || c.payment->currency != d.currency))
    return true;
  if (!whole || d.version > 1) return false;
  std::int64_t sum = 0;
  for (const auto &t : c.disbursed->transfers) {
    const auto of = ledger.find(t.session);
    if (of == ledger.end() || disbursed.contains({t.session, t.kind, t.n}))
      return true;
    const auto stored = std::ranges::find_if(of->second, [&](const auto &one) {
      return one.kind == t.kind && one.n == t.n;
    });
    if (stored == of->second.end() || stored->currency != d.currency)
      return true;
    sum += stored->to == "tutor:" + d.tutor ? stored->amount : -stored->amount;
  }
  return sum != d.amount || sum <= 0;
}

void conflict_check::take_disbursement(const commit &c) {
  for (const auto &t : c.disbursed->transfers)
    disbursed_of[c.session].push_back({t.session, t.kind, t.n});
  for (const auto &line : disbursed_of[c.session])
    if (workflows::gives_back(c.disbursed->after.status))
      disbursed.erase(line);
    else
      disbursed.insert(line);
}

bool conflict_check::ledger_refuses(const commit &c) const {
  if (c.disbursed) return disbursement_refused(c);
  if (!c.payment) return false;
  const auto &t = *c.payment;
  const auto found = ledger.find(c.session);
  const bool settled = found != ledger.end();
  if (t.kind == transfer_kind::settlement) return settled || t.n != 0;
  if (!settled) return true;
  const auto &written = found->second;
  const auto &first = written.front();
  if (written.back().kind == transfer_kind::reversal
      || t.currency != first.currency)
    return true;
  std::int64_t net = 0;
  for (const auto &one : written)
    net += one.from == first.from ? one.amount : -one.amount;
  const bool more = t.from == first.from && t.to == first.to;
  const bool back = t.from == first.to && t.to == first.from;
  if (t.kind == transfer_kind::reversal)
    return !back || t.amount != net || t.n != 0;
  return t.n != std::ssize(written) || t.amount <= 0
         || (!more && (!back || t.amount > net));
}

void require_well_formed(const commit &c) {
  const bool moves = !c.events.empty();
  const bool creates = moves && c.events.front().seq == 1;
  const bool of_session = moves && !c.disbursed;
  require(moves || !c.disbursed, "of a disbursement must have an event");
  require(c.after.has_value() == of_session,
          "must say where the session stands exactly when it has events");
  require(c.before.has_value() == (of_session && !creates),
          "must say where the session stood exactly when there was one");
  require(c.row.has_value() == (of_session && creates),
          "must have a row exactly when it has the first event");
  require(!c.payment || moves, "with a payment must have an event");
  for (std::size_t i = 1; i < c.events.size(); ++i)
    require(c.events[i].seq == c.events[i - 1].seq + 1,
            "must have events without a gap");
  for (const auto &e : c.events) {
    require(e.at == c.events.front().at
                && e.traceparent == c.events.front().traceparent,
            "must have events of one moment and trace");
    require(is_one_field(e.data) && is_one_field(e.notifications),
            "must have events without line ends and tabs");
  }
  require(!c.outcome || c.events.empty()
              || c.outcome->received_at == c.events.front().at,
          "must have its events at its command's moment");
  require(!moves || c.events.front().seq > 0, "must have events from 1");
}

}  // namespace recapd::storage
