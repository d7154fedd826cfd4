// What comes back of mail: who wants no more of it, and whom it did not reach.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "config/mail.hpp"
#include "gateway/oidc/key_ring.hpp"
#include "storage/mail.hpp"

namespace recapd::gateway::mail {

/// What is needed for it.
struct replies {
  config::mail settings;
  std::shared_ptr<oidc::key_ring> keys;  ///< of links
  storage::mail_store_factory open;
};

/// What a server that had taken a mail says of it later (RFC 3464).
struct delivery_report {
  std::string message_id;  ///< of the mail
  std::string recipient;   ///< the address
  std::string action;      ///< `failed`, `delayed`, `delivered`, …
  std::string words;       ///< the status, and what the other server said
};

/// Returns whom the mail was for, `ROLE:ID` or `support`; nothing where it is
/// none of recapd's, or was for another address than theirs now. Where it
/// failed it becomes a dead letter, and the person counts as not reached.
/// Throws storage_error.
[[nodiscard]] std::optional<std::string>
take_report(const replies &by, storage::store &s, const delivery_report &report,
            workflows::instant now);

}  // namespace recapd::gateway::mail
