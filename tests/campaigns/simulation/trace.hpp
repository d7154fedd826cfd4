// What happened, step by step: the same for the same seed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

namespace recapd::simulation {

/// Holds the last lines and a fingerprint of all.
class trace {
public:
  static constexpr std::size_t recent_lines = 50;

  /// Every line goes to `output` too, if there is one.
  explicit trace(std::function<void(const std::string &)> output = {})
      : output_{std::move(output)} {}

  void add(std::string line) {
    for (const char c : line)
      fingerprint_ = (fingerprint_ ^ std::uint8_t(c)) * 0x100000001B3ULL;
    ++lines_;
    if (output_) output_(line);
    last_.push_back(std::move(line));
    if (last_.size() > recent_lines) last_.pop_front();
  }

  [[nodiscard]] std::uint64_t fingerprint() const { return fingerprint_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  [[nodiscard]] const std::deque<std::string> &last() const { return last_; }

private:
  std::function<void(const std::string &)> output_;
  std::deque<std::string> last_;
  std::uint64_t fingerprint_ = 0xCBF29CE484222325ULL;
  std::uint64_t lines_ = 0;
};

}  // namespace recapd::simulation
