// SPDX-License-Identifier: Apache-2.0
#include "workflows/utf8.hpp"

#include <algorithm>
#include <cstdint>

#include <unicode/utf8.h>

namespace recapd::workflows {

code_point first_code_point(std::string_view text) {
  if (text.empty()) return {};
  const auto size = static_cast<std::int32_t>(
      std::min<std::size_t>(text.size(), U8_MAX_LENGTH));
  std::int32_t at = 0;
  UChar32 value = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"  // inside the macro
  U8_NEXT(text.data(), at, size, value);
#pragma GCC diagnostic pop
  if (value < 0) return {};
  return {static_cast<char32_t>(value), static_cast<std::size_t>(at)};
}

bool valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto c = first_code_point(text);
    if (c.bytes == 0) return false;
    text.remove_prefix(c.bytes);
  }
  return true;
}

}  // namespace recapd::workflows
