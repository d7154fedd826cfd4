// The lean schema: what a service written by hand, without an engine, would
// store of a lifecycle. The baselines write it by connections of libpq's own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <libpq-fe.h>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "storage/postgres/args.hpp"
#include "tools/bench/run.hpp"
#include "tools/bench/verify.hpp"

namespace recapd::bench::lean {

/// How far a session is, as its row says; one step leads to each.
enum state : std::int16_t {
  scheduled = 1,
  accepted,
  completed,  ///< time and recap are logged, the limits count them
  confirmed,  ///< by the student's recap
  settled
};
inline constexpr std::array states{scheduled, accepted, completed, confirmed,
                                   settled};

/// What a session is about. Each tutor has 40 a week, five with each of eight
/// students: the limits of both are used up to the minute.
struct session {
  std::int64_t id, tutor, student, course, week, day;
};
/// Returns the session of an id, from 0 on.
[[nodiscard]] session session_at(std::size_t id);

/// The minutes and the pay of each, which SQL has as literals.
inline constexpr std::int64_t minutes = 60;
inline constexpr std::int64_t pay = 6000;

/// What is written down of a lesson: 200 characters.
inline constexpr std::string_view recap =
    "Chain rule, implicit differentiation, and two related-rates problems. Set "
    "up both without help; still drops the inner derivative. Next: problems 14 "
    "to 22 by Thursday, then a past exam under the clock.";
static_assert(recap.size() == 200);

/// Has `write` write the schema's tables in a database of its own, verifies
/// what it returns to have written, and drops the database. `what` is shown as
/// progress. Throws std::runtime_error that names what is wrong.
void write_and_verify(
    bench_run &b, const std::string &what,
    const std::function<lean_expectation(const std::string &database)> &write);

/// A pipeline of prepared statements with binary parameters. Not thread safe.
/// Every call throws std::runtime_error, with what libpq says, when the server
/// refuses a statement or the connection breaks.
class connection {
public:
  /// Connects, and prepares the statements.
  connection(const std::string &database, std::span<const char *const> sql);

  [[nodiscard]] int socket() const { return PQsocket(it_.get()); }
  /// Sends a statement, by its place among those prepared.
  void send(std::size_t statement, const storage::postgres::arguments &args);
  /// Commits what was sent, which is one transaction.
  void commit();
  /// Takes the answers that have come or, if it is to wait, all. Returns true
  /// when the commit is among them.
  bool receive(bool wait);

private:
  void require(bool ok) const;

  std::unique_ptr<PGconn, decltype(&PQfinish)> it_;
};

}  // namespace recapd::bench::lean
