// SPDX-License-Identifier: Apache-2.0
#include "gateway/feed/bystander.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "gateway/wire/reading.hpp"

namespace recapd::gateway::feed {
namespace {

constexpr const char *idle_condition = "webhook-idle";
constexpr std::chrono::seconds between_looks{5};
/// Where counting ends: larger figures tell nothing more.
constexpr int most_waiting = 10'000;

}  // namespace

void bystander::look() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_look_) return;
  next_look_ =
      now
      + std::min<std::chrono::steady_clock::duration>(between_looks, patience_);
  const auto found = read_now(engine_, [](storage::store &s) {
    const auto at = s.load_sink("webhook");
    return std::pair{at.version,
                     s.count_feed(at.position, most_waiting).readable};
  });
  if (!found) return;
  if (found->second == 0 || found->first != version_) {
    version_ = found->first;
    moved_ = now;
    return engine_.conditions().settle(idle_condition);
  }
  if (now - moved_ < patience_) return;
  engine_.conditions().raise(
      idle_condition, actors::weight::warning,
      "The webhook waits for the node that serves bucket 0, which posts "
      "nothing though "
          + std::to_string(found->second)
          + " events wait: every node of the database needs the same "
            "webhook.url.");
}

void bystander::settle() {
  version_ = -1;
  next_look_ = {};
  engine_.conditions().settle(idle_condition);
}

}  // namespace recapd::gateway::feed
