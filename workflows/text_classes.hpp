// What counts of a character in a recap, by ICU; only for files that link it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unicode/umachine.h>

namespace recapd::workflows {

[[nodiscard]] inline bool ascii_space(UChar32 c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

/// Returns true for an ASCII character that can be seen; white space apart,
/// only control characters cannot.
[[nodiscard]] inline bool ascii_visible(UChar32 c) {
  return c > ' ' && c != 0x7f;
}

/// Returns true for White_Space.
[[nodiscard]] bool white_space(UChar32 c);

/// Returns true for a character that nobody sees. White space may be among
/// these, so it is asked for first.
[[nodiscard]] bool invisible(UChar32 c);

}  // namespace recapd::workflows
