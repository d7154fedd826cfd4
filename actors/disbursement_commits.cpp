// SPDX-License-Identifier: Apache-2.0
#include "actors/disbursement_commits.hpp"

#include "actors/commit_builder.hpp"

namespace recapd::actors {

namespace wf = workflows;

std::pair<storage::commit, wf::disbursement> build_disbursement_commit(
    const wf::disbursement &before, const wf::disbursement_event &e,
    const submission *from, std::vector<wf::waiting_transfer> transfers) {
  auto after = wf::evolve(before, e);
  storage::commit c;
  c.session = wf::disbursement_key(after.id);
  c.program = after.program;
  c.payment = wf::transfer_of(after, e);
  storage::event_row row{.seq = e.seq,
                         .type = wf::type_of(e.what),
                         .at = e.at,
                         .by = wf::to_string(e.by),
                         .data = wf::to_text(e.what),
                         .notifications =
                             notifications_text(wf::notices_of(after, e))};
  if (from != nullptr) {
    c.inbox_seq = from->inbox_seq;
    row.traceparent = from->traceparent;
    row.command_source = from->source;
    row.command_id = from->id;
  }
  c.events.push_back(std::move(row));
  c.disbursed = std::make_shared<storage::disbursement_change>(
      storage::disbursement_change{.after = after,
                                   .transfers = std::move(transfers)});
  return {std::move(c), std::move(after)};
}

}  // namespace recapd::actors
