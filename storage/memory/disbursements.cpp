// Disbursements of the database in memory.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "storage/memory/database.hpp"
#include "workflows/ids.hpp"

namespace recapd::storage::memory {

namespace wf = workflows;

std::vector<program_runs>
database::program_runs_of(std::string_view only) const {
  std::map<std::string, program_runs> found;
  for (const auto &[id, row] : sessions)
    found[row.program].program = row.program;
  for (const auto &[id, run] : runs) {
    auto &of = found[run.program];
    of.program = run.program;
    of.last = std::max(of.last.value_or(run.at), run.at);
    if (!run.complete && (!of.open || run.at < of.open->at)) of.open = run;
  }
  std::vector<program_runs> out;
  for (auto &[program, one] : found)
    if (only.empty() || only == program) out.push_back(std::move(one));
  return out;
}

waiting_page database::waiting(const run_row &run, std::string_view after,
                               int tutors) const {
  waiting_page out;
  const auto pays = wf::program_account(run.program);
  std::vector<wf::waiting_transfer> all;
  for (const auto &[session, list] : transfers)
    for (const auto &t : list) {
      const bool gets = t.what.from == pays;
      if ((!gets && t.what.to != pays) || t.at >= run.until
          || t.what.amount == 0
          || stored.disbursed.contains({session, t.what.kind, t.what.n}))
        continue;
      const auto tutor =
          std::string{wf::plain_id(gets ? t.what.to : t.what.from)};
      if (tutor <= after) continue;
      all.push_back({.tutor = tutor,
                     .currency = t.what.currency,
                     .session = session,
                     .kind = t.what.kind,
                     .n = t.what.n,
                     .amount = gets ? t.what.amount : -t.what.amount});
    }
  std::ranges::sort(all, {}, [](const wf::waiting_transfer &t) {
    return std::tuple{t.tutor, t.currency, t.session, to_string(t.kind), t.n};
  });
  int seen = 0;
  for (auto &t : all) {
    if (out.next != t.tutor && ++seen > tutors) return out;
    out.next = t.tutor;
    out.transfers.push_back(std::move(t));
  }
  out.next.clear();
  return out;
}

page<disbursement_row>
database::list_disbursements(const disbursement_filter &f) const {
  page<disbursement_row> out;
  for (auto at = disbursements.upper_bound(f.after); at != disbursements.end();
       ++at) {
    const auto &d = at->second.what;
    if ((!f.run.empty() && d.run != f.run)
        || (!f.tutor.empty() && d.tutor != f.tutor)
        || (!f.program.empty() && d.program != f.program)
        || (!f.state.empty() && wf::to_string(d.status) != f.state)
        || !f.programs.includes(d.program))
      continue;
    if (static_cast<int>(out.size()) == f.limit) {
      out.more = true;
      break;
    }
    out.push_back(at->second);
  }
  return out;
}

std::vector<disbursement_row> database::unsent(const bucket_set &buckets,
                                               instant now, int limit) const {
  std::vector<disbursement_row> out;
  for (const auto &[id, row] : disbursements)
    if (row.what.status == wf::disbursement_status::open
        && row.what.by == wf::disbursement_way::http
        && buckets[wf::bucket_of(id)] && row.next_try_at
        && *row.next_try_at <= now && static_cast<int>(out.size()) < limit)
      out.push_back(row);
  return out;
}

void database::write_disbursement(const disbursement_change &change) {
  auto &row = disbursements[change.after.id];
  row.what = change.after;
  if (change.after.version == 1
      && change.after.by == wf::disbursement_way::http)
    row.next_try_at = change.after.opened_at;
}

}  // namespace recapd::storage::memory
