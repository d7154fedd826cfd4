// A connection as recapd uses it: its settings pinned, its epoch known.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "storage/epochs.hpp"
#include "storage/postgres/endpoint.hpp"
#include "storage/postgres/plain_connection.hpp"

namespace recapd::storage::postgres {

class connection : public plain_connection {
public:
  /// Connects, pins the settings (storage/postgres/connection_settings.hpp)
  /// and, where the endpoint has an epoch watch, enters the epoch. Of several
  /// servers, those that the watch does not admit are passed over, and a watch
  /// that has seen none yet takes the one with the latest timeline. Throws
  /// unfit_connection where no server will do.
  explicit connection(const endpoint &to);

  /// Returns the epochs of the database as they were on connecting; without a
  /// watch, one epoch without a token.
  [[nodiscard]] const epoch_list &epochs() const { return epochs_; }
  /// Returns true once another connection has met a later epoch.
  [[nodiscard]] bool left_behind() const;

private:
  struct entered;
  explicit connection(entered &&how);
  static entered enter(const endpoint &to);
  static entered enter_any(const endpoint &to);

  epoch_list epochs_;
  std::shared_ptr<epoch_watch> watch_;
};

}  // namespace recapd::storage::postgres
