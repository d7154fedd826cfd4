// URLs as they may be shown: without the passwords in them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recapd::config {

/// Stands where a secret was.
inline constexpr std::string_view hidden = "***";

/// Returns a database's URL, or libpq's `key=value …`, with `***` for every
/// password that libpq would find in it, and for what looks like one; nothing
/// if it is neither form.
[[nodiscard]] std::optional<std::string>
without_passwords(std::string_view database_url);

/// Returns true where libpq would take a part of what was meant as a password
/// for the host or the port, and name it in its errors: an `@` or `/` in it has
/// to be written `%40` or `%2F`.
[[nodiscard]] bool splits_password(std::string_view database_url);

/// Returns one URL or several with commas between them, a webhook's or NATS
/// servers', with `***` for the password before the host, or the token there,
/// and for every value in a query or a fragment.
[[nodiscard]] std::string without_secrets(std::string_view urls);

/// Returns one URL or several, each as it is, without the commas between them.
/// A comma ends one only before a scheme, since it may be part of a password.
[[nodiscard]] std::vector<std::string> split_urls(std::string_view urls);

/// Returns the text with the byte for every `%XX`.
[[nodiscard]] std::string percent_decoded(std::string_view text);

}  // namespace recapd::config
