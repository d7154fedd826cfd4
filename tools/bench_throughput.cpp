#include "tools/bench_run.hpp"
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <exception>
#include <thread>

#include "storage/pg_connection.hpp"
#include "tools/bench_campus.hpp"
#include "tools/bench_load.hpp"
#include "tools/bench_verify.hpp"

namespace recapd::bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::int64_t minutes_ago = -20 * 60;
constexpr std::size_t batch_connections = 8;
constexpr std::size_t single_connections = 64;

double seconds_since(clock::time_point from) {
  return std::chrono::duration<double>(clock::now() - from).count();
}

/// From a fresh database to its verified end: `send` sends all commands of
/// `count` lessons to a node; the clock runs until every one is paid.
template <class Prepare, class Send>
void measure(bench_run &b, const std::string &scenario, std::size_t count,
             Prepare prepare, Send send) {
  const auto name = "bench_" + scenario;
  const auto database = b.server().fresh_database(name);
  b.out().progress(scenario + ": preparing");
  const auto load = prepare(campus{time_from_now(minutes_ago)});
  const auto n = b.start_node(database);
  const auto before = b.cpu(n.get());
  const auto began = clock::now();
  send(*n, database, load);
  await_paid(database);
  const auto took = seconds_since(began);
  const auto after = b.cpu(n.get());
  b.out().add(scenario, "throughput", "lifecycles/s",
              static_cast<double>(count) / took);
  b.add_cpu(scenario, before, after, count * steps_per_lifecycle);
  b.out().progress(scenario + ": verifying");
  verify(database, b.recapctl(), {.lessons = count});
  n->stop();
  b.server().drop_database(name);
}

void add_latencies(bench_run &b, const std::string &scenario,
                   const load_result &r) {
  b.out().add(scenario, "answer p50", "ms", quantile_ms(r.latencies_us, 0.5));
  b.out().add(scenario, "answer p99", "ms", quantile_ms(r.latencies_us, 0.99));
}

void send_lanes(bench_run &b, const std::string &scenario, const node &n,
                const request_lanes &load) {
  load_client client{n.port(), load.size()};
  std::size_t requests = 0;
  for (const auto &lane : load)
    requests += lane.size();
  const auto result = client.closed_loop(load, b.teller(scenario, requests));
  require_success(result);
  add_latencies(b, scenario, result);
}

// ---- inbox -----------------------------------------------------------------

const storage::pg_statement insert_events{
    "insert_events", "INSERT INTO inbox (event) SELECT unnest($1::text[])"};
constexpr std::size_t inbox_connections = 2;

using inbox_load = std::vector<std::vector<storage::pg_args>>;

inbox_load inbox_statements(const campus &c, std::size_t count) {
  inbox_load out(inbox_connections);
  for (std::size_t at = 0; at < count; at += 1000)
    for (std::size_t s = 0; s < commands_per_lifecycle; ++s) {
      std::vector<std::string> events;
      for (auto i = at; i < at + 1000; ++i)
        events.push_back(c.event(i, static_cast<step>(s)));
      out[at / 1000 % inbox_connections].push_back(
          storage::pg_args{}.texts(events));
    }
  return out;
}

void insert_all(const std::string &database, const inbox_load &load) {
  std::vector<std::thread> threads;
  std::vector<std::exception_ptr> failures(load.size());
  for (std::size_t i = 0; i < load.size(); ++i)
    threads.emplace_back([&, i] {
      try {
        storage::pg_connection c{database};
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

void measure_batches(bench_run &b) {
  const auto count = b.count_for(8000);
  measure(
      b, "batches", count,
      [&](const campus &c) {
        return batch_lanes(c, {0, count}, batch_connections);
      },
      [&](const node &n, const std::string &, const request_lanes &load) {
        send_lanes(b, "batches", n, load);
      });
}

void measure_single(bench_run &b) {
  const auto count = b.count_for(2500);
  measure(
      b, "single", count,
      [&](const campus &c) {
        return single_lanes(c, {0, count}, single_connections);
      },
      [&](const node &n, const std::string &, const request_lanes &load) {
        send_lanes(b, "single", n, load);
      });
}

void measure_inbox(bench_run &b) {
  const auto count = b.count_for(6000);
  measure(
      b, "inbox", count,
      [&](const campus &c) { return inbox_statements(c, count); },
      [&](const node &, const std::string &database, const inbox_load &load) {
        b.out().progress("inbox");
        insert_all(database, load);
      });
}

void measure_latency(bench_run &b) {
  const auto database = b.server().fresh_database("bench_latency");
  const campus c{time_from_now(minutes_ago)};
  const auto n = b.start_node(database);
  load_client client{n->port(), single_connections};
  std::size_t next = 0;
  const auto take = [&](double commands) {
    const auto count = static_cast<std::size_t>(commands / 4) + 1;
    const stretch s{next, count};
    next += count;
    return s;
  };

  const auto first = single_lanes(c, take(b.options().seconds / 4 * 10000),
                                  single_connections);
  const auto top_run = client.closed_loop(first, b.teller("latency: top", 0));
  require_success(top_run);
  const auto top =
      static_cast<double>(top_run.latencies_us.size()) / top_run.seconds;

  const auto run = [&](const std::string &what, double rate) {
    const auto load = sequence(c, take(rate * b.options().seconds),
                               static_cast<std::size_t>(rate / 4) + 1);
    auto r = client.open_loop(load, rate, b.teller(what, load.size()));
    require_success(r);
    return r;
  };
  const auto before = b.cpu(n.get());
  auto r = run(std::string{"latency"} + at_calm_rate, calm_rate);
  b.add_cpu("latency", before, b.cpu(n.get()),
            r.latencies_us.size() / commands_per_lifecycle
                * steps_per_lifecycle,
            at_calm_rate);
  b.out().add("latency", "p50 at 500/s", "ms",
              quantile_ms(r.latencies_us, 0.5));
  b.out().add("latency", "p99 at 500/s", "ms",
              quantile_ms(r.latencies_us, 0.99));
  b.out().at_most("latency", "p50 at 500/s", 1.5);
  b.out().at_most("latency", "p99 at 500/s", 8);
  const auto &l = r.latencies_us;
  const auto third = static_cast<std::ptrdiff_t>(l.size() / 3);
  b.out().add("latency", "p50 of the last third over the first", "times",
              quantile_ms({l.end() - third, l.end()}, 0.5)
                  / quantile_ms({l.begin(), l.begin() + third}, 0.5));
  r = run("latency: half the top", top / 2);
  b.out().add("latency", "top", "commands/s", top);
  b.out().add("latency", "p50 at half the top", "ms",
              quantile_ms(r.latencies_us, 0.5));
  b.out().add("latency", "p99 at half the top", "ms",
              quantile_ms(r.latencies_us, 0.99));
  b.out().at_most("latency", "p99 at half the top", 50);
  await_paid(database);
  verify(database, b.recapctl(), {.lessons = next});
  n->stop();
  b.server().drop_database("bench_latency");
}

}  // namespace recapd::bench
