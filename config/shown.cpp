// SPDX-License-Identifier: Apache-2.0
#include "config/shown.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "workflows/utf8.hpp"

namespace recapd::config {

namespace {

struct range {
  char32_t first, last;
};

/// Characters that move the cursor, turn the writing round, or are not seen.
constexpr std::array unprintable = std::to_array<range>({
    {0x0000, 0x001F},
    {0x007F, 0x009F},
    {0x00AD, 0x00AD},
    {0x061C, 0x061C},
    {0x180E, 0x180E},
    {0x200B, 0x200F},
    {0x2028, 0x202E},
    {0x2060, 0x206F},
    {0xFEFF, 0xFEFF},
    {0xFFF9, 0xFFFB},
    {0x1D173, 0x1D17A},
    {0xE0000, 0xE0FFF},
});

bool shown(char32_t c) {
  return std::ranges::none_of(
      unprintable, [c](const range &r) { return r.first <= c && c <= r.last; });
}

/// Returns `prefix` and that many hexadecimal digits.
std::string hex(std::string_view prefix, std::uint32_t value, int digits) {
  std::string out{prefix};
  for (int i = digits - 1; i >= 0; --i)
    out += "0123456789abcdef"[value >> (4 * i) & 0xFU];
  return out;
}

std::string escaped(char32_t c) {
  if (c < 0x10000) return hex("\\u", c, 4);
  const auto above = std::uint32_t{c} - 0x10000U;
  return hex("\\u", 0xD800U + (above >> 10U), 4)
         + hex("\\u", 0xDC00U + (above & 0x3FFU), 4);
}

}  // namespace

std::string printable(std::string_view text) {
  const auto ascii = [](char c) { return c >= ' ' && c <= '~'; };
  if (std::ranges::all_of(text, ascii)) return std::string{text};
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto c = workflows::first_code_point(text);
    if (c.bytes == 0)
      out += hex("\\x", static_cast<std::uint8_t>(text.front()), 2);
    else if (shown(c.value))
      out += text.substr(0, c.bytes);
    else
      out += escaped(c.value);
    text.remove_prefix(std::max<std::size_t>(c.bytes, 1));
  }
  return out;
}

}  // namespace recapd::config
