// What is left of a process that crashed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace recapd::simulation {

/// Holds which seed ran, its last steps, and its result, in memory that a
/// process shares with the children that it forks later: the parent reads it
/// after a child has died, whatever it died of.
class black_box {
public:
  static constexpr std::size_t recent_lines = 50;

  /// Throws std::system_error if there is no such memory.
  black_box();
  ~black_box();
  black_box(const black_box &) = delete;
  black_box &operator=(const black_box &) = delete;

  /// Begins a seed: what was there is gone.
  void begin(std::uint64_t seed);
  /// Adds the line of a step; one that is very long loses its end.
  void add(std::string_view line);
  /// Notes that the child has done all it should; `result` is the first
  /// violation, or empty.
  void end(std::string_view result);

  [[nodiscard]] std::uint64_t seed() const;
  [[nodiscard]] std::uint64_t steps() const;
  [[nodiscard]] std::vector<std::string> last_steps() const;
  [[nodiscard]] bool ended() const;
  [[nodiscard]] std::string result() const;

private:
  struct content;
  content *shared_;
};

}  // namespace recapd::simulation
