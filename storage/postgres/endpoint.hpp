// Endpoint: how a program reaches its database.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/epochs.hpp"

namespace recapd::storage::postgres {

struct endpoint {
  /// Takes a URL alone: there are no bounds, and any database may answer.
  endpoint(std::string to)  // NOLINT(google-explicit-constructor)
      : url{std::move(to)} {}
  endpoint(const char *to)  // NOLINT(google-explicit-constructor)
      : url{to} {}
  endpoint(std::string to, std::chrono::milliseconds bound,
           std::shared_ptr<epoch_watch> seen)
      : url{std::move(to)}, statement{bound}, epochs{std::move(seen)} {}

  std::string url;  ///< a URL of libpq's, or `key=value …`
  /// The longest time of each statement and each connect; without an answer by
  /// then the connection ends. 0: none.
  std::chrono::milliseconds statement{0};
  /// The watch, which refuses another database than it has seen
  /// (storage/epochs.hpp); null: any is taken.
  std::shared_ptr<epoch_watch> epochs;
};

/// Returns what libpq gets: the URL, with bounds on connecting and, where
/// statements have one, on a silent peer, and with a server that takes writes
/// where several are named. What the URL or libpq's environment says comes
/// before these.
[[nodiscard]] std::string conninfo(const endpoint &to);

/// Returns an endpoint for each server that the URL names, in its order; for
/// one server, or a URL that libpq does not take, the endpoint itself.
[[nodiscard]] std::vector<endpoint> servers_of(const endpoint &to);

}  // namespace recapd::storage::postgres
