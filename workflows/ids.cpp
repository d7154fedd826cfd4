// SPDX-License-Identifier: Apache-2.0
#include "workflows/ids.hpp"

#include <algorithm>

namespace recapd::workflows {

bool valid_id(std::string_view text) {
  auto allowed = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
           || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= 64
         && std::all_of(text.begin(), text.end(), allowed);
}

std::string_view to_string(role r) {
  switch (r) {
  case role::tutor:
    return "tutor";
  case role::student:
    return "student";
  case role::support:
    return "support";
  case role::system:
    return "system";
  }
  return "";
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
  for (auto r : {role::tutor, role::student, role::support, role::system})
    if (name == to_string(r)) return person{.as = r, .id = std::string{id}};
  return std::nullopt;
}

unsigned bucket_of(std::string_view session_id) {
  std::uint32_t hash = 2166136261U;
  for (char c : session_id) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 16777619U;
  }
  return hash % bucket_count;
}

}  // namespace recapd::workflows
