// What went wrong in PostgreSQL, told apart by what can be done about it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "storage/fault.hpp"
#include "storage/postgres/causes.hpp"

namespace recapd::storage {

enum class pg_trouble {
  broken,  ///< the connection is gone; what was out may have happened
  again,   ///< serialization failure or deadlock: not written, try again
  data,    ///< this data is refused: a constraint, or not storable
  other,   ///< not written; nothing the data could help
};

/// The one exception that leaves pg_connection.
class pg_error : public std::runtime_error {
public:
  pg_error(pg_trouble kind, std::string sqlstate, const std::string &what,
           bool heals = true)
      : std::runtime_error{what}, kind_{kind}, sqlstate_{std::move(sqlstate)},
        heals_{heals}, said_{what} {}
  pg_error(const pg_cause &cause, pg_trouble kind, std::string said)
      : std::runtime_error{told(cause, said)}, kind_{kind},
        sqlstate_{cause.sqlstate}, heals_{cause.heals}, said_{std::move(said)} {
  }
  [[nodiscard]] pg_trouble kind() const { return kind_; }
  [[nodiscard]] const std::string &sqlstate() const { return sqlstate_; }
  /// False: trying again does not help before somebody changes something.
  [[nodiscard]] bool heals() const { return heals_; }

  /// The words of the server or of libpq alone.
  [[nodiscard]] const std::string &said() const { return said_; }

private:
  pg_trouble kind_;
  std::string sqlstate_;
  bool heals_;
  std::string said_;
};

/// A server, database or session that recapd cannot work on: the text names the
/// setting. Trying again does not help before somebody changes it.
class unfit_session : public pg_error {
public:
  explicit unfit_session(const std::string &what)
      : pg_error{pg_trouble::other, {}, what, false} {}
};

/// The exception in flight as a pg_error. Call from a catch block only;
/// `connection_lost`: the connection does not stand any more.
[[noreturn]] void throw_pg_error(bool connection_lost);

/// Throws the pg_error{broken} of a connect that failed with libpq's `message`.
[[noreturn]] void throw_connect_error(const std::string &conninfo,
                                      std::string_view message);

/// The fault of a single commit that was refused with trouble `data`.
[[nodiscard]] fault fault_of(const pg_error &e);

}  // namespace recapd::storage
