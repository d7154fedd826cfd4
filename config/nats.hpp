// How a node enters a NATS server: TLS, and who it is there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace recapd::config {

class section;

/// The names of files, but for `user`; what is empty is not used. At most one
/// of user, creds and nkey_seed_file says who the node is, or else the URL.
struct nats_access {
  std::string ca;           ///< PEM; empty: the authorities of the system
  std::string certificate;  ///< PEM, the node's own, with its `key`
  std::string key;          ///< PEM without a passphrase
  std::string user;         ///< with `password_file`
  std::string password_file;
  std::string creds;           ///< a JWT and its seed
  std::string nkey_seed_file;  ///< `SU…`

  /// Returns true where the server must offer TLS.
  [[nodiscard]] bool wants_tls() const {
    return !ca.empty() || !certificate.empty();
  }
};

/// Reads every file that the members `nats_ca`, … name, and refuses what does
/// not go together, or not with `url`. Throws config_error.
void check_nats_access(const section &in, std::string_view url,
                       const nats_access &a);

/// Returns sentences about files with secrets that others may read.
[[nodiscard]] std::vector<std::string> nats_warnings(const nats_access &a);

/// Returns the servers that a setting lists, each with a user and a password
/// as they are, not percent-encoded. A comma ends a URL where a scheme or
/// another host follows.
[[nodiscard]] std::vector<std::string> nats_servers(std::string_view urls);

/// Returns what a file says, without the end of its last line. Throws
/// std::runtime_error where it cannot be read.
[[nodiscard]] std::string read_secret(const std::string &file);

}  // namespace recapd::config
