// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/lean.hpp"
#include <stdexcept>
#include <vector>

#include "tools/bench/campus.hpp"

namespace recapd::bench::lean {

namespace {

constexpr const char *schema = R"sql(
CREATE SCHEMA lean;
CREATE TABLE lean.sessions (
  id bigint PRIMARY KEY, state smallint NOT NULL, tutor bigint NOT NULL,
  student bigint NOT NULL, course bigint NOT NULL, week integer NOT NULL,
  day integer NOT NULL, minutes integer NOT NULL DEFAULT 0,
  starts_at timestamptz NOT NULL);
CREATE TABLE lean.events (  -- two of a session's contain the recaps
  session bigint, seq smallint, at timestamptz NOT NULL DEFAULT now(),
  payload text NOT NULL, PRIMARY KEY (session, seq));
CREATE TABLE lean.outbox (
  id bigserial PRIMARY KEY, session bigint NOT NULL, kind smallint NOT NULL,
  payload text NOT NULL);
CREATE TABLE lean.timers (
  session bigint PRIMARY KEY, due_at timestamptz NOT NULL);
CREATE INDEX ON lean.timers (due_at);
CREATE TABLE lean.tutor_weeks (
  tutor bigint, week integer, minutes integer NOT NULL CHECK (minutes <= 2400),
  PRIMARY KEY (tutor, week));
CREATE TABLE lean.course_weeks (
  student bigint, course bigint, week integer,
  minutes integer NOT NULL CHECK (minutes <= 300),
  PRIMARY KEY (student, course, week));
CREATE TABLE lean.pair_days (
  tutor bigint, student bigint, day integer, session bigint NOT NULL,
  PRIMARY KEY (tutor, student, day));
CREATE TABLE lean.ledger (
  session bigint, side smallint, account bigint NOT NULL,
  amount bigint NOT NULL, PRIMARY KEY (session, side));
)sql";

std::string name_of(std::size_t statement) {
  return "s" + std::to_string(statement);
}

struct clear {
  void operator()(PGresult *r) const { PQclear(r); }
};
using result = std::unique_ptr<PGresult, clear>;

}  // namespace

session session_at(std::size_t id) {
  constexpr std::size_t lean_courses = 50;
  const auto tutor = id % tutors;
  const auto week = id / generation;
  const auto in_week = id % generation / tutors;
  const auto student =
      tutor * students_per_tutor + in_week % students_per_tutor;
  const auto day = week * 7 + in_week / students_per_tutor;
  const auto number = [](std::size_t n) {
    return static_cast<std::int64_t>(n);
  };
  return {.id = number(id),
          .tutor = number(tutor),
          .student = number(student),
          .course = number(student % lean_courses),
          .week = number(week),
          .day = number(day)};
}

void write_and_verify(
    bench_run &b, const std::string &what,
    const std::function<lean_expectation(const std::string &database)> &write) {
  constexpr const char *name = "bench_lean";
  b.out().progress(what + ": preparing");
  const auto database = b.server().fresh_database(name);
  ask(database, schema);
  const auto written = write(database);
  b.out().progress(what + ": verifying");
  verify_lean(database, written);
  b.server().drop_database(name);
}

connection::connection(const std::string &database,
                       std::span<const char *const> sql)
    : it_{PQconnectdb(database.c_str()), PQfinish} {
  require(PQstatus(it_.get()) == CONNECTION_OK);
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const result r{
        PQprepare(it_.get(), name_of(i).c_str(), sql[i], 0, nullptr)};
    require(PQresultStatus(r.get()) == PGRES_COMMAND_OK);
  }
  require(PQenterPipelineMode(it_.get()) == 1);
}

void connection::send(std::size_t statement,
                      const storage::postgres::arguments &args) {
  std::vector<const char *> values;
  std::vector<int> lengths;
  for (const auto &value : args.wire()) {
    values.push_back(value.data());
    lengths.push_back(static_cast<int>(value.size()));
  }
  const std::vector<int> binary(values.size(), 1);
  require(PQsendQueryPrepared(it_.get(), name_of(statement).c_str(),
                              static_cast<int>(values.size()), values.data(),
                              lengths.data(), binary.data(), 1)
          == 1);
}

void connection::commit() {
  require(PQpipelineSync(it_.get()) == 1);
}

bool connection::receive(bool wait) {
  require(wait || PQconsumeInput(it_.get()) == 1);
  while (wait || PQisBusy(it_.get()) == 0) {
    const result r{PQgetResult(it_.get())};
    const auto status = PQresultStatus(r.get());
    if (status == PGRES_PIPELINE_SYNC) return true;
    // Null ends the answer to each statement.
    require(r ? status == PGRES_COMMAND_OK
              : PQstatus(it_.get()) == CONNECTION_OK);
  }
  return false;
}

void connection::require(bool ok) const {
  if (!ok) throw std::runtime_error{PQerrorMessage(it_.get())};
}

}  // namespace recapd::bench::lean
