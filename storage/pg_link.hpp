// A connection that is opened anew where it has ended: stores are built on it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "storage/fault.hpp"
#include "storage/pg_connection.hpp"

namespace recapd::storage {

class pg_link {
protected:
  /// Connects at once. Throws storage_error{unavailable}.
  explicit pg_link(std::string url) : url_{std::move(url)} { connected(); }

  pg_connection &connected() {
    if (connection_ && !connection_->alive()) connection_.reset();
    if (!connection_) {
      try {
        connection_ = std::make_unique<pg_connection>(url_);
      } catch (const pg_error &e) {
        throw storage_error{fault::unavailable, e.what()};
      }
    }
    return *connection_;
  }

  /// Runs `f(connection)`; all trouble becomes storage_error{unavailable}.
  template <class F> auto with(F f) {
    auto &c = connected();
    try {
      return f(c);
    } catch (const pg_error &e) {
      if (e.kind() == pg_trouble::broken) connection_.reset();
      throw storage_error{fault::unavailable, e.what()};
    }
  }

  std::string url_;
  std::unique_ptr<pg_connection> connection_;
};

}  // namespace recapd::storage
