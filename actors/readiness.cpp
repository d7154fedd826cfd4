// SPDX-License-Identifier: Apache-2.0
#include "actors/readiness.hpp"

#include <algorithm>
#include <spdlog/spdlog.h>
#include <utility>

namespace recapd::actors {

readiness::readiness(std::function<workflows::instant()> now)
    : now_{std::move(now)} {}

void readiness::raise(std::string_view code, weight how, std::string detail) {
  const std::lock_guard lock{mutex_};
  const auto at = raised_.find(code);
  const bool to_log = at == raised_.end() || at->second.how != how;
  const auto since = at == raised_.end() ? now_() : at->second.what.since;
  if (to_log)
    spdlog::warn("{}: {}",
                 how == weight::warning ? "to be looked at" : "not ready",
                 detail);
  raised_.insert_or_assign(
      std::string{code},
      entry{.how = how, .what = {std::string{code}, std::move(detail), since}});
  set_closed();
}

void readiness::settle(std::string_view code) {
  const std::lock_guard lock{mutex_};
  const auto at = raised_.find(code);
  if (at == raised_.end()) return;
  spdlog::info("settled: {}", at->second.what.detail);
  raised_.erase(at);
  set_closed();
}

std::vector<condition> readiness::those(bool warnings) const {
  std::vector<condition> found;
  {
    const std::lock_guard lock{mutex_};
    for (const auto &[code, raised] : raised_)
      if ((raised.how == weight::warning) == warnings)
        found.push_back(raised.what);
  }
  std::stable_sort(
      found.begin(), found.end(),
      [](const auto &a, const auto &b) { return a.since < b.since; });
  return found;
}

std::vector<condition> readiness::reasons() const {
  return those(false);
}

std::vector<condition> readiness::warnings() const {
  return those(true);
}

bool readiness::ready() const {
  const std::lock_guard lock{mutex_};
  return std::all_of(raised_.begin(), raised_.end(), [](const auto &h) {
    return h.second.how == weight::warning;
  });
}

void readiness::set_closed() {
  closed_ = std::any_of(raised_.begin(), raised_.end(), [](const auto &h) {
    return h.second.how == weight::closed;
  });
}

}  // namespace recapd::actors
