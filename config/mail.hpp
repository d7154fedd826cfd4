// Mail: where it is handed in, whom it is from, and when it may go.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/setting.hpp"
#include "workflows/ids.hpp"
#include "workflows/mailbox.hpp"
#include "workflows/quiet_hours.hpp"

namespace recapd::config {

struct mail {
  std::string smtp_url;  ///< empty: off
  std::string ca;        ///< the server's authorities, a file; empty: system's
  std::optional<workflows::mailbox> from;
  std::optional<workflows::mailbox> reply_to;
  struct {
    std::string tutor;    ///< with `{id}`; empty: only who has an address
    std::string student;  ///< the same
    std::string support;  ///< one mailbox; empty: none
  } address = {};
  std::optional<workflows::quiet_hours> quiet = workflows::quiet_hours{
      .from = std::chrono::hours{22}, .to = std::chrono::hours{7}};
  std::chrono::seconds digest = std::chrono::minutes{30};
  int per_minute = 60;
  std::string templates;  ///< a folder of the installation's own; empty: none
};

/// An SMTP server's URL, apart.
struct smtp_server {
  std::string url;   ///< `smtps://HOST:PORT` or `smtp://HOST:PORT`
  std::string user;  ///< empty: nobody signs in
  std::string password;
  /// `must`: nothing goes over a connection that is not encrypted; `may`: to
  /// this machine; `never`: `?tls=no` was asked for.
  enum class encryption { must, may, never } tls = encryption::must;
};

/// Reads `smtp[s]://[USER:PASSWORD@]HOST[:PORT][?tls=no]`, where `%XX` stands
/// for a byte of user and password; nothing if it is something else, or would
/// show a password to who listens.
[[nodiscard]] std::optional<smtp_server> parse_smtp_url(std::string_view url);

/// Returns the address that the settings give a person, who has none of their
/// own; empty where they give none.
[[nodiscard]] std::string address_by_pattern(const mail &m,
                                             const workflows::person &who);

/// Returns the rows of the section. `reachable` tells whether http.public_url
/// is there, which links in mail are made of.
[[nodiscard]] std::vector<setting> mail_rows(mail &m,
                                             std::function<bool()> reachable);

}  // namespace recapd::config
