// The database inbox: rows that any SQL client inserts become commands.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "actors/engine/engine.hpp"
#include "gateway/telemetry/metrics.hpp"
#include "storage/postgres/endpoint.hpp"

namespace recapd::gateway::inbox {

/// Bounds and times; the defaults suit a node in service.
struct tuning {
  std::size_t max_in_flight = 4000;          ///< rows taken and not done
  std::size_t max_waiting_bytes = 64 << 20;  ///< of rows that wait
  int page = 500;                            ///< rows in one read
  std::chrono::milliseconds poll{5000};    ///< between looks when not notified
  std::chrono::milliseconds rescan{1000};  ///< between reads from the first row
  std::chrono::milliseconds backoff{250};  ///< pause after a fault
  std::chrono::milliseconds drain{5000};   ///< how long stop() waits
  /// How long clients may read the outcomes of what they put in.
  std::chrono::seconds outcomes_kept = std::chrono::days{30};
};

/// Takes rows from construction until stop(), on threads of its own, in the
/// order of their seq. Each is deleted by the transaction that decides it, or
/// becomes a dead letter. The engine and the metrics must outlive it.
class ingress {
public:
  /// Listens on `database` for new rows; where it has no URL (a store in
  /// memory) it only polls.
  ingress(actors::engine &engine, storage::postgres::endpoint database,
          metrics &meters, tuning tuning = {});
  /// Calls stop().
  ~ingress();
  ingress(const ingress &) = delete;
  ingress &operator=(const ingress &) = delete;

  /// Reads no more, and returns when what was taken is answered, or after
  /// `tuning.drain`. Idempotent.
  void stop();

private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace recapd::gateway::inbox
