#include "tools/bench/by_hand.hpp"
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <libpq-fe.h>
#include <memory>
#include <optional>
#include <stdexcept>
#include <sys/epoll.h>
#include <unistd.h>

#include "tools/bench/alarm.hpp"
#include "tools/bench/groups.hpp"

namespace recapd::bench {

using clock = std::chrono::steady_clock;

namespace {

/// One step as one statement: its number in every connection, its parameters.
struct call {
  std::size_t statement = 0;
  std::vector<std::optional<std::string>> values;
};

const char *sql_name(column_type t) {
  constexpr std::array<const char *, 7> names{
      "bool", "bytea", "int8", "int2", "int4", "text", "timestamptz"};
  return names.at(static_cast<std::size_t>(t));
}

std::string names(const target &t, const std::string &separator,
                  const auto &text_of) {
  std::string out;
  for (const auto &c : t.columns)
    if (const std::string one = text_of(c); !one.empty())
      out += (out.empty() ? "" : separator) + one;
  return out;
}

/// Returns the rows of one target as one data-modifying part of the statement.
std::string part_of(const target &t, std::size_t rows, int &number) {
  const auto parameter = [&](const column &c) {
    return "$" + std::to_string(++number) + "::" + sql_name(c.type);
  };
  if (t.kind == write_kind::update) {
    const auto set = names(t, ", ", [&](const column &c) {
      return c.key ? "" : c.name + " = " + parameter(c);
    });
    return "UPDATE " + t.table + " SET " + set + " WHERE "
           + names(t, " AND ", [&](const column &c) {
               return c.key ? c.name + " = " + parameter(c) : "";
             });
  }
  std::string sql = "INSERT INTO " + t.table + " AS t ("
                    + names(t, ", ", [](const column &c) { return c.name; })
                    + ") VALUES ";
  for (std::size_t i = 0; i < rows; ++i)
    sql += (i > 0 ? ", (" : "(") + names(t, ", ", parameter) + ")";
  if (t.kind == write_kind::add)
    sql += " ON CONFLICT ("
           + names(t, ", ", [](const column &c) { return c.key ? c.name : ""; })
           + ") DO UPDATE SET "
           + names(t, ", ", [](const column &c) -> std::string {
               if (c.key) return "";
               return c.name + " = " + (c.name == "used" ? "t.used + " : "")
                      + "excluded." + c.name;
             });
  return sql;
}

std::optional<std::string> text_of(const column &c, const cell &v) {
  if (const auto *n = std::get_if<std::int64_t>(&v)) return std::to_string(*n);
  if (const auto *b = std::get_if<bool>(&v)) return *b ? "t" : "f";
  if (const auto *m = std::get_if<moment>(&v)) return m->text;
  const auto *text = std::get_if<std::string>(&v);
  if (text == nullptr) return std::nullopt;
  if (c.type != column_type::bytes) return *text;
  constexpr const char *digits = "0123456789abcdef";
  std::string hex = "\\x";
  for (const char byte : *text) {
    const auto b = static_cast<unsigned char>(byte);
    hex += digits[b >> 4U];
    hex += digits[b & 15U];
  }
  return hex;
}

/// All calls, made before the clock starts, and their statements.
class script {
public:
  script(const row_book &book, const campus &where, std::size_t count)
      : shared_{book.free_position()} {
    for (std::size_t i = 0; i < count; ++i) {
      const auto l = where.at(i);
      const auto &steps = book.rows_for(l);
      steps_ = steps.size();
      for (const auto &step : steps)
        calls_.push_back(call_of(step, l));
    }
  }
  [[nodiscard]] const call &at(std::size_t lesson, std::size_t step) const {
    return calls_[lesson * steps_ + step];
  }
  [[nodiscard]] std::size_t steps() const { return steps_; }
  [[nodiscard]] const std::vector<std::string> &statements() const {
    return sql_;
  }

private:
  call call_of(const step_rows &rows, const lesson &l) {
    call c;
    std::string sql = "WITH ";
    int number = 0;
    for (std::size_t i = 0; i < rows.size();) {
      auto end = i + 1;
      const auto &to = rows[i].to;
      while (end < rows.size() && to.kind != write_kind::update
             && rows[end].to.signature() == to.signature())
        ++end;
      sql += (i > 0 ? ", w" : "w") + std::to_string(i) + " AS ("
             + part_of(to, end - i, number) + ")";
      for (; i < end; ++i)
        add_values(c, rows[i], l);
    }
    c.statement = number_of(sql + " SELECT 1");
    return c;
  }

  void add_values(call &c, const row_pattern &row, const lesson &l) {
    const auto add = [&](std::size_t i) {
      c.values.push_back(
          text_of(row.to.columns[i], cell_of(row.values[i], l, shared_)));
    };
    // An update names its key last.
    const bool update = row.to.kind == write_kind::update;
    for (std::size_t i = 0; i < row.values.size(); ++i)
      if (!update || !row.to.columns[i].key) add(i);
    for (std::size_t i = 0; update && i < row.values.size(); ++i)
      if (row.to.columns[i].key) add(i);
  }

  std::size_t number_of(const std::string &sql) {
    for (std::size_t i = 0; i < sql_.size(); ++i)
      if (sql_[i] == sql) return i;
    sql_.push_back(sql);
    return sql_.size() - 1;
  }

  group_statements shared_;
  std::vector<call> calls_;
  std::vector<std::string> sql_;
  std::size_t steps_ = 0;
};

/// One connection, carrying one lesson at a time through its steps.
class client {
public:
  client(const std::string &database, const script &what)
      : connection_{PQconnectdb(database.c_str()), PQfinish}, what_{what} {
    require(PQstatus(connection_.get()) == CONNECTION_OK);
    const auto &all = what.statements();
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto name = "s" + std::to_string(i);
      PQclear(PQprepare(connection_.get(), name.c_str(), all[i].c_str(), 0,
                        nullptr));
    }
    PQsetnonblocking(connection_.get(), 1);
  }

  [[nodiscard]] int socket() const { return PQsocket(connection_.get()); }

  void take(std::size_t lesson) {
    lesson_ = lesson;
    step_ = 0;
  }

  /// Reads on. Returns true when a step's answer is complete.
  bool read_on() {
    require(PQconsumeInput(connection_.get()) == 1);
    while (PQisBusy(connection_.get()) == 0) {
      PGresult *r = PQgetResult(connection_.get());
      if (r == nullptr) return true;
      const auto status = PQresultStatus(r);
      PQclear(r);
      require(status == PGRES_TUPLES_OK);
    }
    return false;
  }

  /// Sends the lesson's next step, which was due at `since`.
  void send(clock::time_point since) {
    const auto &c = what_.at(lesson_, step_++);
    std::vector<const char *> values;
    values.reserve(c.values.size());
    for (const auto &v : c.values)
      values.push_back(v ? v->c_str() : nullptr);
    const auto name = "s" + std::to_string(c.statement);
    since_ = since;
    require(PQsendQueryPrepared(connection_.get(), name.c_str(),
                                static_cast<int>(values.size()), values.data(),
                                nullptr, nullptr, 0)
            == 1);
    while (PQflush(connection_.get()) == 1) {
    }
  }

  [[nodiscard]] bool done() const { return step_ == what_.steps(); }
  [[nodiscard]] clock::time_point since() const { return since_; }

private:
  void require(bool ok) const {
    if (!ok)
      throw std::runtime_error{std::string{"by hand: "}
                               + PQerrorMessage(connection_.get())};
  }

  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
  const script &what_;
  std::size_t lesson_ = 0;
  std::size_t step_ = 0;
  clock::time_point since_;
};

void watch(int epoll, int fd, std::size_t mark) {
  epoll_event e{};
  e.events = EPOLLIN;
  e.data.u64 = mark;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
}

}  // namespace

load_result write_by_hand(const std::string &database, const row_book &book,
                          const campus &where, const hand_work &work) {
  const script what{book, where, work.count};
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  const alarm next_due;
  watch(epoll, next_due.socket(), work.clients);
  std::vector<std::unique_ptr<client>> all;
  std::deque<client *> idle;
  std::size_t taken = 0;
  for (; taken < std::min(work.clients, work.count); ++taken) {
    all.push_back(std::make_unique<client>(database, what));
    all.back()->take(taken);
    watch(epoll, all.back()->socket(), taken);
    idle.push_back(all.back().get());
  }
  load_result result;
  const auto want = work.count * what.steps();
  result.latencies_us.reserve(want);
  const auto began = clock::now();
  const auto due = [&](std::size_t k) {
    return work.per_second == 0 ? clock::now()
                                : due_at(began, k, work.per_second);
  };
  std::array<epoll_event, 64> ready{};
  for (std::size_t sent = 0; result.latencies_us.size() < want;) {
    for (; !idle.empty(); idle.pop_front(), ++sent) {
      const auto at = due(sent);
      if (at > clock::now()) {
        next_due.set(at);
        break;
      }
      idle.front()->send(at);
    }
    const int n = ::epoll_wait(epoll, ready.data(),
                               static_cast<int>(ready.size()), 60000);
    if (n == 0) throw std::runtime_error{"by hand: the server hangs"};
    for (int k = 0; k < n; ++k) {
      const auto which = ready[static_cast<std::size_t>(k)].data.u64;
      if (which == work.clients) {
        next_due.clear();
        continue;
      }
      auto &c = *all[which];
      if (!c.read_on()) continue;
      const auto us = std::chrono::duration_cast<std::chrono::microseconds>(
          clock::now() - c.since());
      result.latencies_us.push_back(static_cast<std::uint32_t>(us.count()));
      if (work.tell && result.latencies_us.size() % 5000 == 0)
        work.tell(result.latencies_us.size());
      if (c.done() && taken < work.count) c.take(taken++);
      if (!c.done()) idle.push_back(&c);
    }
  }
  result.seconds = std::chrono::duration<double>(clock::now() - began).count();
  work.ended();
  ::close(epoll);
  return result;
}

}  // namespace recapd::bench
