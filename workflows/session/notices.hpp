// Notices: the kinds of notifications, and whether what one says still holds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "workflows/session/session.hpp"

namespace recapd::workflows {

/// One kind of notification.
struct notice {
  std::string_view kind;
  /// False for what a person hears of whatever they wish: money, and the loss
  /// of a session.
  bool muted_by_wish = true;
  /// Asks for something, and returns true while that is still to be done by
  /// whoever is told (`ROLE:ID` or `support`); null: it tells of what happened.
  bool (*still_asked)(const session &, std::string_view to) = nullptr;
};

/// Returns all kinds, in the contract's order.
[[nodiscard]] std::span<const notice> notices();
/// Returns the kind of that name, or null.
[[nodiscard]] const notice *find_notice(std::string_view kind);

/// Returns true for a kind that is about a disbursement, not a session.
[[nodiscard]] constexpr bool tells_of_disbursement(std::string_view kind) {
  return kind.starts_with("disbursement_");
}

/// Returns true if a notification is to be sent in this state of its session:
/// what asks for something that is done, or can be done no more, is not. One of
/// a kind that is not known is.
[[nodiscard]] bool still_holds(std::string_view kind, std::string_view to,
                               const session &s);

}  // namespace recapd::workflows
