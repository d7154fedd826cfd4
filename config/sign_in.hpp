// People's sign-in: the OpenID provider, and whom its tokens stand for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "workflows/ids.hpp"

namespace recapd::config {

/// `auth.oidc`: whose tokens are taken, and how they are read.
struct oidc {
  std::string issuer;         ///< the provider's URL, as its tokens name it
  std::string audience;       ///< what a bearer's token has to be for
  std::string client_id;      ///< of the pages' sign-in; empty: there is none
  std::string client_secret;  ///< empty: a public client
  std::string scopes = "openid profile";
  struct {
    std::string id = "sub";
    std::string role = "role";
    std::string programs = "programs";
    std::string name = "name";
  } claims = {};
  /// What a role is called in the claim; empty: by its own name.
  std::map<std::string, workflows::role, std::less<>> roles = {};

  /// Returns the role that a value of the claim stands for; nothing if it is
  /// none.
  [[nodiscard]] std::optional<workflows::role>
  role_of(std::string_view value) const;
};

/// Returns true for an `https` URL without query and fragment; for an `http`
/// one, too, if its host is this machine.
[[nodiscard]] bool valid_issuer(std::string_view url);

/// Reads `{ VALUE: ROLE, … }`. Throws config_error; `where` begins the path of
/// what is wrong.
void read_roles(const boost::json::value &given, const std::string &where,
                oidc &target);

/// Returns the roles as read_roles takes them.
[[nodiscard]] boost::json::object shown_roles(const oidc &of);

}  // namespace recapd::config
