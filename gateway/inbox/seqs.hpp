// Which rows of the inbox a reader has yet to see, by their seqs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <vector>

#include "storage/store.hpp"

namespace recapd::gateway::inbox {

/// Holds which seqs a reader has seen. A row gets its seq when it is inserted
/// and is seen once its transaction has ended: rows with greater seqs may be
/// seen before it. A writer who saw it committed can only have inserted a
/// greater seq, so a reader that asks for all of `unseen` in one query and
/// takes what it gets by seq takes the rows of one writer in the order in which
/// they were written.
class seqs {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// How long the rows of a transaction are waited for; later they are found,
  /// but perhaps after others.
  static constexpr std::chrono::seconds patience{60};
  /// Beyond so many holes neighbouring ones are asked for as one.
  static constexpr std::size_t most_holes = 1000;

  /// Returns the ranges that hold every row that may not have been seen,
  /// ascending; the last range has no end. Rows of buckets that are not `ours`
  /// are seen and not taken: with other buckets than before it starts over.
  [[nodiscard]] std::vector<storage::seq_range>
  unseen(const storage::bucket_set &ours, time_point now);

  /// Notes a row that was seen. Seqs above the greatest so far must come in
  /// ascending order.
  void saw(std::int64_t seq, time_point now);

  /// Begins at the first row again: everything up to the last seq is asked for
  /// once more, until saw() has passed it.
  void start_over() { next_ = first_seq; }

private:
  /// The least seq: rows from before the inbox gave them may have any.
  static constexpr auto first_seq = std::numeric_limits<std::int64_t>::min();
  static constexpr auto last_seq = std::numeric_limits<std::int64_t>::max();

  struct hole {
    std::int64_t high;
    time_point since;
  };

  void fill(std::int64_t seq);
  void merge();

  std::map<std::int64_t, hole> holes_;  ///< by their lowest seqs
  std::int64_t top_ = 0;                ///< the greatest seq seen
  std::int64_t next_ = first_seq;       ///< above all seen since start_over()
  storage::bucket_set ours_;            ///< whose rows are taken
};

}  // namespace recapd::gateway::inbox
