// SPDX-License-Identifier: Apache-2.0
#include "actors/sender_text.hpp"

#include <boost/json.hpp>
#include <charconv>

namespace recapd::actors {

namespace json = boost::json;

namespace {

std::string hex_of(const storage::digest &of) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const unsigned byte : of)
    out.append({digits[byte >> 4U], digits[byte & 15U]});
  return out;
}

/// Reads a digest as hex_of writes it; returns false where it is none.
bool read_digest(storage::digest &to, const json::value &text) {
  const auto *hex = text.if_string();
  if (hex == nullptr || hex->size() != 2 * to.size()) return false;
  const char *at = hex->data();
  for (auto &byte : to) {
    const auto *const end = at + 2;
    if (std::from_chars(at, end, byte, 16).ptr != end) return false;
    at = end;
  }
  return true;
}

}  // namespace

std::string sender_text(const submission &s) {
  json::object out{{"scope", s.scope.value_or("")},
                   {"content", hex_of(s.content)}};
  if (s.programs.only) out["programs"] = json::value_from(*s.programs.only);
  return json::serialize(out);
}

bool take_sender(submission &s, std::string_view text) {
  boost::system::error_code ec;
  const auto value = json::parse(text, ec);
  const auto *from = ec ? nullptr : value.if_object();
  const auto *scope = from != nullptr ? from->if_contains("scope") : nullptr;
  if (scope == nullptr || !scope->is_string()) return false;
  s.scope = json::value_to<std::string>(*scope);
  // What was erased of the event while it waited makes it no other command.
  if (const auto *content = from->if_contains("content");
      content != nullptr && !read_digest(s.content, *content))
    return false;
  const auto *programs = from->if_contains("programs");
  if (programs == nullptr) return true;
  const auto list = json::try_value_to<std::vector<std::string>>(*programs);
  if (!list.has_value()) return false;
  s.programs.only = *list;
  return true;
}

}  // namespace recapd::actors
