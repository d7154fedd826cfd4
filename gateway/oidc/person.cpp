// SPDX-License-Identifier: Apache-2.0
#include "gateway/oidc/person.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gateway/wire/text.hpp"

namespace recapd::gateway::oidc {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_name = 256;
constexpr std::size_t most_values = 1000;

using texts = std::vector<std::string>;

unknown_caller forbidden(const std::string &claim, const std::string &what) {
  return {.detail = "The claim " + claim + " of this sign-in " + what,
          .why = unknown_caller::kind::forbidden};
}

/// Returns a claim's text, or its list of texts; nothing if it is neither.
std::optional<texts> texts_of(const json::value &v) {
  if (const auto *one = v.if_string()) return texts{std::string{*one}};
  if (!v.is_array() || v.get_array().size() > most_values) return std::nullopt;
  texts out;
  for (const auto &one : v.get_array()) {
    if (!one.is_string()) return std::nullopt;
    out.emplace_back(std::string_view{one.get_string()});
  }
  return out;
}

std::optional<texts> claim(const claims &said, const std::string &name) {
  const auto *v = said.all.if_contains(name);
  return v != nullptr ? texts_of(*v) : std::nullopt;
}

/// Sets the person, in the first of the roles; the others follow.
std::optional<unknown_caller> add_roles(caller &who, const std::string &id,
                                        const claims &said,
                                        const config::oidc &how) {
  if (!said.all.contains(how.claims.role))
    return unknown_caller{.detail = "The sign-in has no claim `"
                                    + how.claims.role + "`.",
                          .why = unknown_caller::kind::forbidden};
  for (const auto &value : claim(said, how.claims.role).value_or(texts{})) {
    const auto role = how.role_of(value);
    if (!role) continue;
    if (!who.proven) who.proven = workflows::person{.as = *role, .id = id};
    if (who.proven->as != *role) who.others.add(*role);
  }
  if (who.proven) return std::nullopt;
  return forbidden(how.claims.role,
                   "names no role that is known here (auth.oidc.roles).");
}

/// Sets the programmes: where none are named, those of a token of the roles.
std::optional<unknown_caller> add_programs(caller &who, const claims &said,
                                           const config::oidc &how) {
  if (!said.all.contains(how.claims.programs)) {
    who.unnamed_programs = true;
    if (!who.sees_all()) who.programs.only = texts{"default"};
    return std::nullopt;
  }
  auto list = claim(said, how.claims.programs).value_or(texts{});
  if (list == texts{"*"}) return std::nullopt;
  if (list.empty() || !std::ranges::all_of(list, workflows::valid_id))
    return forbidden(how.claims.programs,
                     "is neither [\"*\"] nor a list of programmes' ids.");
  who.programs.only = std::move(list);
  return std::nullopt;
}

}  // namespace

identified caller_of(const claims &said, const config::oidc &how) {
  const auto *id = said.all.if_contains(how.claims.id);
  if (id == nullptr || !id->is_string()
      || !workflows::valid_id(id->get_string()))
    return forbidden(how.claims.id,
                     "is no id here: 1 to 64 of A-Z a-z 0-9 _ -. "
                     "Another claim may be (auth.oidc.claims).");
  caller who;
  if (auto no = add_roles(who, std::string{id->get_string()}, said, how))
    return std::move(*no);
  if (auto no = add_programs(who, said, how)) return std::move(*no);
  who.until = said.until;
  const auto *name = said.all.if_contains(how.claims.name);
  if (name != nullptr && name->is_string()
      && plain_text(name->get_string(), longest_name))
    who.name = name->get_string();
  return who;
}

}  // namespace recapd::gateway::oidc
