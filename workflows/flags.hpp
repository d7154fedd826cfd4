// Flags: what people should look at in a session. None is a refusal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recapd::workflows {

/// The flags, in the order in which `flag_set::names` lists them.
enum class session_flag : std::uint8_t {
  logged_before_end,  ///< more minutes logged than had passed since the start
  longer_than_call,   ///< more minutes logged than tutor and student shared
  nobody_in_call,     ///< online, but tutor and student were never both in the
                      ///< call
  repetitive_recap,   ///< a recap of few different words
  same_id,            ///< the tutor's id is a student's, too
  corrected,          ///< support corrected the minutes
};
inline constexpr int flag_count = 6;

/// Returns the contract's spelling, such as `logged-before-end`.
[[nodiscard]] std::string_view to_string(session_flag f);
[[nodiscard]] std::optional<session_flag>
parse_session_flag(std::string_view text);

/// A set of flags.
class flag_set {
public:
  void raise(session_flag f) {
    bits_ = static_cast<std::uint8_t>(bits_ | 1U << static_cast<unsigned>(f));
  }
  void raise(flag_set more) {
    bits_ = static_cast<std::uint8_t>(bits_ | more.bits_);
  }
  [[nodiscard]] bool has(session_flag f) const {
    return (bits_ >> static_cast<unsigned>(f) & 1U) != 0;
  }
  [[nodiscard]] bool any() const { return bits_ != 0; }
  /// Returns the names of the raised flags, in the flags' order.
  [[nodiscard]] std::vector<std::string> names() const;
  bool operator==(const flag_set &) const = default;

private:
  std::uint8_t bits_ = 0;
};

}  // namespace recapd::workflows
