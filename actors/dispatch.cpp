// SPDX-License-Identifier: Apache-2.0
#include "actors/dispatch.hpp"

#include <caf/send.hpp>
#include <utility>

namespace recapd::actors {

bool dispatch(const node_context &node, std::shared_ptr<work> item) {
  const auto &what = item->what;
  const bool ours =
      what.inbox_seq || what.decided_here || node.owned->leased(what.session);
  if (ours)
    caf::anon_send(node.shard_of(what.session), take_work{std::move(item)});
  else
    caf::anon_send(node.forwarder, take_work{std::move(item)});
  return !ours;
}

}  // namespace recapd::actors
