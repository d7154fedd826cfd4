// Errors of PostgreSQL, told apart by what can be done about them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "storage/fault.hpp"
#include "storage/postgres/causes.hpp"

namespace recapd::storage::postgres {

enum class trouble {
  broken,  ///< it is gone; what was under way may be done
  again,   ///< serialization failure or deadlock: not written, try again
  data,    ///< this data is refused, or not storable
  other,   ///< not written, whatever the data
};

/// The exception that connection and plain_connection throw.
class error : public std::runtime_error {
public:
  error(trouble kind, std::string sqlstate, const std::string &what,
        bool heals = true)
      : std::runtime_error{what}, kind_{kind}, sqlstate_{std::move(sqlstate)},
        heals_{heals}, said_{what} {}
  error(const known_cause &cause, trouble kind, std::string said)
      : std::runtime_error{told(cause, said)}, kind_{kind},
        sqlstate_{cause.sqlstate}, heals_{cause.heals}, said_{std::move(said)} {
  }
  [[nodiscard]] trouble kind() const { return kind_; }
  [[nodiscard]] const std::string &sqlstate() const { return sqlstate_; }
  /// Returns false where trying again helps only after a change.
  [[nodiscard]] bool heals() const { return heals_; }

  /// Returns the words of the server or of libpq alone.
  [[nodiscard]] const std::string &said() const { return said_; }

private:
  trouble kind_;
  std::string sqlstate_;
  bool heals_;
  std::string said_;
};

/// The exception for a server, database or connection on which recapd cannot
/// work; the text names the setting. Trying again helps only after a change.
class unfit_connection : public error {
public:
  explicit unfit_connection(const std::string &what)
      : error{trouble::other, {}, what, false} {}
};

/// Throws the exception in flight as an error. It is called from a catch block
/// only; `connection_lost` says that the connection has ended.
[[noreturn]] void throw_error(bool connection_lost);

/// Throws the error{broken} of a connect that failed with libpq's `message`.
[[noreturn]] void throw_connect_error(const std::string &conninfo,
                                      std::string_view message);

/// Returns the fault of a single commit that was refused with trouble `data`.
[[nodiscard]] fault fault_of(const error &e);

}  // namespace recapd::storage::postgres
