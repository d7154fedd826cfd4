// UTF-8, character by character (Unicode, table 3-7).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace recapd::workflows {

struct code_point {
  char32_t value = 0;
  std::size_t bytes = 0;  ///< 0: the text begins with no well-formed character
};

/// Returns the well-formed character at the start of the text.
[[nodiscard]] code_point first_code_point(std::string_view text);

/// Returns true for the second byte of a character, and for those after it.
[[nodiscard]] constexpr bool continues_utf8(char c) {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

/// Returns true for valid UTF-8: no overlong forms, no surrogates.
[[nodiscard]] bool valid_utf8(std::string_view text);

}  // namespace recapd::workflows
