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

/// A statement that each connection prepares once, at its first use.
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
  /// Returns a value's text; empty where it is null.
  [[nodiscard]] std::string text(int row, int column) const;
  /// Returns a number; 0 where it is null.
  [[nodiscard]] std::int64_t number(int row, int column) const;
  [[nodiscard]] bool boolean(int row, int column) const;
  [[nodiscard]] workflows::instant at(int row, int column) const;

private:
  std::shared_ptr<const impl> rows_;
};

/// Returns the expression of a timestamptz that result_set::at reads.
[[nodiscard]] std::string micros(const std::string &expression);

/// One connection. Not thread safe. Every call throws error and nothing else.
/// The object is of no use after `broken`, which is thrown as well where an
/// answer did not come within the bound, or the server did not wait for a
/// commit's replicas.
class plain_connection {
public:
  explicit plain_connection(const endpoint &to);
  ~plain_connection();
  plain_connection(plain_connection &&) noexcept;
  plain_connection &operator=(plain_connection &&) noexcept;

  /// Runs a statement in the open transaction, else in one of its own.
  result_set run(const prepared_statement &statement,
                 const arguments &args = {});
  result_set run_once(const std::string &sql, const arguments &args);
  /// Runs statements that are separated by semicolons, without parameters.
  result_set script(const std::string &sql);

  /// Runs `body` in a transaction that the statement `begin` starts. Commits
  /// unless `body` throws.
  void in_transaction(const std::function<void()> &body,
                      const std::string &begin = "BEGIN");

  /// Returns the id of the server's process, as the peer tells it.
  [[nodiscard]] int process_id() const;

  /// Returns false once the server has closed the connection, as far as can be
  /// seen without asking it, so that an idle connection's end is known before
  /// something is sent by it.
  [[nodiscard]] bool alive();
  /// Returns true if a notification came in, false after `timeout`.
  [[nodiscard]] bool wait_notified(std::chrono::milliseconds timeout);

private:
  struct impl;
  template <class F> auto guarded(F f);
  std::unique_ptr<impl> impl_;
};

}  // namespace recapd::storage::postgres
