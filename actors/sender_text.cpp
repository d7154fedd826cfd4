// SPDX-License-Identifier: Apache-2.0
#include "actors/sender_text.hpp"

#include <boost/json.hpp>

namespace recapd::actors {

namespace json = boost::json;

std::string sender_text(const submission &s) {
  json::object out{{"scope", s.scope.value_or("")}};
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
  const auto *programs = from->if_contains("programs");
  if (programs == nullptr) return true;
  const auto list = json::try_value_to<std::vector<std::string>>(*programs);
  if (!list.has_value()) return false;
  s.programs.only = *list;
  return true;
}

}  // namespace recapd::actors
