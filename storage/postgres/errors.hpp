// What went wrong in PostgreSQL, told apart by what can be done about it.
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
  broken,  ///< the connection is gone; what was out may have been done
  again,   ///< serialization failure or deadlock: not written, try again
  data,    ///< this data is refused: a constraint, or not storable
  other,   ///< not written; nothing the data could help
};

/// What connection and plain_connection throw.
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
  /// False: trying again does not help before somebody changes something.
  [[nodiscard]] bool heals() const { return heals_; }

  /// The words of the server or of libpq alone.
  [[nodiscard]] const std::string &said() const { return said_; }

private:
  trouble kind_;
  std::string sqlstate_;
  bool heals_;
  std::string said_;
};

/// A server, database or connection that recapd cannot work on: the text names
/// the setting. Trying again does not help before somebody changes it.
class unfit_connection : public error {
public:
  explicit unfit_connection(const std::string &what)
      : error{trouble::other, {}, what, false} {}
};

/// The exception in flight as an error. Call from a catch block only;
/// `connection_lost`: the connection does not stand any more.
[[noreturn]] void throw_error(bool connection_lost);

/// Throws the error{broken} of a connect that failed with libpq's `message`.
[[noreturn]] void throw_connect_error(const std::string &conninfo,
                                      std::string_view message);

/// The fault of a single commit that was refused with trouble `data`.
[[nodiscard]] fault fault_of(const error &e);

}  // namespace recapd::storage::postgres
