// SPDX-License-Identifier: Apache-2.0
#include "oracle.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <cstdlib>

namespace recapd::fuzz {

namespace json = boost::json;

void require(bool holds, std::string_view law, std::string_view shown) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: broken: %.*s\n%.*s\n",
               static_cast<int>(law.size()), law.data(),
               static_cast<int>(shown.size()), shown.data());
  std::abort();
}

std::string_view take_line(std::string_view &rest) {
  const auto end = rest.find('\n');
  auto line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view take_part(std::string_view &rest, std::string_view separator) {
  const auto whole = rest;
  while (!rest.empty()) {
    const auto begin = whole.size() - rest.size();
    if (take_line(rest) == separator) return whole.substr(0, begin);
  }
  return whole;
}

bool utf8(std::string_view text) {
  boost::system::error_code ec;
  std::string quoted{"\""};
  for (const char c : text)
    quoted +=
        c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  static_cast<void>(json::parse(quoted + '"', ec));
  return !ec;
}

std::string text_of(const json::value &v) {
  return json::serialize(v);
}

}  // namespace recapd::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data,
                                      std::size_t size) {
  char mode = 0;
  std::string_view rest;
  if (size > 0) {
    rest = {reinterpret_cast<const char *>(data), size};
    mode = rest.front();
    rest.remove_prefix(rest.size() > 1 && rest[1] == '\n' ? 2 : 1);
  }
  recapd::fuzz::try_input(mode, rest);
  return 0;
}
