// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/lag.hpp"

#include "storage/postgres/link.hpp"

namespace recapd::storage::postgres {

namespace {

/// Only each bucket's earliest timer is read: a million may not be due.
const prepared_statement lag{
    "lag", "WITH present AS MATERIALIZED (SELECT recapd_now() AS at),"
           " waiting AS (SELECT bucket, count(*) AS inbox_rows,"
           "   min(received_at) FILTER (WHERE isfinite(received_at)) AS since"
           "   FROM waiting GROUP BY bucket"
           " UNION ALL SELECT b, 0, t.next_timer"
           "   FROM present, generate_series(0, 1023) AS b,"
           "   LATERAL (SELECT next_timer FROM standings"
           "     WHERE bucket = b AND next_timer <= at"
           "     ORDER BY next_timer LIMIT 1) AS t)"
           " SELECT node, sum(inbox_rows)::int8, greatest(0, (extract(epoch"
           "   FROM max(at - since)) * 1000)::int8)"
           " FROM present, waiting, shards, leases"
           " WHERE leases.shard = waiting.bucket % shards.count"
           " GROUP BY node"};

class reading : private link {
public:
  explicit reading(const endpoint &to) : link{to} {}

  std::map<std::string, node_lag> run() {
    return with([](connection &c) {
      const auto rows = c.run(lag);
      std::map<std::string, node_lag> out;
      for (int i = 0; i < rows.size(); ++i)
        out[rows.text(i, 0)] = {
            .inbox_rows = rows.number(i, 1),
            .behind = std::chrono::milliseconds{rows.number(i, 2)}};
      return out;
    });
  }
};

}  // namespace

std::map<std::string, node_lag> lag_by_node(const endpoint &to) {
  return reading{to}.run();
}

}  // namespace recapd::storage::postgres
