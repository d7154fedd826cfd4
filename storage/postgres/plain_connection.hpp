// One connection to PostgreSQL. All of libpqxx is behind this header.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "storage/postgres/access.hpp"
#include "storage/postgres/args.hpp"
#include "storage/postgres/errors.hpp"

namespace recapd::storage {

/// A statement that is prepared once a connection, at its first use.
struct pg_statement {
  std::string name;
  std::string sql;
};

/// What a statement answered. Times are read from columns in microseconds
/// since 1970, as `pg_micros` selects them.
class pg_rows {
public:
  struct impl;
  explicit pg_rows(std::shared_ptr<const impl> rows) : rows_{std::move(rows)} {}

  [[nodiscard]] int size() const;
  [[nodiscard]] bool null(int row, int column) const;
  /// Empty when null.
  [[nodiscard]] std::string text(int row, int column) const;
  /// 0 when null.
  [[nodiscard]] std::int64_t number(int row, int column) const;
  [[nodiscard]] bool boolean(int row, int column) const;
  [[nodiscard]] workflows::instant at(int row, int column) const;

private:
  std::shared_ptr<const impl> rows_;
};

/// The expression that selects a timestamptz as pg_rows::at reads it.
[[nodiscard]] std::string pg_micros(const std::string &expression);

/// Not thread safe. Every call throws pg_error and nothing else. After `broken`
/// the object is of no use; so is it where an answer did not come within the
/// bound, or the server did not wait for what a commit is to wait for.
class pg_plain_connection {
public:
  explicit pg_plain_connection(const pg_access &to);
  ~pg_plain_connection();
  pg_plain_connection(const pg_plain_connection &) = delete;
  pg_plain_connection &operator=(const pg_plain_connection &) = delete;

  /// In the open transaction, else in one of its own.
  pg_rows run(const pg_statement &statement, const pg_args &args = {});
  pg_rows run_once(const std::string &sql, const pg_args &args);
  /// Statements separated by semicolons, without parameters.
  pg_rows script(const std::string &sql);

  /// `begin` is the statement that starts it. Commits unless `body` throws.
  void in_transaction(const std::function<void()> &body,
                      const std::string &begin = "BEGIN");

  /// Of the server's process, as whoever answered the connection says.
  [[nodiscard]] int process_id() const;

  /// False once the server has closed the connection, as far as can be seen
  /// without asking it: makes an idle connection's end known before something
  /// is sent on it.
  [[nodiscard]] bool alive();
  /// True if a notification came in, false after `timeout`.
  [[nodiscard]] bool wait_notified(std::chrono::milliseconds timeout);

private:
  struct impl;
  template <class F> auto guarded(F f);
  std::unique_ptr<impl> impl_;
};

}  // namespace recapd::storage
