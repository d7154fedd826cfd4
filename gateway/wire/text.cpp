// SPDX-License-Identifier: Apache-2.0
#include "gateway/wire/text.hpp"

#include <algorithm>

namespace recapd::gateway {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

std::string lower(std::string_view text) {
  std::string out{text};
  for (auto &c : out)
    c = lower(c);
  return out;
}

bool equal_no_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::optional<std::string> percent_decode(std::string_view text,
                                          bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

media_type parse_media_type(std::string_view header) {
  media_type out;
  auto end = header.find(';');
  out.name = lower(trim(header.substr(0, end)));
  while (end != std::string_view::npos) {
    header.remove_prefix(end + 1);
    end = header.find(';');
    const auto parameter = trim(header.substr(0, end));
    const auto equals = parameter.find('=');
    if (equals == std::string_view::npos
        || !equal_no_case(trim(parameter.substr(0, equals)), "charset"))
      continue;
    auto value = trim(parameter.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    out.charset = lower(value);
  }
  return out;
}

bool json_media(std::string_view name) {
  return name == "application/json" || name == "text/json"
         || (name.ends_with("+json")
             && !name.starts_with("application/cloudevents"));
}

bool plain_text(std::string_view text, std::size_t limit) {
  return !text.empty() && text.size() <= limit
         && std::none_of(text.begin(), text.end(), [](char c) {
              return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
            });
}

}  // namespace recapd::gateway
