// SPDX-License-Identifier: Apache-2.0
#include "gateway/wire/nodes_view.hpp"

#include <boost/json/array.hpp>

namespace recapd::gateway {

namespace json = boost::json;

namespace {

json::array shards_of(const storage::lease_table &t, const std::string &node) {
  json::array out;
  for (const auto &[shard, holder] : t.holders)
    if (holder == node) out.emplace_back(shard);
  return out;
}

json::object view_of(const storage::lease_table &t, const storage::member &m,
                     const storage::node_lag &lag, workflows::instant now) {
  using std::chrono::milliseconds;
  return {
      {"name", m.name},
      {"state", state_of(m, now)},
      {"address", m.address},
      {"relays", !m.secret.empty()},
      {"shards", shards_of(t, m.name)},
      {"inbox", lag.inbox_rows},
      {"lag_ms", lag.behind.count()},
      {"skew_ms", std::chrono::duration_cast<milliseconds>(m.ahead).count()},
      {"nats_partitions", m.partitions},
      {"started_at", workflows::format_rfc3339(m.started_at)},
      {"expires_at", workflows::format_rfc3339(m.expires_at)}};
}

}  // namespace

std::string state_of(const storage::member &m, workflows::instant now) {
  if (m.expires_at <= now) return "silent";
  return m.draining ? "draining" : "live";
}

json::object nodes_view(const storage::lease_table &t, const node_lags &lags,
                        workflows::instant now) {
  json::array nodes;
  for (const auto &[name, m] : t.members) {
    const auto lag = lags.find(name);
    nodes.push_back(view_of(
        t, m, lag == lags.end() ? storage::node_lag{} : lag->second, now));
  }
  return {{"shards", t.shards},
          {"held", t.holders.size()},
          {"nodes", std::move(nodes)}};
}

}  // namespace recapd::gateway
