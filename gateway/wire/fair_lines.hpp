// Lines of work, one a key: no key has more under way than its share.
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

/// Lines in which what is more than a key's share waits, in its order, until
/// one of the key's items has ended. Not thread safe.
template <class T> class fair_lines {
public:
  /// Allows each key `share` items under way. The lines are full once items of
  /// `most_bytes` wait.
  fair_lines(std::size_t share, std::size_t most_bytes)
      : share_{share}, most_bytes_{most_bytes} {}

  /// Returns the item where it is to begin now; else it waits in its line.
  std::optional<T> enter(const std::string &key, T item, std::size_t bytes) {
    auto &own = lines_[key];
    if (own.under_way < share_) {
      ++own.under_way;
      return item;
    }
    own.waiting.emplace_back(std::move(item), bytes);
    bytes_ += bytes;
    ++waiting_;
    return std::nullopt;
  }

  /// Notes that one of the key's items has ended. Returns the next of its line,
  /// if any, which is to begin now.
  std::optional<T> leave(const std::string &key) {
    const auto at = lines_.find(key);
    if (at == lines_.end()) return std::nullopt;
    auto &own = at->second;
    if (own.waiting.empty()) {
      if (--own.under_way == 0) lines_.erase(at);
      return std::nullopt;
    }
    auto [next, bytes] = std::move(own.waiting.front());
    own.waiting.pop_front();
    bytes_ -= bytes;
    --waiting_;
    return std::optional<T>{std::move(next)};
  }

  /// Takes out and returns all items that wait.
  std::vector<T> clear() {
    std::vector<T> all;
    for (auto &[key, own] : lines_) {
      for (auto &one : own.waiting)
        all.push_back(std::move(one.first));
      own.waiting.clear();
    }
    bytes_ = waiting_ = 0;
    return all;
  }

  [[nodiscard]] std::size_t waiting() const { return waiting_; }
  [[nodiscard]] bool full() const { return bytes_ >= most_bytes_; }

private:
  struct line {
    std::size_t under_way = 0;
    std::deque<std::pair<T, std::size_t>> waiting;
  };
  std::map<std::string, line> lines_;
  std::size_t share_;
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::size_t waiting_ = 0;
};

}  // namespace recapd::gateway
