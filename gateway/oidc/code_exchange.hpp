// What a browser brings back from the provider, in exchange for who it is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <string>

#include "config/sign_in.hpp"
#include "gateway/oidc/fetch.hpp"
#include "gateway/oidc/provider.hpp"

namespace recapd::gateway::oidc {

/// A code, and what proves that it is ours.
struct code {
  std::string text;
  std::string verifier;  ///< of PKCE
  std::string redirect;  ///< where the browser came back to
};

/// Asks the provider for the ID token that the code stands for, and waits for
/// the answer. The error says why there is none, as words that follow the URL.
[[nodiscard]] fetched exchange(const config::oidc &client,
                               const provider_facts &at, const code &what,
                               const std::atomic<bool> &stop);

/// Returns `name=value&…` with what is not plain in it as `%XX`.
[[nodiscard]] std::string form_of(
    const std::vector<std::pair<std::string_view, std::string_view>> &fields);

}  // namespace recapd::gateway::oidc
