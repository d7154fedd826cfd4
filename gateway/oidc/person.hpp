// Whom the claims of a token stand for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>

#include "config/sign_in.hpp"
#include "gateway/oidc/token.hpp"
#include "gateway/wire/auth.hpp"

namespace recapd::gateway::oidc {

/// Returns the person that the claims name as the settings say, with all their
/// roles and programmes. What is no id, no known role or no programme is
/// refused with a sentence: the provider proved somebody, who is nobody here.
[[nodiscard]] identified caller_of(const claims &said, const config::oidc &how);

}  // namespace recapd::gateway::oidc
