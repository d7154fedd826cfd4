// A simulated receiver of the outbox: reads the event log by its cursor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "rng.hpp"
#include "storage/store.hpp"

namespace recapd::simulation {

/// Takes events at least once; complains if one session's come out of order, or
/// a repeated one is another than before.
class sink {
public:
  /// Reads on from the stored cursor; the receiver breaks off `fails` per mille
  /// of the deliveries. True if it did.
  bool pump(storage::store &store, random_source &rng, unsigned fails);

  [[nodiscard]] const std::vector<std::string> &violations() const {
    return violations_;
  }
  [[nodiscard]] std::size_t events() const { return seen_.size(); }

private:
  void receive(const storage::feed_row &row);

  std::map<std::int64_t, std::string> seen_;  ///< by position: what it was
  std::map<std::string, int> last_seq_;
  std::vector<std::string> violations_;
};

}  // namespace recapd::simulation
