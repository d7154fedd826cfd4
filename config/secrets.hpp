// URLs as they may be shown: without the passwords in them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace recapd::config {

/// Stands where a secret was.
inline constexpr std::string_view hidden = "***";

/// A database's URL, or libpq's `key=value …`, with `***` for every password
/// that libpq would find in it, and for what looks like one; nothing if it is
/// neither form.
[[nodiscard]] std::optional<std::string>
without_passwords(std::string_view database_url);

/// Any other URL with `***` for the password before its host.
[[nodiscard]] std::string without_user_password(std::string_view url);

/// One NATS URL, or several with commas between them, with `***` for the
/// passwords and tokens.
[[nodiscard]] std::string without_nats_secrets(std::string_view urls);

}  // namespace recapd::config
