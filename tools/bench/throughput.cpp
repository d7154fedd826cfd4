// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/throughput.hpp"
#include <chrono>
#include <exception>
#include <thread>

#include "storage/postgres/connection.hpp"
#include "tools/bench/campus.hpp"
#include "tools/bench/load.hpp"
#include "tools/bench/verify.hpp"

namespace recapd::bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t batch_connections = 8;
constexpr std::size_t single_connections = 64;

/// Returns the bytes of all tables and indexes, after a vacuum.
double stored_bytes(const std::string &database) {
  ask(database, "VACUUM");
  return ask(database, "SELECT sum(pg_total_relation_size(oid))::float8"
                       "  FROM pg_class WHERE relkind = 'r'"
                       "   AND relnamespace = 'public'::regnamespace")[0][0]
      .as<double>();
}

double seconds_since(clock::time_point from) {
  return std::chrono::duration<double>(clock::now() - from).count();
}

/// Goes from a fresh database to its verified end: `send` sends all commands of
/// `count` lessons to a node; the clock runs until every one is paid.
template <class Prepare, class Send>
carried carry(bench_run &b, const std::string &what, std::size_t count,
              Prepare prepare, Send send) {
  constexpr const char *name = "bench_throughput";
  const auto database = b.server().fresh_database(name);
  b.out().progress(what + ": preparing");
  const auto load = prepare(campus{time_from_now(half_an_hour_ago)});
  const auto n = b.start_node(database);
  const auto empty = stored_bytes(database);
  carried c;
  c.lessons = count;
  c.before = b.used(n.get());
  const auto began = clock::now();
  c.latencies_us = send(*n, database, load);
  await_paid(database);
  c.seconds = seconds_since(began);
  c.after = b.used(n.get());
  c.stored = stored_bytes(database) - empty;
  b.out().progress(what + ": verifying");
  verify(database, b.recapctl(), {.lessons = count});
  n->stop();
  b.server().drop_database(name);
  return c;
}

void add(bench_run &b, const std::string &scenario, const carried &c) {
  if (!c.latencies_us.empty())
    b.add_latencies(scenario, "answer ", "", c.latencies_us);
  b.out().add(scenario, "throughput", "lifecycles/s", c.per_second());
  b.add_used(scenario, c.before, c.after, c.lessons * steps_per_lifecycle);
  b.out().add(scenario, "stored a lifecycle", "B",
              c.stored / static_cast<double>(c.lessons));
}

std::vector<std::uint32_t> send_lanes(bench_run &b, const std::string &what,
                                      const node &n,
                                      const request_lanes &load) {
  load_client client{n.port(), load.size()};
  std::size_t requests = 0;
  for (const auto &lane : load)
    requests += lane.size();
  auto result = client.closed_loop(load, b.teller(what, requests));
  require_success(result);
  return std::move(result.latencies_us);
}

// ---- inbox -----------------------------------------------------------------

const storage::postgres::prepared_statement insert_events{
    "insert_events", "INSERT INTO inbox (event) SELECT unnest($1::text[])"};
constexpr std::size_t inbox_connections = 2;

using inbox_load = std::vector<std::vector<storage::postgres::arguments>>;

inbox_load inbox_statements(const campus &c, std::size_t count) {
  inbox_load out(inbox_connections);
  for (std::size_t at = 0; at < count; at += 1000)
    for (std::size_t s = 0; s < commands_per_lifecycle; ++s) {
      std::vector<std::string> events;
      for (auto i = at; i < at + 1000; ++i)
        events.push_back(c.event(i, static_cast<step>(s)));
      out[at / 1000 % inbox_connections].push_back(
          storage::postgres::arguments{}.texts(events));
    }
  return out;
}

void insert_all(const std::string &database, const inbox_load &load) {
  std::vector<std::thread> threads;
  std::vector<std::exception_ptr> failures(load.size());
  for (std::size_t i = 0; i < load.size(); ++i)
    threads.emplace_back([&, i] {
      try {
        storage::postgres::connection c{database};
        for (const auto &args : load[i])
          c.run(insert_events, args);
      } catch (...) {
        failures[i] = std::current_exception();
      }
    });
  for (auto &t : threads)
    t.join();
  for (const auto &f : failures)
    if (f) std::rethrow_exception(f);
}

}  // namespace

carried carry_batches(bench_run &b, const std::string &what) {
  const auto count = b.count_for(8000);
  return carry(
      b, what, count,
      [&](const campus &c) {
        return batch_lanes(c, {0, count}, batch_connections);
      },
      [&](const node &n, const std::string &, const request_lanes &load) {
        return send_lanes(b, what, n, load);
      });
}

carried carry_single(bench_run &b, const std::string &what) {
  const auto count = b.count_for(2500);
  return carry(
      b, what, count,
      [&](const campus &c) {
        return single_lanes(c, {0, count}, single_connections);
      },
      [&](const node &n, const std::string &, const request_lanes &load) {
        return send_lanes(b, what, n, load);
      });
}

void measure_batches(bench_run &b) {
  add(b, "batches", carry_batches(b, "batches"));
  b.out().at_least("batches", "throughput", 0.40, "limit");
  b.out().at_least("batches", "throughput", 3, "by-hand");
  b.out().at_most("batches", "CPU a step, PostgreSQL", 1.3, "limit");
}

void measure_single(bench_run &b) {
  add(b, "single", carry_single(b, "single"));
  b.out().at_least("single", "throughput", 1.3, "by-hand");
  b.out().at_most("single", "stored a lifecycle", 6000);
  b.out().at_most("single", "WAL a step", 9000.0 / steps_per_lifecycle);
}

// All commands of a node's lessons, and once more when every one is paid.
void measure_repeats(bench_run &b) {
  constexpr const char *name = "bench_repeats";
  const auto database = b.server().fresh_database(name);
  const auto count = b.count_for(2000);
  b.out().progress("repeats: preparing");
  const auto load = batch_lanes(campus{time_from_now(half_an_hour_ago)},
                                {0, count}, batch_connections);
  const auto n = b.start_node(database);
  const auto commands = static_cast<double>(count * commands_per_lifecycle);
  const auto send = [&](const char *what) {
    const auto began = clock::now();
    (void)send_lanes(b, what, *n, load);
    const auto rate = commands / seconds_since(began);
    b.out().add("repeats", what, "commands/s", rate);
    return rate;
  };
  const auto first = send("new commands");
  await_paid(database);
  const auto again = send("repeated commands");
  b.out().add("repeats", "repeated over new", "times", again / first);
  b.out().at_least("repeats", "repeated over new", 0.5);
  verify(database, b.recapctl(), {.lessons = count});
  n->stop();
  b.server().drop_database(name);
}

void measure_inbox(bench_run &b) {
  const auto count = b.count_for(6000);
  const auto c = carry(
      b, "inbox", count,
      [&](const campus &all) { return inbox_statements(all, count); },
      [&](const node &, const std::string &database, const inbox_load &load) {
        b.out().progress("inbox");
        insert_all(database, load);
        return std::vector<std::uint32_t>{};
      });
  add(b, "inbox", c);
  b.out().at_least("inbox", "throughput", 1.5, "by-hand");
}

}  // namespace recapd::bench
