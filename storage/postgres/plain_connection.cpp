// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/plain_connection.hpp"

#include <poll.h>

#include <cerrno>
#include <charconv>
#include <pqxx/pqxx>
#include <set>

#include "storage/socket_deadline.hpp"

namespace recapd::storage::postgres {

namespace {

// libpqxx 6 and 7 differ in how binary parameters are handed over.
#if PQXX_VERSION_MAJOR < 7
using wire_values = std::vector<pqxx::binarystring>;
wire_values to_wire(const arguments &args) {
  return {args.wire().begin(), args.wire().end()};
}
pqxx::result call_prepared(pqxx::nontransaction &tx, const std::string &name,
                           const wire_values &values) {
  return tx.exec_prepared(name, pqxx::prepare::make_dynamic_params(values));
}
pqxx::result call_text(pqxx::nontransaction &tx, const std::string &sql,
                       const wire_values &values) {
  return tx.exec_params(sql, pqxx::prepare::make_dynamic_params(values));
}
#else
using wire_values = pqxx::params;
wire_values to_wire(const arguments &args) {
  pqxx::params all;
  for (const auto &value : args.wire())
    all.append(std::basic_string_view<std::byte>{
        reinterpret_cast<const std::byte *>(value.data()), value.size()});
  return all;
}
#if PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR < 10
pqxx::result call_prepared(pqxx::nontransaction &tx, const std::string &name,
                           const wire_values &values) {
  return tx.exec_prepared(name, values);
}
pqxx::result call_text(pqxx::nontransaction &tx, const std::string &sql,
                       const wire_values &values) {
  return tx.exec_params(sql, values);
}
#else
pqxx::result call_prepared(pqxx::nontransaction &tx, const std::string &name,
                           const wire_values &values) {
  return tx.exec(pqxx::prepped{name}, values);
}
pqxx::result call_text(pqxx::nontransaction &tx, const std::string &sql,
                       const wire_values &values) {
  return tx.exec(sql, values);
}
#endif
#endif

/// Keeps notices, and the server's farewell, from standard error. Sessions ask
/// for nothing below a warning, so each notice is a warning.
#if PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR >= 10
class notices {
public:
  // The handler may be called until the connection is closed.
  explicit notices(pqxx::connection &c) {
    c.set_notice_handler(
        [came = came_](pqxx::zview) noexcept { *came = true; });
  }
  void forget() { *came_ = false; }
  [[nodiscard]] bool came() const { return *came_; }

private:
  std::shared_ptr<bool> came_ = std::make_shared<bool>(false);
};
#else
class notices : public pqxx::errorhandler {
public:
  explicit notices(pqxx::connection &c) : pqxx::errorhandler{c} {}
  bool operator()(const char *) noexcept override {
    came_ = true;
    return false;  // no other handler is asked
  }
  void forget() { came_ = false; }
  [[nodiscard]] bool came() const { return came_; }

private:
  bool came_ = false;
};
#endif

/// Returns how long an answer is waited for. The server ends a statement by
/// itself a little earlier: then it is known that nothing was written.
std::chrono::milliseconds longest_wait(std::chrono::milliseconds statement) {
  return statement.count() > 0 ? statement + std::chrono::milliseconds{500}
                               : statement;
}

}  // namespace

struct result_set::impl {
  pqxx::result rows;
  [[nodiscard]] pqxx::field field(int row, int column) const {
    return rows[static_cast<pqxx::result::size_type>(row)]
               [static_cast<pqxx::row::size_type>(column)];
  }
};

int result_set::size() const {
  return static_cast<int>(rows_->rows.size());
}

bool result_set::null(int row, int column) const {
  return rows_->field(row, column).is_null();
}

std::string result_set::text(int row, int column) const {
  const auto field = rows_->field(row, column);
  return {field.c_str(), field.size()};
}

std::int64_t result_set::number(int row, int column) const {
  const auto field = rows_->field(row, column);
  std::int64_t value = 0;
  std::from_chars(field.c_str(), field.c_str() + field.size(), value);
  return value;
}

bool result_set::boolean(int row, int column) const {
  return rows_->field(row, column).c_str()[0] == 't';
}

workflows::instant result_set::at(int row, int column) const {
  return workflows::instant{std::chrono::microseconds{number(row, column)}};
}

std::string micros(const std::string &expression) {
  return "(extract(epoch FROM " + expression + ") * 1000000)::bigint";
}

struct plain_connection::impl {
  explicit impl(const endpoint &to)
      : connection{conninfo(to)}, statement{to.statement} {}

  [[nodiscard]] bool lost() const { return !connection.is_open(); }

  /// Throws where a warning came. A server that is told to wait no longer for
  /// its standbys says that it has committed all the same, and warns.
  void require_no_warning() const {
    if (warnings.came())
      throw error{trouble::broken,
                  {},
                  "the server warned that a commit was not waited for"};
  }

  pqxx::connection connection;
  std::chrono::milliseconds statement;
  notices warnings{connection};
  std::set<std::string> prepared;
};

template <class F> auto plain_connection::guarded(F f) {
  const auto bound = impl_->statement;
  const socket_deadline deadline{impl_->connection.sock(), longest_wait(bound)};
  try {
    impl_->warnings.forget();
    return f();
  } catch (const error &) {
    throw;
  } catch (...) {
    if (deadline.passed())
      throw error{trouble::broken,
                  {},
                  "no answer within " + std::to_string(bound.count()) + " ms"};
    throw_error(impl_->lost());
  }
}

plain_connection::plain_connection(const endpoint &to) {
  try {
    impl_ = std::make_unique<impl>(to);
  } catch (const std::exception &e) {
    throw_connect_error(conninfo(to), e.what());
  }
}

plain_connection::~plain_connection() = default;
plain_connection::plain_connection(plain_connection &&) noexcept = default;
plain_connection &
plain_connection::operator=(plain_connection &&) noexcept = default;

result_set plain_connection::run(const prepared_statement &statement,
                                 const arguments &args) {
  return guarded([&] {
    if (!impl_->prepared.contains(statement.name)) {
      impl_->connection.prepare(statement.name, statement.sql);
      impl_->prepared.insert(statement.name);
    }
    pqxx::nontransaction tx{impl_->connection};
    result_set rows{std::make_shared<result_set::impl>(
        result_set::impl{call_prepared(tx, statement.name, to_wire(args))})};
    impl_->require_no_warning();
    return rows;
  });
}

result_set plain_connection::run_once(const std::string &sql,
                                      const arguments &args) {
  return guarded([&] {
    pqxx::nontransaction tx{impl_->connection};
    return result_set{std::make_shared<result_set::impl>(
        result_set::impl{call_text(tx, sql, to_wire(args))})};
  });
}

result_set plain_connection::script(const std::string &sql) {
  return guarded([&] {
    pqxx::nontransaction tx{impl_->connection};
    return result_set{
        std::make_shared<result_set::impl>(result_set::impl{tx.exec(sql)})};
  });
}

void plain_connection::in_transaction(const std::function<void()> &body,
                                      const std::string &begin) {
  script(begin);
  try {
    body();
  } catch (...) {
    try {
      if (!impl_->lost()) script("ROLLBACK");
    } catch (const error &) {
      // The connection broke: the server rolls back by itself.
    }
    throw;
  }
  script("COMMIT");
  impl_->require_no_warning();
}

int plain_connection::process_id() const {
  return impl_->connection.backendpid();
}

bool plain_connection::alive() {
  try {
    // The first read takes a farewell that has come, the second meets the end.
    impl_->connection.get_notifs();
    if (impl_->lost()) return false;
    impl_->connection.get_notifs();
    return !impl_->lost();
  } catch (const std::exception &) {
    return false;
  }
}

bool plain_connection::wait_notified(std::chrono::milliseconds timeout) {
  return guarded([&] {
    if (impl_->connection.get_notifs() > 0) return true;
    pollfd socket{
        .fd = impl_->connection.sock(), .events = POLLIN, .revents = 0};
    if (::poll(&socket, 1, static_cast<int>(timeout.count())) > 0
        && impl_->connection.get_notifs() > 0)
      return true;
    if (impl_->lost())
      throw error{trouble::broken, {}, "the connection was lost"};
    return false;
  });
}

}  // namespace recapd::storage::postgres
