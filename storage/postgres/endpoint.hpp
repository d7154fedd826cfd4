// How a program reaches its database.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "storage/epochs.hpp"

namespace recapd::storage::postgres {

struct endpoint {
  /// A URL alone: no bounds, and whatever database answers.
  endpoint(std::string to)  // NOLINT(google-explicit-constructor)
      : url{std::move(to)} {}
  endpoint(const char *to)  // NOLINT(google-explicit-constructor)
      : url{to} {}
  endpoint(std::string to, std::chrono::milliseconds bound,
           std::shared_ptr<epoch_watch> seen)
      : url{std::move(to)}, statement{bound}, epochs{std::move(seen)} {}

  std::string url;  ///< libpq's, or its `key=value …`
  /// Of each statement and each connect: what is not answered by then ends the
  /// connection. 0: none.
  std::chrono::milliseconds statement{0};
  /// Refuses another database than it has seen (storage/epochs.hpp).
  std::shared_ptr<epoch_watch> epochs;
};

/// What libpq gets: the URL, with bounds on connecting and on a peer that is
/// silent, and a server that takes writes where several are named. What the URL
/// or libpq's environment say counts before these.
[[nodiscard]] std::string conninfo(const endpoint &to);

}  // namespace recapd::storage::postgres
