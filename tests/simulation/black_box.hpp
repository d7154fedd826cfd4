// What is left of a process that crashed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace recapd::simulation {

/// Which seed ran, its last steps, and what came of it, in memory that a
/// process shares with the children it forks later: the parent reads it after
/// a child has died, of whatever.
class black_box {
public:
  static constexpr std::size_t kept = 50;

  /// Throws std::system_error if there is no such memory.
  black_box();
  ~black_box();
  black_box(const black_box &) = delete;
  black_box &operator=(const black_box &) = delete;

  /// A seed begins: what was there is gone.
  void begin(std::uint64_t seed);
  /// A step; a line that is very long loses its end.
  void add(std::string_view line);
  /// The child has done all it should, with this to say, if anything.
  void end(std::string_view verdict);

  [[nodiscard]] std::uint64_t seed() const;
  [[nodiscard]] std::uint64_t steps() const;
  [[nodiscard]] std::vector<std::string> last_steps() const;
  [[nodiscard]] bool ended() const;
  [[nodiscard]] std::string verdict() const;

private:
  struct content;
  content *shared_;
};

}  // namespace recapd::simulation
