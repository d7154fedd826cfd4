// Texts that count once: what was used is remembered.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_set>

namespace recapd::gateway::oidc {

/// Remembers the texts that were used last, so many at most. Not thread safe.
class used_texts {
public:
  explicit used_texts(std::size_t most) : most_{most} {}

  [[nodiscard]] bool has(const std::string &text) const {
    return known_.contains(text);
  }
  /// Adds a text that is not there; the oldest is forgotten where there are too
  /// many.
  void add(const std::string &text) {
    known_.insert(text);
    in_order_.push_back(text);
    if (in_order_.size() <= most_) return;
    known_.erase(in_order_.front());
    in_order_.pop_front();
  }

private:
  std::size_t most_;
  std::unordered_set<std::string> known_;
  std::deque<std::string> in_order_;
};

}  // namespace recapd::gateway::oidc
