// SPDX-License-Identifier: Apache-2.0
#include "workflows/ids.hpp"

#include <algorithm>

#include "workflows/names.hpp"

namespace recapd::workflows {

namespace {

constexpr std::array<std::string_view, 6> role_names{
    "tutor", "student", "support", "system", "manager", "admin"};

}  // namespace

bool valid_id(std::string_view text) {
  auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
           || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= 64
         && std::all_of(text.begin(), text.end(), allowed);
}

std::string_view to_string(role r) {
  return role_names.at(static_cast<std::size_t>(r));
}

std::optional<role> parse_role(std::string_view name) {
  return value_named<role>(role_names, name);
}

std::string to_string(const person &p) {
  std::string text{to_string(p.as)};
  text += ':';
  text += p.id;
  return text;
}

std::optional<person> parse_person(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto name = text.substr(0, colon);
  const auto id = text.substr(colon + 1);
  if (!valid_id(id)) return std::nullopt;
  const auto as = parse_role(name);
  if (!as) return std::nullopt;
  return person{.as = *as, .id = std::string{id}};
}

std::string_view plain_id(std::string_view key) {
  const auto colon = key.find(':');
  return colon == std::string_view::npos ? key : key.substr(colon + 1);
}

unsigned bucket_of(std::string_view session_id) {
  std::uint32_t hash = 2166136261U;
  for (char c : plain_id(session_id)) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 16777619U;
  }
  return hash % bucket_count;
}

}  // namespace recapd::workflows
