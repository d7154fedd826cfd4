// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/run.hpp"
#include <array>
#include <chrono>
#include <cstdio>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>
#include <thread>

#include "tools/bench/latency.hpp"
#include "tools/bench/throughput.hpp"

namespace recapd::bench {

namespace {

constexpr const char *scenario = "replicated";
constexpr const char *standby_name = "bench";

/// Whether there is a standby, and whether commits wait for it.
enum class way : unsigned char {
  alone,     ///< there is no standby
  followed,  ///< a standby follows, and nothing waits for it
  awaited    ///< a commit waits until the standby has flushed it
};
constexpr std::array<way, 3> ways{way::alone, way::followed, way::awaited};
constexpr std::array<const char *, 3> way_names{"no standby", "asynchronous",
                                                "synchronous"};

std::string name_of(way w) {
  return way_names[static_cast<std::size_t>(w)];
}

struct quantity {
  const char *name;
  const char *unit;
};
constexpr std::array<quantity, 4> quantities{{{"batches", "lifecycles/s"},
                                              {"single", "lifecycles/s"},
                                              {"p50 at 500/s", "ms"},
                                              {"p99 at 500/s", "ms"}}};
/// One value of each quantity.
using figures = std::array<double, quantities.size()>;

/// Asks the server until the answer is true; throws when it never is.
void await(const std::string &url, const std::string &query) {
  using namespace std::chrono_literals;
  pqxx::connection c{url};
  pqxx::nontransaction tx{c};
  const auto end = std::chrono::steady_clock::now() + 2min;
  while (!tx.exec(query)[0][0].as<bool>()) {
    if (std::chrono::steady_clock::now() > end)
      throw std::runtime_error{"waited in vain for: " + query};
    std::this_thread::sleep_for(10ms);
  }
}

/// A standby of the run's server, and whether commits wait for it.
class replica {
public:
  explicit replica(postgres &of)
      : url_{of.admin_url()}, it_{of, standby_name} {}
  ~replica() {
    try {
      name({});
    } catch (const std::exception &e) {
      std::fprintf(stderr, "%s: %s\n", scenario, e.what());
    }
  }
  replica(const replica &) = delete;
  replica &operator=(const replica &) = delete;

  void become(way w) const {
    const bool named = w == way::awaited;
    name(named ? standby_name : "");
    await(url_,
          asked(std::string{"sync_state = '"} + (named ? "sync'" : "async'")));
  }
  /// Waits until the standby has applied all there is, so that no measurement
  /// has to do with what an earlier one left.
  void catch_up() const {
    await(url_, asked("replay_lsn >= pg_current_wal_flush_lsn()"));
  }

private:
  static std::string asked(const std::string &condition) {
    return "SELECT count(*) = 1 FROM pg_stat_replication WHERE state ="
           " 'streaming' AND application_name = '"
           + std::string{standby_name} + "' AND " + condition;
  }
  void name(const std::string &names) const {
    ask(url_, "ALTER SYSTEM SET synchronous_standby_names = '" + names + "'");
    ask(url_, "SELECT pg_reload_conf()");
  }

  std::string url_;
  standby it_;
};

figures measure_way(bench_run &b, way w, const replica *standby) {
  const auto what = scenario + (", " + name_of(w));
  const auto settle = [&] {
    if (standby != nullptr) standby->catch_up();
  };
  settle();
  const auto batches = carry_batches(b, what + ", batches").per_second();
  settle();
  const auto single = carry_single(b, what + ", single").per_second();
  settle();
  single_events events{b, what};
  // The first run warms code, caches and connections.
  (void)events.at_the_top(calm_rate);
  const auto r = events.at_rate(calm_rate, at_calm_rate);
  events.finish();
  return {batches, single, quantile_ms(r.latencies_us, 0.5),
          quantile_ms(r.latencies_us, 0.99)};
}

void add(bench_run &b, const std::array<figures, ways.size()> &all) {
  for (std::size_t q = 0; q < quantities.size(); ++q) {
    const auto what = std::string{quantities[q].name} + ", ";
    for (std::size_t w = 0; w < ways.size(); ++w)
      b.out().add(scenario, what + way_names[w], quantities[q].unit, all[w][q]);
    for (std::size_t w = 1; w < ways.size(); ++w)
      b.out().add(scenario, what + way_names[w] + " over " + way_names[0],
                  "times", all[w][q] / all[0][q]);
  }
}

}  // namespace

// The order changes, so that no way is always measured first or last.
void measure_replicated(bench_run &b) {
  std::array<figures, ways.size()> all{};
  const auto measure = [&](way w, const replica *standby) {
    if (standby != nullptr) standby->become(w);
    all[static_cast<std::size_t>(w)] = measure_way(b, w, standby);
  };
  const auto with_standby = [&](way first, way second) {
    const replica standby{b.server()};
    measure(first, &standby);
    measure(second, &standby);
  };
  if (b.out().round() % 2 == 1) {
    measure(way::alone, nullptr);
    with_standby(way::followed, way::awaited);
  } else {
    with_standby(way::awaited, way::followed);
    measure(way::alone, nullptr);
  }
  add(b, all);
}

}  // namespace recapd::bench
