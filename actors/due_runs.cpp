// SPDX-License-Identifier: Apache-2.0
#include "actors/due_runs.hpp"

#include <algorithm>

namespace recapd::actors {

namespace wf = workflows;

namespace {

/// Returns the moment since when the newest policy is in force: what an earlier
/// one missed is not made up for.
wf::instant in_force_since(storage::store &from, int version) {
  const auto rows = from.list_policies(version + 1, 1);
  return rows.empty() ? wf::instant{} : rows.front().at;
}

wf::instant runs_behind(const storage::program_runs &of, wf::instant since) {
  return std::max(since, of.last.value_or(since));
}

}  // namespace

bool pays_out(const policy_book &policies) {
  const auto &p = policies.current();
  return p.base.disbursements
         || std::ranges::any_of(p.programs, [](const auto &one) {
              return one.second.base.all.disbursements.has_value();
            });
}

std::vector<storage::timer_row> next_runs(storage::store &from,
                                          const policy_book &policies,
                                          wf::instant until,
                                          std::string_view only_program) {
  std::vector<storage::timer_row> out;
  if (!pays_out(policies)) return out;
  const auto [version, policy] = policies.newest();
  const auto since = in_force_since(from, version);
  for (const auto &of : from.list_program_runs(only_program)) {
    std::optional<wf::instant> at;
    const auto &rules = policy.rules_for(of.program, "");
    if (of.open)
      at = of.open->at;
    else if (rules.disbursements)
      at = wf::next_run(*rules.disbursements, rules.timezone,
                        runs_behind(of, since));
    if (at && *at <= until)
      out.push_back({.session = wf::runs_key(of.program), .at = *at});
  }
  return out;
}

std::optional<storage::run_row> begin_due_run(storage::store &in,
                                              const policy_book &policies,
                                              std::string_view program,
                                              wf::instant now) {
  const auto [version, policy] = policies.newest();
  const auto &rules = policy.rules_for(program, "");
  for (const auto &of : in.list_program_runs(program)) {
    if (of.open) return of.open;
    if (!rules.disbursements) continue;
    const auto &r = *rules.disbursements;
    const auto at = wf::due_run(
        r, rules.timezone, runs_behind(of, in_force_since(in, version)), now);
    if (!at) continue;
    return in.begin_run({.id = wf::run_id(program, rules.timezone, *at),
                         .program = of.program,
                         .at = *at,
                         .until = *at - r.after_settled,
                         .minimum = r.minimum,
                         .by = r.by});
  }
  return std::nullopt;
}

}  // namespace recapd::actors
