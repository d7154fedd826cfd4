// A simulated receiver of the outbox, which reads the event log by a cursor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "rng.hpp"
#include "storage/store.hpp"

namespace recapd::simulation {

/// Takes each event at least once. It is a violation if a session's events come
/// out of order, or if an event that comes again is another than before.
class receiver {
public:
  /// Reads on from the stored cursor; the receiver breaks off `fails` per mille
  /// of the deliveries. Returns true if it did.
  bool pump(storage::store &store, random_source &rng, unsigned fails);

  [[nodiscard]] const std::vector<std::string> &violations() const {
    return violations_;
  }
  [[nodiscard]] std::size_t events() const { return seen_.size(); }

private:
  void receive(const storage::feed_row &row);

  struct message {
    std::string id;
    boost::json::value told;  ///< its notifications
  };
  std::map<std::int64_t, message> seen_;  ///< by position
  std::map<std::string, int> last_seq_;
  std::vector<std::string> violations_;
};

}  // namespace recapd::simulation
