// Which messages of a partition came, and are still in the command stream.
//
// What is done is taken out message by message. A consumer may pass over
// messages: on a server that still catches up it does not see them (nats-server
// 2.9). So now and then the stream's leader is asked how many the partition has
// when the stream's last place is L. As many have to be those that came at or
// below L and were not taken out. If more are there, some are still coming, or
// were passed over.
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
  std::uint64_t last_seq = 0;  ///< of the stream, read no later than `messages`
};

/// Follows the messages of one partition; `seq` is a message's place in the
/// stream. Not thread safe.
class deliveries {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  struct times {
    duration every;     ///< between two counts
    duration answer;    ///< how long an answer is waited for
    duration patience;  ///< with messages that are there and do not come
  };

  enum class step : std::uint8_t {
    none,
    count,  ///< ask for a stream_count
    anew    ///< messages were passed over: begin with another consumer
  };

  /// Begins with another consumer, by which nothing came yet.
  void begin();
  void arrived(std::uint64_t seq);
  /// Notes that a message is done, durably: it may leave the stream.
  void done(std::uint64_t seq);

  /// Returns what to do now. `busy`: some that came are not done; `may_count`:
  /// a count may begin, and is under way until answered, at most for
  /// `times::answer`.
  [[nodiscard]] step next(time_point now, const times &t, bool busy,
                          bool may_count);
  /// Wants another count, though there is no reason.
  void recheck() { wanted_ = true; }
  void counted(const stream_count &c, time_point now);
  /// Notes that the server cannot tell: another count is wanted.
  void not_counted();

  /// Returns what to take out of the stream now, and again until it is
  /// answered. Nothing new is begun while a count is due or under way, which it
  /// would spoil.
  [[nodiscard]] std::vector<std::uint64_t> to_remove(time_point now,
                                                     const times &t);
  /// Notes an answer; `was_there`: the message was in the stream.
  void removed(std::uint64_t seq, bool was_there);

private:
  enum class standing : std::uint8_t { unknown, all, coming, stalled };

  [[nodiscard]] standing stand(time_point now, const times &t) const;
  [[nodiscard]] step assess(time_point now, const times &t);

  std::set<std::uint64_t> came_;     ///< messages not known to be taken out
  std::deque<std::uint64_t> ready_;  ///< messages to be taken out
  /// Messages asked to be taken out, and when they are asked for again.
  std::map<std::uint64_t, time_point> removing_;
  std::uint64_t highest_ = 0;
  bool moved_ = false;  ///< something came since the last look

  bool wanted_ = true;  ///< a count is wanted
  bool due_ = false;
  bool counting_ = false;
  time_point counting_until_{};
  time_point count_at_{};
  std::optional<stream_count> count_;  ///< less what was taken out since
  time_point counted_at_{};
  time_point quiet_since_{};
  std::optional<time_point> short_since_;
  unsigned begun_in_vain_ = 0;  ///< how often; makes the patience longer
};

}  // namespace recapd::gateway::nats
