// SPDX-License-Identifier: Apache-2.0
#include "workflows/json/writers.hpp"

namespace recapd::workflows {

namespace {

bool plain(char c) {
  return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\';
}

void append_escaped(std::string &to, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
  case '"':
    to += "\\\"";
    return;
  case '\\':
    to += "\\\\";
    return;
  case '\b':
    to += "\\b";
    return;
  case '\f':
    to += "\\f";
    return;
  case '\n':
    to += "\\n";
    return;
  case '\r':
    to += "\\r";
    return;
  case '\t':
    to += "\\t";
    return;
  default:
    to += "\\u00";
    to += hex[static_cast<unsigned char>(c) >> 4U];
    to += hex[static_cast<unsigned char>(c) & 15U];
  }
}

}  // namespace

void append_quoted(std::string &to, std::string_view text) {
  to += '"';
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (plain(text[i])) continue;
    to.append(text, done, i - done);
    append_escaped(to, text[i]);
    done = i + 1;
  }
  to.append(text, done);
  to += '"';
}

}  // namespace recapd::workflows
