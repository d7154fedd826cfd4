// SPDX-License-Identifier: Apache-2.0
#include "workflows/whatif/hours.hpp"

#include <algorithm>

namespace recapd::workflows {

void hours::count_was(const std::vector<counted_usage> &changes) {
  for (const auto &c : changes)
    counters_[c.key].was += c.amount;
}

void hours::count_would(const std::vector<counted_usage> &changes) {
  for (const auto &c : changes)
    counters_[c.key].would += c.amount;
}

std::vector<std::int64_t> hours::used_for(const std::vector<claim> &claims,
                                          const cue &at) const {
  std::vector<std::int64_t> out;
  out.reserve(claims.size());
  for (const auto &one : claims) {
    const auto found = counters_.find(one.key);
    const auto c = found == counters_.end() ? counter{} : found->second;
    auto was = c.was;
    for (const auto &k : at.known)
      if (k.key == one.key) was = k.exactly ? k.used : std::min(was, k.used);
    out.push_back(was + c.would - c.was);
  }
  return out;
}

}  // namespace recapd::workflows
