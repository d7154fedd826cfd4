// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/fleet.hpp"
#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <optional>
#include <pqxx/pqxx>
#include <stdexcept>
#include <thread>

namespace recapd::bench {

namespace {

using clock = std::chrono::steady_clock;

/// A short lease, so that shares are settled soon; long enough for heartbeats
/// that wait for a processor.
constexpr const char *lease_ms = "5000";
constexpr auto patience = std::chrono::minutes{1};

std::string name_of(std::size_t place) {
  return fmt::format("n{:03}", place + 1);
}

struct holding {
  std::size_t shards = 0;
  std::vector<std::size_t> holders;  ///< places, by shard; past the end: nobody
};

holding look(pqxx::nontransaction &tx, std::size_t nodes) {
  holding h;
  h.shards = tx.exec("SELECT count FROM shards")[0][0].as<std::size_t>();
  h.holders.assign(h.shards, nodes);
  for (const auto &row : tx.exec("SELECT shard, node FROM leases")) {
    const auto shard = row[0].as<std::size_t>();
    for (std::size_t place = 0; place < nodes; ++place)
      if (row[1].as<std::string>() == name_of(place))
        h.holders.at(shard) = place;
  }
  return h;
}

/// Returns true if every shard has a node, and shares differ by one at most.
bool fair(const holding &h, std::size_t nodes) {
  std::vector<std::size_t> share(nodes, 0);
  for (const auto place : h.holders) {
    if (place >= nodes) return false;
    ++share[place];
  }
  const auto [least, most] = std::minmax_element(share.begin(), share.end());
  return *most - *least <= 1;
}

}  // namespace

fleet::fleet(bench_run &b, const std::string &database, std::size_t count)
    : database_{database} {
  for (std::size_t place = 0; place < count; ++place)
    nodes_.push_back(
        b.start_node(database, {{"PGAPPNAME", application},
                                {"RECAPD_NODE_NAME", name_of(place)},
                                {"RECAPD_NODE_LEASE_MS", lease_ms}}));
  await_shares();
}

void fleet::await_shares() {
  pqxx::connection c{database_};
  pqxx::nontransaction tx{c};
  const auto until = clock::now() + patience;
  auto now = look(tx, size());
  while (!fair(now, size())) {
    if (clock::now() > until)
      throw std::runtime_error{"the nodes do not come to fair shares"};
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    now = look(tx, size());
  }
  for (std::size_t bucket = 0; bucket < holders_.size(); ++bucket)
    holders_[bucket] = now.holders[bucket % now.shards];
}

double fleet::cpu() const {
  double sum = 0;
  for (const auto &n : nodes_)
    sum += n->cpu();
  return sum;
}

void fleet::require_same_shares() const {
  pqxx::connection c{database_};
  pqxx::nontransaction tx{c};
  const auto now = look(tx, size());
  for (std::size_t bucket = 0; bucket < holders_.size(); ++bucket)
    if (now.holders[bucket % now.shards] != holders_[bucket])
      throw std::runtime_error{"a node lost shards while it was measured: the "
                               "machine was too busy for its heartbeats"};
}

void fleet::stop() {
  for (const auto &n : nodes_)
    n->stop();
}

}  // namespace recapd::bench
