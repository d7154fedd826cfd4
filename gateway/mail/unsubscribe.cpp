// SPDX-License-Identifier: Apache-2.0
#include "gateway/mail/unsubscribe.hpp"

#include <algorithm>

namespace recapd::gateway::mail {
namespace {

constexpr std::string_view purpose = "unsubscribe";

}  // namespace

std::optional<std::string> sealed_unsubscription(const oidc::key_ring &keys,
                                                 const unsubscription &what) {
  auto text = workflows::to_string(what.who);
  for (const auto &kind : what.kinds)
    text += " " + kind;
  return keys.seal(purpose, text);
}

std::optional<unsubscription> open_unsubscription(oidc::key_ring &keys,
                                                  std::string_view token) {
  const auto text = keys.open(purpose, token);
  if (!text) return std::nullopt;
  std::string_view rest{*text};
  const auto next = [&rest] {
    const auto word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    return word;
  };
  const auto who = workflows::parse_person(next());
  if (!who) return std::nullopt;
  unsubscription out{.who = *who, .kinds = {}};
  while (!rest.empty())
    out.kinds.emplace_back(next());
  return out;
}

}  // namespace recapd::gateway::mail
