// A connection that is opened anew where it has ended; stores are built on it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "storage/fault.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/right_missing.hpp"

namespace recapd::storage::postgres {

class link {
protected:
  /// Connects at once. Throws storage_error{unavailable}. With `one_epoch` the
  /// link serves in the epoch of its first connection only and throws in a
  /// later one, since what its user knows holds in that epoch.
  explicit link(endpoint to, bool one_epoch = false)
      : to_{std::move(to)}, one_epoch_{one_epoch} {
    epoch_ = connected().epochs().current();
  }

  connection &connected() {
    if (connection_ && (!connection_->alive() || connection_->left_behind()))
      connection_.reset();
    if (!connection_) {
      try {
        connection_ = std::make_unique<connection>(to_);
      } catch (const error &e) {
        throw storage_error{fault::unavailable, e.what()};
      }
    }
    if (one_epoch_ && epoch_ && *epoch_ != connection_->epochs().current())
      throw storage_error{fault::unavailable,
                          "the database has changed: looking at it anew"};
    return *connection_;
  }

  /// Runs `f(connection)` and throws any trouble as storage_error{unavailable},
  /// a lacking right as right_missing.
  template <class F> auto with(F f) {
    auto &c = connected();
    try {
      return f(c);
    } catch (const error &e) {
      drop_after(e);
      if (e.sqlstate() == "42501") throw right_missing{e.what()};
      throw storage_error{fault::unavailable, e.what()};
    }
  }

  /// Drops the connection where it is broken or takes no writes: the server may
  /// have become a standby, and a new connection reaches the one that has not.
  void drop_after(const error &e) {
    if (e.kind() == trouble::broken || e.sqlstate() == "25006")
      connection_.reset();
  }

  endpoint to_;
  std::unique_ptr<connection> connection_;

private:
  bool one_epoch_;
  std::optional<std::string> epoch_;
};

}  // namespace recapd::storage::postgres
