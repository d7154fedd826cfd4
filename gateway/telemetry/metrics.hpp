// Metrics: what the engine and the ingress report, as Prometheus text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/readiness.hpp"
#include "actors/telemetry.hpp"

namespace recapd::gateway {

enum class nats_state : std::uint8_t {
  none,
  connected,
  away,
  failing,          ///< the server is there, and does not do what is asked
  mapping_differs,  ///< its partitions are not ours: nothing is taken
  few_partitions    ///< than shards: some commands are taken by nobody
};

/// Thread safe. Hand it to the engine as its telemetry.
class metrics final : public actors::telemetry {
public:
  metrics();
  ~metrics() override;
  metrics(const metrics &) = delete;
  metrics &operator=(const metrics &) = delete;

  void command_done(std::string_view type, std::string_view outcome,
                    std::string_view code,
                    std::chrono::microseconds since_receipt) override;
  void group_committed(std::size_t commits,
                       std::chrono::microseconds took) override;
  void commit_refused(std::string_view fault) override;
  void session_moved(std::string_view from, std::string_view to) override;
  void timer_fired(std::chrono::microseconds late) override;
  void in_flight(std::size_t commands) override;
  void resident_sessions(std::size_t shard, std::size_t sessions) override;
  void timers_armed(std::size_t timers) override;
  void journal_depth(std::size_t commits) override;
  void reader_depth(std::size_t loads) override;
  void database_up(bool up) override;
  void clock_ahead(std::chrono::microseconds of_the_database) override;

  /// What `storage::store::count_by_state` found; from then on session_moved
  /// keeps the figures, as far as this node moves the sessions.
  void set_sessions(
      const std::vector<std::pair<std::string, std::int64_t>> &by_state);

  /// One that did not reach the engine: `type` as it came, or empty.
  void command_rejected(std::string_view type, std::string_view code);

  /// `route` is the pattern, not the path, so that the labels stay few.
  void http_request(std::string_view route, unsigned status);
  void http_connections(int delta);
  void event_clients(int delta);
  void dead_letter(std::string_view code);
  /// What /readyz tells, in place of what it told before.
  void conditions(const std::vector<actors::condition> &reasons,
                  const std::vector<actors::condition> &warnings);
  /// Where a sink has got to in the feed; nothing: another node feeds it.
  void feed_at(std::string_view sink, std::optional<std::int64_t> position);
  using feed_place = std::pair<std::string, std::int64_t>;
  [[nodiscard]] std::vector<feed_place> feed_places() const;
  /// Events that a sink with a place has yet to get.
  void feed_lag(std::string_view sink, std::int64_t events);
  /// Events that no sink can get before some transaction ends.
  void feed_held_back(std::int64_t events);
  /// `result`: `delivered` or `failed`.
  void delivery(std::string_view result);
  /// Whose next message the webhook's receiver has not taken.
  void sessions_held(std::size_t sessions);

  /// `link`: `commands` or `events`.
  void nats_connected(std::string_view link, bool connected);
  /// How the commands by NATS fare.
  void nats_commands(nats_state now);
  /// The same; `none` on a node that takes no commands from NATS.
  [[nodiscard]] nats_state nats_commands() const;

  /// Everything, as OpenMetrics 1.0 text.
  [[nodiscard]] std::string text() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace recapd::gateway
