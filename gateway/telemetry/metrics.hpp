// Metrics: what the engine and the ingress report, as OpenMetrics text.
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
#include "storage/store.hpp"

namespace recapd::gateway {

enum class nats_state : std::uint8_t {
  none,
  connected,
  away,
  failing,          ///< the server is there, and does not do what is asked
  mapping_differs,  ///< it maps sessions to other partitions: nothing is taken
  few_partitions    ///< fewer than shards: some commands are taken by nobody
};

/// Gathers what is measured; the engine gets it as its telemetry. Thread safe.
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
  void reminded(std::string_view kind) override;
  void reminder_helped(std::string_view kind) override;
  void money_moved(std::string_view kind, std::string_view currency,
                   std::int64_t amount) override;
  void leases(std::size_t held, std::size_t lost) override;

  /// Sets what `storage::store::count_by_state` found; from then on
  /// session_moved changes the figures, as far as this node moves the sessions.
  void set_sessions(
      const std::vector<std::pair<std::string, std::int64_t>> &by_state);

  /// Counts a rejected command; `type` as it came, or empty.
  void command_rejected(std::string_view type, std::string_view code);

  /// Counts a request; `route` is the pattern, not the path, so that the labels
  /// stay few. `took` is from its head to its answer, of which it is unknown
  /// where the answer is a stream.
  void http_request(std::string_view route, unsigned status,
                    std::optional<std::chrono::microseconds> took);
  void http_connections(int delta);
  void event_clients(int delta);
  void dead_letter(std::string_view code);
  /// Sets what /readyz tells, in place of what it told before.
  void conditions(const std::vector<actors::condition> &reasons,
                  const std::vector<actors::condition> &warnings);
  /// Sets where a sink has got to in the feed; nothing: another node feeds it.
  void feed_at(std::string_view sink, std::optional<std::int64_t> position);
  using feed_place = std::pair<std::string, std::int64_t>;
  [[nodiscard]] std::vector<feed_place> feed_places() const;
  /// Sets how many events a sink has yet to get, if it has a place.
  void feed_lag(std::string_view sink, std::int64_t events);
  /// Sets how many events no sink can get before some transaction ends.
  void feed_held_back(std::int64_t events);
  /// Counts a message to a sink; `result` is `delivered` or `failed`.
  void delivery(std::string_view result);
  void forwarded(std::size_t commands) override;
  /// Counts commands that were sent to another node; `result` is `answered` or
  /// `unanswered`.
  void relayed(std::string_view result, std::size_t commands);
  /// Counts a mail that was handed in; `result` is `taken`, `later` or
  /// `refused`.
  void mail_tried(std::string_view result);
  /// Sets how many notifications wait to become mail, or to be sent.
  void mails_waiting(std::int64_t notifications);
  /// Sets how many sessions the webhook holds.
  void sessions_held(std::size_t sessions);

  /// Sets what waits to be taken.
  void untaken(const storage::untaken &now);
  /// Sets how many sessions wait for staff in a queue, and for how long the
  /// first of them, since it began.
  void queue(std::string_view name, std::int64_t sessions,
             std::chrono::microseconds oldest);

  /// Sets whether a link is connected; `link` is `commands` or `events`.
  void nats_connected(std::string_view link, bool connected);
  /// Sets how the commands by NATS fare.
  void nats_commands(nats_state now);
  /// Returns how the commands by NATS fare; `none` where none are taken.
  [[nodiscard]] nats_state nats_commands() const;

  /// Returns all metrics as OpenMetrics 1.0 text.
  [[nodiscard]] std::string text() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace recapd::gateway
