// What a partition of the command stream delivered to us, and what of it may be
// taken out of the stream.
//
// A purge takes out all below a place, so it must know that all below it came
// here: a consumer on a server that still catches up passes over messages. The
// stream's leader tells how many the partition has (T) when its last place is
// L. What came at or below L and was not taken out are as many, or more are in
// the stream: then some are still coming, or were passed over. Equal numbers
// could deceive where a purge of one who served the partition before took out
// what came here. Such a purge takes the lowest first; so the lowest that came
// is taken out alone, and only if the server had it, all up to L may follow.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace recapd::ingress {

/// What the stream's leader tells of a partition.
struct stream_count {
  std::uint64_t messages = 0;
  std::uint64_t last_seq = 0;  ///< of the stream, not later than `messages`
};

/// Places are sequences of the stream. Not thread safe.
class nats_delivered {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  struct times {
    duration every;     ///< between two counts, and between two purges
    duration answer;    ///< an answer is waited for so long
    duration patience;  ///< with messages that are there and do not come
  };

  enum class step : std::uint8_t {
    none,
    count,   ///< ask for a stream_count
    remove,  ///< take out the one at `seq`
    purge,   ///< take out all below `seq`
    anew     ///< messages were passed over: begin with another consumer
  };
  struct request {
    step what = step::none;
    std::uint64_t seq = 0;
  };

  /// With another consumer nothing came yet.
  void begin();
  void arrived(std::uint64_t seq);

  /// What to do now. `open`: the lowest that came and is not done. A request
  /// counts as under way until it is answered, at most for `times::answer`.
  [[nodiscard]] request next(time_point now, const times &t,
                             std::optional<std::uint64_t> open, bool may_count);
  /// Counts again, though nothing came.
  void recheck() { wanted_ = true; }

  void counted(const stream_count &c, time_point now);
  /// The server cannot tell.
  void not_counted();
  /// `was_there`: it was in the stream.
  void removed(std::uint64_t seq, bool was_there);
  void purged(std::uint64_t seq);

private:
  enum class standing : std::uint8_t { unknown, all, coming, stalled, fewer };

  [[nodiscard]] standing stand(time_point now, const times &t) const;
  [[nodiscard]] request judge(time_point now, const times &t, std::uint64_t end,
                              bool may_count);
  [[nodiscard]] request ask(request r, time_point now, const times &t);
  [[nodiscard]] request anew();
  void forget_below(std::uint64_t seq);

  std::deque<std::uint64_t> came_;  ///< ascending; not known to be taken out
  std::uint64_t gone_to_ = 0;       ///< what is below was taken out
  std::uint64_t all_came_to_ = 0;   ///< what is below came, or is not ours
  std::uint64_t highest_ = 0;
  bool moved_ = false;  ///< something came since the last look
  bool wanted_ = true;
  std::optional<stream_count> count_;  ///< since then we took out nothing
  time_point counted_at_{};
  std::optional<time_point> short_since_;
  std::optional<time_point> begun_;
  time_point quiet_since_{};

  request asked_;
  time_point asked_until_{};
  time_point count_at_{};
  time_point purge_at_{};
  unsigned begun_in_vain_ = 0;  ///< each makes the patience twice as long
};

}  // namespace recapd::ingress
