// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/run.hpp"
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

#include "tools/bench/campus.hpp"

namespace recapd::bench {

bench_run::bench_run(run_options o)
    : options_{std::move(o)}, out_{!options_.quick}, server_{options_.script,
                                                             options_.data},
      config_{options_.data + "/bench.json"} {
  std::ofstream{config_} << node_config();
}

std::size_t bench_run::count_for(double per_second) const {
  const auto thousands =
      static_cast<std::size_t>(options_.seconds * per_second / 1000);
  return std::max<std::size_t>(thousands, 1) * 1000;
}

std::unique_ptr<node>
bench_run::start_node(const std::string &database,
                      std::map<std::string, std::string> environment,
                      unsigned short port, bool wait) {
  return std::make_unique<node>(
      node::options{.program = options_.programs + "/recapd",
                    .database = database,
                    .config_file = config_,
                    .dir = options_.data,
                    .port = port,
                    .environment = std::move(environment)},
      wait);
}

resources bench_run::used(const node *n) const {
  return {.node = n != nullptr ? n->cpu() : 0,
          .postgres = server_.cpu(),
          .load = own_cpu(),
          .wal_bytes = server_.wal_bytes()};
}

load_client::progress bench_run::teller(const std::string &what,
                                        std::size_t of) {
  return [this, what, of](std::size_t n) {
    out_.progress(what, fmt::format("{} of {}", n, of));
  };
}

void bench_run::add_latencies(const std::string &scenario,
                              const std::string &before,
                              const std::string &behind,
                              const std::vector<std::uint32_t> &latencies_us) {
  for (const auto &[name, q] : {std::pair{"p50", 0.5}, std::pair{"p99", 0.99}})
    out_.add(scenario, fmt::format("{}{}{}", before, name, behind), "ms",
             quantile_ms(latencies_us, q));
}

void bench_run::add_used(const std::string &scenario, const resources &from,
                         const resources &to, std::size_t steps,
                         const std::string &when) {
  const auto add = [&](const char *whose, double a, double b) {
    out_.add(scenario, "CPU a step" + when + ", " + whose, "µs",
             (b - a) * 1'000'000 / static_cast<double>(steps));
  };
  if (to.node > 0) add("node", from.node, to.node);
  add("PostgreSQL", from.postgres, to.postgres);
  add("load", from.load, to.load);
  out_.add(scenario, "WAL a step" + when, "B",
           (to.wal_bytes - from.wal_bytes) / static_cast<double>(steps));
}

}  // namespace recapd::bench
