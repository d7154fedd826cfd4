// Mailboxes: the addresses that mail goes to and comes from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace recapd::workflows {

/// Returns true for one address `LOCAL@DOMAIN` in ASCII (RFC 5321): a local
/// part of words with dots between, 64 characters at most, a domain's name, 254
/// characters together. A domain with other letters is written `xn--…`.
[[nodiscard]] bool valid_mailbox(std::string_view address);

/// An address with the name that is shown beside it.
struct mailbox {
  std::string name = {};  ///< UTF-8, or empty
  std::string address = {};
  bool operator==(const mailbox &) const = default;
};

/// Reads `LOCAL@DOMAIN` or `NAME <LOCAL@DOMAIN>`, where a name has no control
/// characters; nothing if it is neither.
[[nodiscard]] std::optional<mailbox> parse_mailbox(std::string_view text);
[[nodiscard]] std::string to_string(const mailbox &m);

}  // namespace recapd::workflows
