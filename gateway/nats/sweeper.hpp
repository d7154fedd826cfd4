// Takes out of the command stream what is done, and finds what was passed over.
// deliveries says when to ask what; here the server is asked.
//
// Messages are deleted one by one, never purged: a server that was killed and
// comes back has lost others after a purge with a filter (nats-server 2.9.10).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/nats/partition.hpp"

namespace recapd::gateway::nats {

/// Returns the subjects of a partition's messages.
[[nodiscard]] std::string filter_of(unsigned partition);

struct sweep_times {
  std::chrono::milliseconds every{1000};   ///< between a partition's counts
  std::chrono::milliseconds answer{5000};  ///< how long an answer is waited for
  std::chrono::milliseconds patience{3000};  ///< before a partition begins anew
  std::chrono::milliseconds recheck{
      1000};  ///< between rechecks of one partition after the other
};

/// Reads the leader's answer to STREAM.INFO with a filter; returns nothing if
/// it does not tell of all subjects (they are too many), or is no such answer.
[[nodiscard]] std::optional<stream_count>
parse_stream_count(std::string_view answer);

/// Asks the server for what deliveries want to know. Not thread safe.
class sweeper {
public:
  using time_point = partition::time_point;
  using partition_map = std::map<unsigned, partition>;

  /// Sends messages by `publish`, which is to send each at most once.
  sweeper(sweep_times times, std::function<void(const message &)> publish)
      : times_{times}, publish_{std::move(publish)} {}

  /// Asks what is due, with answers to subjects below `inbox`; halts partitions
  /// of which messages were passed over. Returns whether it halted any.
  /// `paused`: no messages are asked for at present.
  bool sweep(partition_map &all, const std::string &inbox, time_point now,
             bool paused = false);

  /// Waits for no answer any more: after a new connection none comes.
  void forget() { counting_.reset(); }

  /// Takes an answer; `what` is what its subject has after the inbox. Returns
  /// false if it is no answer to what was asked here.
  bool on_answer(partition_map &all, std::string_view what,
                 std::string_view answer, time_point now);

private:
  [[nodiscard]] bool may_count(time_point now) const {
    return !counting_ || now >= count_until_;
  }
  bool sweep_one(unsigned number, partition &p, const std::string &inbox,
                 time_point now, bool paused);
  void count(unsigned number, const std::string &reply, time_point now);
  void remove(std::uint64_t seq, const std::string &reply);
  void recheck_one(partition_map &all, time_point now);

  sweep_times times_;
  std::function<void(const message &)> publish_;
  /// The count that is under way, one at a time: where there is a backlog each
  /// costs the server.
  std::optional<std::uint64_t> counting_;
  time_point count_until_{};
  std::uint64_t serial_ = 0;
  unsigned last_counted_ = 0;
  unsigned last_rechecked_ = 0;
  time_point recheck_at_{};
};

}  // namespace recapd::gateway::nats
