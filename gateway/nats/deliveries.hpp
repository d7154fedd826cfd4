// What of a partition of the command stream came and is still in it: what is
// done is taken out message by message, and messages that do not come are
// noticed.
//
// A consumer may pass over messages: on a server that still catches up it does
// not see them (nats-server 2.9). So now and then the stream's leader is asked
// how many the partition has when the stream's last place is L. As many have to
// be those that came at or below L and were not taken out. If more are there,
// some are still coming, or were passed over.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace recapd::gateway::nats {

/// What the stream's leader tells of a partition.
struct stream_count {
  std::uint64_t messages = 0;
  std::uint64_t last_seq = 0;  ///< of the stream, not later than `messages`
};

/// Places are sequences of the stream. Not thread safe.
class deliveries {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  struct times {
    duration every;     ///< between two counts
    duration answer;    ///< is waited for so long
    duration patience;  ///< with messages that are there and do not come
  };

  enum class step : std::uint8_t {
    none,
    count,  ///< ask for a stream_count
    anew    ///< messages were passed over: begin with another consumer
  };

  /// With another consumer nothing came yet.
  void begin();
  void arrived(std::uint64_t seq);
  /// Durably: it may leave the stream.
  void done(std::uint64_t seq);

  /// What to do now. `busy`: some that came are not done. A count is under way
  /// until it is answered, at most for `times::answer`.
  [[nodiscard]] step next(time_point now, const times &t, bool busy,
                          bool may_count);
  /// Counts again, though there is no reason.
  void recheck() { wanted_ = true; }
  void counted(const stream_count &c, time_point now);
  /// The server cannot tell.
  void not_counted();

  /// What to take out of the stream now. It is told again until the server has
  /// answered. None while a count is due or under way, which they would spoil.
  [[nodiscard]] std::vector<std::uint64_t> to_remove(time_point now,
                                                     const times &t);
  /// `was_there`: it was in the stream.
  void removed(std::uint64_t seq, bool was_there);

private:
  enum class standing : std::uint8_t { unknown, all, coming, stalled };

  [[nodiscard]] standing stand(time_point now, const times &t) const;
  [[nodiscard]] step assess(time_point now, const times &t);

  std::set<std::uint64_t> came_;     ///< and are not known to be taken out
  std::deque<std::uint64_t> ready_;  ///< to be taken out
  std::map<std::uint64_t, time_point> removing_;  ///< until asked again
  std::uint64_t highest_ = 0;
  bool moved_ = false;  ///< something came since the last look

  bool wanted_ = true;  ///< a count
  bool due_ = false;
  bool counting_ = false;
  time_point counting_until_{};
  time_point count_at_{};
  std::optional<stream_count> count_;  ///< without what we took out since
  time_point counted_at_{};
  time_point quiet_since_{};
  std::optional<time_point> short_since_;
  unsigned begun_in_vain_ = 0;  ///< some make the patience longer
};

}  // namespace recapd::gateway::nats
