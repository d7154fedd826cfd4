// Who calls: bearer tokens, and what a caller may read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "workflows/ids.hpp"
#include "workflows/session.hpp"

namespace recapd::ingress {

/// Somebody whose request we answer. Without a proven person (mode `trusted`,
/// brokers, the inbox) the caller is trusted to say who acts.
struct caller {
  std::optional<workflows::person> proven;

  /// Trusted, support or system: nothing is hidden from them.
  [[nodiscard]] bool sees_all() const;
  /// The session's own tutor and students (whatever they answered) see it.
  [[nodiscard]] bool sees(const workflows::session &s) const;
  /// True for the very person, or one who sees all.
  [[nodiscard]] bool is(workflows::role as, std::string_view id) const;
};

/// Knows the tokens only by their digests, and compares in constant time.
class authenticator {
public:
  explicit authenticator(const config::settings &settings);

  /// `authorization` is the header's value, empty without one. Nothing: the
  /// request is not authenticated. In mode `trusted` everybody is trusted.
  [[nodiscard]] std::optional<caller>
  identify(std::string_view authorization) const;

private:
  using sha256 = std::array<std::uint8_t, 32>;
  struct entry {
    sha256 secret{};
    workflows::person as;
  };
  bool trusted_;
  std::vector<entry> entries_;
};

}  // namespace recapd::ingress
