// SPDX-License-Identifier: Apache-2.0
#include "actors/told_outcomes.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

#include "actors/outcome_json.hpp"
#include "storage/event_reading.hpp"
#include "workflows/json/session.hpp"

namespace recapd::actors {

namespace wf = workflows;
using storage::fault;

namespace {

/// The most sessions whose events are in memory at a time.
constexpr std::size_t most_sessions = 64;

using rows_to_tell =
    std::vector<std::pair<storage::outcome_row *, outcome_rows::value_type *>>;

/// Tells outcomes of one session, which are in the order of their versions.
void tell(std::span<const rows_to_tell::value_type> rows,
          const storage::session_events &of, storage::store &store,
          policy_book &policies) {
  wf::session s;
  s.id = of.id;
  for (const auto &[row, told] : rows)
    try {
      const auto moved = storage::move_to(s, of, row->version);
      if (!moved.has_value()) throw std::runtime_error(moved.error());
      const auto &rules = policies.find_or_read(s.policy_version, store)
                              .rules_for(s.program, s.course);
      row->outcome = make_outcome(row->source, row->id,
                                  wf::to_view_text(s, rules, row->received_at,
                                                   viewer_of(row->scope)),
                                  {})
                         .json;
    } catch (const storage::storage_error &) {
      throw;
    } catch (const std::exception &e) {
      spdlog::error("the outcome of {} {} of session {} cannot be told: {}; see"
                    " recapctl check",
                    row->source, row->id, of.id, e.what());
      *told = fault::unavailable;
    }
}

}  // namespace

outcome_rows find_told_outcomes(storage::store &store, policy_book &policies,
                                std::span<const storage::command_key> keys) {
  outcome_rows out;
  for (auto &row : store.find_outcomes(keys))
    out.emplace_back(std::move(row));
  rows_to_tell untold;
  for (auto &told : out)
    if (auto &row = *told; !row || !row->outcome.empty())
      continue;
    else if (wf::disbursement_of(row->session))
      row->outcome = make_outcome(row->source, row->id, "null", {}).json;
    else
      untold.emplace_back(&*row, &told);
  std::ranges::sort(untold, {}, [](const auto &one) {
    return std::tie(one.first->session, one.first->version);
  });
  std::vector<std::span<rows_to_tell::value_type>> by_session;
  for (auto first = untold.begin(); first != untold.end();) {
    const auto end = std::find_if(first, untold.end(), [&](const auto &one) {
      return one.first->session != first->first->session;
    });
    by_session.emplace_back(first, end);
    first = end;
  }
  for (std::size_t from = 0; from < by_session.size(); from += most_sessions) {
    const auto part = std::span{by_session}.subspan(
        from, std::min(most_sessions, by_session.size() - from));
    std::vector<storage::session_version> last;
    for (const auto &rows : part)
      last.push_back({.session = rows.back().first->session,
                      .version = rows.back().first->version});
    const auto events = store.load_events(last);
    for (std::size_t i = 0; i < part.size(); ++i)
      tell(part[i], events[i], store, policies);
  }
  return out;
}

}  // namespace recapd::actors
