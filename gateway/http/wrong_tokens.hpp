// Who guesses at tokens: made slower with each one, and told in the log.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace recapd::gateway::http {

/// Counts wrong tokens by the address they came from. A right token is never
/// held up, whoever else is behind its address. Thread safe, bounded.
class wrong_tokens {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Notes a wrong token and returns how long its answer is to wait: the first
  /// few not at all, then twice as long each time, up to `longest`.
  std::chrono::milliseconds note(const std::string &address, time_point now);

  /// How many wrong tokens of an address are answered without a wait.
  static constexpr int first_tries = 3;
  /// How long the answer to the first one beyond waits.
  static constexpr std::chrono::milliseconds shortest{100};
  static constexpr std::chrono::milliseconds longest{3000};
  /// How long an address is remembered that sends no more wrong tokens.
  static constexpr std::chrono::minutes memory{10};
  static constexpr std::size_t most_addresses = 4096;
  /// The least time between two lines of the log.
  static constexpr std::chrono::seconds told_each{10};

private:
  struct guesser {
    int count = 0;
    time_point last;
  };
  void forget(time_point now);
  void tell(const std::string &address, time_point now);

  std::mutex mutex_;
  std::map<std::string, guesser> by_address_;
  std::uint64_t untold_ = 0;  ///< wrong tokens since the last line of the log
  time_point told_{};         ///< when that line was written
};

}  // namespace recapd::gateway::http
