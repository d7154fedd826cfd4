// SPDX-License-Identifier: Apache-2.0
#include "workflows/mailbox.hpp"

#include <algorithm>

#include "workflows/person_name.hpp"
#include "workflows/utf8.hpp"

namespace recapd::workflows {

namespace {

constexpr std::size_t longest_local = 64;
constexpr std::size_t longest_address = 254;
constexpr std::size_t longest_label = 63;

bool alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
         || (c >= 'a' && c <= 'z');
}

bool word_character(char c) {
  return alphanumeric(c)
         || std::string_view{"!#$%&'*+-/=?^_`{|}~"}.find(c)
                != std::string_view::npos;
}

bool word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, word_character);
}

bool label(std::string_view text) {
  return !text.empty() && text.size() <= longest_label && text.front() != '-'
         && text.back() != '-' && std::ranges::all_of(text, [](char c) {
              return alphanumeric(c) || c == '-';
            });
}

/// Returns true if each part between dots is good.
bool each_part(std::string_view text, bool (*good)(std::string_view)) {
  for (auto dot = text.find('.'); dot != std::string_view::npos;
       dot = text.find('.')) {
    if (!good(text.substr(0, dot))) return false;
    text.remove_prefix(dot + 1);
  }
  return good(text);
}

}  // namespace

bool valid_mailbox(std::string_view address) {
  const auto at = address.rfind('@');
  return at != std::string_view::npos && at <= longest_local
         && address.size() <= longest_address
         && each_part(address.substr(0, at), word)
         && each_part(address.substr(at + 1), label);
}

std::optional<mailbox> parse_mailbox(std::string_view text) {
  if (valid_mailbox(text)) return mailbox{.address = std::string{text}};
  const auto open = text.rfind(" <");
  if (open == std::string_view::npos || !text.ends_with('>'))
    return std::nullopt;
  const auto name = text.substr(0, open);
  const auto address = text.substr(open + 2, text.size() - open - 3);
  if (!valid_mailbox(address) || !valid_utf8(name) || !name_fault(name).empty())
    return std::nullopt;
  return mailbox{.name = std::string{name}, .address = std::string{address}};
}

std::string to_string(const mailbox &m) {
  return m.name.empty() ? m.address : m.name + " <" + m.address + ">";
}

}  // namespace recapd::workflows
