// Which rows of the inbox a reader must look for: those above all it has seen,
// and those whose seqs it passed over.
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

/// A seq is given when a row is inserted, and the row is seen once its
/// transaction has ended: rows with greater seqs may be seen before it. Whoever
/// saw it committed can only have inserted a greater seq, so a reader that asks
/// for all of `unseen` in one query and takes what it gets by seq takes the
/// rows of one writer in the order in which they were written.
class seqs {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// A transaction that lasts longer is not waited for: its rows are found, but
  /// perhaps after later ones.
  static constexpr std::chrono::seconds patience{60};
  /// Above so many holes neighbours are asked for as one.
  static constexpr std::size_t most_holes = 1000;

  /// The ranges that hold every row that may not have been seen, ascending;
  /// the last has no end.
  [[nodiscard]] std::vector<storage::seq_range> unseen(time_point now);

  /// A row was seen. Of seqs above all before, in ascending order.
  void saw(std::int64_t seq, time_point now);

  /// From the first row again: everything up to the last seq is asked for once
  /// more, until it is passed.
  void start_over() { next_ = first_seq; }

private:
  /// Rows of before the inbox gave the seqs itself may have any.
  static constexpr auto first_seq = std::numeric_limits<std::int64_t>::min();
  static constexpr auto last_seq = std::numeric_limits<std::int64_t>::max();

  struct hole {
    std::int64_t high;
    time_point since;
  };

  void fill(std::int64_t seq);
  void merge();

  std::map<std::int64_t, hole> holes_;  ///< by lowest seq
  std::int64_t top_ = 0;                ///< the greatest seq seen
  std::int64_t next_ = first_seq;  ///< above all that was seen since start_over
};

}  // namespace recapd::gateway::inbox
