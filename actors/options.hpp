// Engine options: what a node's actors are told when they start.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>

namespace recapd::actors {

struct engine_options {
  unsigned shards = 4;
  unsigned workers = 2;            ///< CAF scheduler threads
  unsigned journals = 2;           ///< commit connections
  std::size_t journal_busy = 250;  ///< with so many commits a journal is busy
  unsigned readers = 1;            ///< connections that load sessions
  unsigned queries = 2;            ///< connections that read for people
  std::size_t max_in_flight = 20000;  ///< commands taken and not answered
  std::size_t max_batch = 1000;       ///< commits in one group commit
  std::size_t max_resident_sessions = 50000;
  std::chrono::milliseconds session_idle{60000};
  std::chrono::seconds timer_horizon{600};
  /// How long the database may take to answer a statement.
  std::chrono::milliseconds statement{5000};
  std::chrono::milliseconds drain{20000};  ///< the longest that drain() waits
  /// Whether `source` and `id` are each sender's own, or everybody's.
  bool own_identities = false;
};

}  // namespace recapd::actors
