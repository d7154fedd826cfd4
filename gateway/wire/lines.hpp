// Lines in which the commands of one session wait for the one before.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace recapd::gateway {

/// Keeps items of one key one after the other, in the order in which they
/// entered: one is under way, the rest wait. Not thread safe.
template <class T> class lines {
public:
  /// Returns the item where it is to begin now; else it waits. `bytes` is what
  /// it counts while it does.
  std::optional<T> enter(const std::string &key, T item,
                         std::size_t bytes = 0) {
    const auto [at, first] = lines_.try_emplace(key);
    if (first) return item;
    at->second.emplace_back(std::move(item), bytes);
    bytes_ += bytes;
    ++waiting_;
    return std::nullopt;
  }

  /// Notes that the key's item has ended. Returns the next one, if any, which
  /// is to begin now.
  std::optional<T> leave(const std::string &key) {
    const auto at = lines_.find(key);
    if (at == lines_.end()) return std::nullopt;
    if (at->second.empty()) {
      lines_.erase(at);
      return std::nullopt;
    }
    auto [next, bytes] = std::move(at->second.front());
    at->second.pop_front();
    bytes_ -= bytes;
    --waiting_;
    return std::optional<T>{std::move(next)};
  }

  /// Takes out and returns what waits, of every key.
  std::vector<T> clear() {
    std::vector<T> all;
    for (auto &[key, waits] : lines_) {
      for (auto &[item, bytes] : waits)
        all.push_back(std::move(item));
      waits.clear();
    }
    bytes_ = waiting_ = 0;
    return all;
  }

  /// How many items wait, and how much they count.
  [[nodiscard]] std::size_t waiting() const { return waiting_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
  using line = std::deque<std::pair<T, std::size_t>>;

  std::map<std::string, line> lines_;  ///< one is under way before
  std::size_t bytes_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace recapd::gateway
