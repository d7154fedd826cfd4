// SPDX-License-Identifier: Apache-2.0
#include "gateway/wire/auth.hpp"

#include <algorithm>

#include "gateway/wire/digest.hpp"
#include "gateway/wire/text.hpp"

namespace recapd::gateway {
namespace {

using workflows::role;

/// All roles; who has several acts in the first, unless they choose.
constexpr std::array by_weight{role::admin,   role::system, role::manager,
                               role::support, role::tutor,  role::student};

/// Returns the entry with that digest, or null. Looks at every entry, so that
/// the time tells nothing.
template <class Table>
auto find(const Table &entries, const config::sha256 &digest)
    -> decltype(entries.data()) {
  decltype(entries.data()) found = nullptr;
  for (const auto &e : entries)
    if (same_digest(e.secret, digest)) found = &e;
  return found;
}

}  // namespace

std::optional<std::string_view> bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "Bearer ";
  if (!equal_no_case(authorization.substr(0, scheme.size()), scheme))
    return std::nullopt;
  const auto token = trim(authorization.substr(scheme.size()));
  if (token.empty()) return std::nullopt;
  return token;
}

bool caller::has_role(role as) const {
  return proven && (proven->as == as || others.has(as));
}

std::vector<workflows::person> caller::persons() const {
  std::vector<workflows::person> all;
  for (const auto as : by_weight)
    if (has_role(as)) all.push_back({.as = as, .id = proven->id});
  return all;
}

bool caller::act_as_one_of(const role_set &roles) {
  if (!proven || roles.has(proven->as)) return true;
  for (const auto &one : persons()) {
    if (!roles.has(one.as)) continue;
    others.add(proven->as);
    proven->as = one.as;
    return true;
  }
  return false;
}

bool caller::sees_all() const {
  return !proven || std::ranges::any_of(by_weight, [this](role as) {
    return has_role(as) && !workflows::only_takes_part(as);
  });
}

bool caller::sees(const workflows::session &s) const {
  return !proven
         || std::ranges::any_of(persons(), [&s](const workflows::person &one) {
              return s.visible_to(one);
            });
}

bool caller::is(role as, std::string_view id) const {
  return sees_all() || (has_role(as) && proven->id == id);
}

workflows::program_set caller::programs_as(role as) const {
  const bool takes_part = as == role::tutor || as == role::student;
  if (!unnamed_programs || !takes_part) return programs;
  return {std::vector<std::string>{"default"}};
}

workflows::viewer caller::viewer(std::string_view tutor) const {
  if (!has_role(role::student) || is(role::tutor, tutor)) return {};
  return workflows::viewer{{.as = role::student, .id = proven->id}};
}

authenticator::authenticator(const config::settings &settings,
                             token_reader others)
    : trusted_{settings.auth == config::auth_mode::trusted},
      others_{std::move(others)}, entries_{table_of(settings.tokens)} {}

std::shared_ptr<const authenticator::table>
authenticator::table_of(const std::vector<config::token> &tokens) {
  table entries;
  entries.reserve(tokens.size());
  for (const auto &t : tokens)
    entries.push_back({t.digest(), t.as, t.allowed(), t.expires});
  return std::make_shared<const table>(std::move(entries));
}

std::shared_ptr<const authenticator::table> authenticator::current() const {
  const std::lock_guard lock{mutex_};
  return entries_;
}

void authenticator::replace(const std::vector<config::token> &tokens) {
  auto fresh = table_of(tokens);
  const std::lock_guard lock{mutex_};
  entries_.swap(fresh);
}

identified authenticator::identify(std::string_view authorization,
                                   workflows::instant now) const {
  if (trusted_) return caller{};
  const auto token = bearer_token(authorization);
  if (!token)
    return unknown_caller{"Send a known token: Authorization: Bearer TOKEN."};
  const auto entries = current();
  const auto digest = config::digest_of(*token);
  const auto *found = find(*entries, digest);
  if (found == nullptr && others_) return others_(*token, now);
  if (found == nullptr)
    return unknown_caller{"This token is not known: Authorization: Bearer "
                          "TOKEN wants one of the node's.",
                          true};
  if (found->expires && *found->expires <= now)
    return unknown_caller{"This token expired at "
                          + workflows::format_rfc3339(*found->expires)
                          + "; ask for a new one."};
  return caller{
      .proven = found->as, .programs = found->programs, .token = digest};
}

bool authenticator::still_knows(const caller &who,
                                workflows::instant now) const {
  if (!who.proven) return trusted_;
  if (who.until) return *who.until > now;
  const auto entries = current();
  const auto *found = find(*entries, who.token);
  return found != nullptr && found->as == *who.proven
         && found->programs == who.programs
         && (!found->expires || *found->expires > now);
}

}  // namespace recapd::gateway
