// One group of steps as set statements with array parameters.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "storage/postgres/connection.hpp"
#include "tools/bench/rows.hpp"

namespace recapd::bench {

/// The statements by target, and the positions given out. Thread safe.
class group_statements {
public:
  explicit group_statements(std::int64_t position) : position_{position} {}
  const storage::postgres::prepared_statement &of(const target &t);
  /// Returns a position with room for the events of one row.
  std::int64_t next_position() { return position_ += 16; }

private:
  std::mutex mutex_;
  std::map<std::string, storage::postgres::prepared_statement> all_;
  std::atomic<std::int64_t> position_;
};

/// One transaction's statements.
using group =
    std::vector<std::pair<const storage::postgres::prepared_statement *,
                          storage::postgres::arguments>>;

/// Returns step `s` of lessons `from` to `to` as a group.
[[nodiscard]] group build_group(const row_book &book, const campus &where,
                                std::size_t s, std::size_t from, std::size_t to,
                                group_statements &shared);

}  // namespace recapd::bench
