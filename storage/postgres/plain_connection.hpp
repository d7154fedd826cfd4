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

#include "storage/postgres/args.hpp"
#include "storage/postgres/endpoint.hpp"
#include "storage/postgres/errors.hpp"

namespace recapd::storage::postgres {

/// A statement that is prepared once a connection, at its first use.
struct prepared_statement {
  std::string name;
  std::string sql;
};

/// What a statement answered. Times are read from columns in microseconds
/// since 1970, as `micros` selects them.
class result_set {
public:
  struct impl;
  explicit result_set(std::shared_ptr<const impl> rows)
      : rows_{std::move(rows)} {}

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

/// The expression that selects a timestamptz as result_set::at reads it.
[[nodiscard]] std::string micros(const std::string &expression);

/// Not thread safe. Every call throws error and nothing else. After `broken`
/// the object is of no use; so is it where an answer did not come within the
/// bound, or the server did not wait for what a commit is to wait for.
class plain_connection {
public:
  explicit plain_connection(const endpoint &to);
  ~plain_connection();
  plain_connection(const plain_connection &) = delete;
  plain_connection &operator=(const plain_connection &) = delete;

  /// In the open transaction, else in one of its own.
  result_set run(const prepared_statement &statement,
                 const arguments &args = {});
  result_set run_once(const std::string &sql, const arguments &args);
  /// Statements separated by semicolons, without parameters.
  result_set script(const std::string &sql);

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

}  // namespace recapd::storage::postgres
