// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/wrong_tokens.hpp"

#include <algorithm>

#include "gateway/telemetry/log.hpp"

namespace recapd::gateway::http {

std::chrono::milliseconds wrong_tokens::note(const std::string &address,
                                             time_point now) {
  const std::lock_guard lock{mutex_};
  if (by_address_.size() >= most_addresses && !by_address_.contains(address))
    forget(now);
  auto &who = by_address_[address];
  if (now - who.last > memory) who.count = 0;
  who.last = now;
  ++who.count;
  tell(address, now);
  if (who.count <= first_tries) return {};
  // Ten doublings are past `longest`; more would overflow at last.
  const auto doublings = std::min(who.count - first_tries - 1, 10);
  return std::min(longest, shortest * (1 << doublings));
}

/// Forgets the addresses that are silent for longer than `memory`, or all
/// where none is. The next wrong token of a forgotten address counts as its
/// first.
void wrong_tokens::forget(time_point now) {
  std::erase_if(by_address_, [now](const auto &one) {
    return now - one.second.last > memory;
  });
  if (by_address_.size() >= most_addresses) by_address_.clear();
}

/// Logs how many wrong tokens came since the last line, if that is long ago.
void wrong_tokens::tell(const std::string &address, time_point now) {
  ++untold_;
  if (told_ != time_point{} && now - told_ < told_each) return;
  log_warn("wrong bearer tokens",
           {{"count", std::to_string(untold_)}, {"last_from", address}});
  told_ = now;
  untold_ = 0;
}

}  // namespace recapd::gateway::http
