// Takes out of the command stream what is done, and finds out where messages
// were passed over. What is to be asked when is delivered's to say; here
// it is asked of the server.
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

/// The subjects of a partition's messages.
[[nodiscard]] std::string filter_of(unsigned partition);

struct sweep_times {
  std::chrono::milliseconds every{1000};     ///< between a partition's counts
  std::chrono::milliseconds answer{5000};    ///< is waited for so long
  std::chrono::milliseconds patience{3000};  ///< before it is begun anew
  std::chrono::milliseconds recheck{
      1000};  ///< of one partition after the other
};

/// The leader's answer to STREAM.INFO with a filter; nothing if it does not
/// tell of all subjects (they are too many), or is none.
[[nodiscard]] std::optional<stream_count>
parse_stream_count(std::string_view answer);

/// Not thread safe.
class sweeper {
public:
  using time_point = partition::time_point;
  using partition_map = std::map<unsigned, partition>;

  /// `publish`: at most once.
  sweeper(sweep_times times, std::function<void(const message &)> publish)
      : times_{times}, publish_{std::move(publish)} {}

  /// Asks what is due, with answers to `inbox` and below; halts a partition of
  /// which messages were passed over. Whether it did. `paused`: none are asked
  /// for at present.
  bool sweep(partition_map &all, const std::string &inbox, time_point now,
             bool paused = false);

  /// Waits for no answer: after a new connection none comes.
  void forget() { counting_.reset(); }

  /// `what`: what an answer's subject has after the inbox. False if it is no
  /// answer to what was asked here.
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
  /// One count at a time: where there is a backlog each costs the server.
  std::optional<std::uint64_t> counting_;
  time_point count_until_{};
  std::uint64_t serial_ = 0;
  unsigned last_counted_ = 0;
  unsigned last_rechecked_ = 0;
  time_point recheck_at_{};
};

}  // namespace recapd::gateway::nats
