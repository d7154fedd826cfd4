// Tickets: amounts that a limit actor reserves for a commit on its way.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace recapd::actors {

enum class grant_fate : std::uint8_t {
  dropped,    ///< never went to the journal, or was refused: give it back
  committed,  ///< it is in the database
  unknown,    ///< look at the database
};

/// Tells its limit actor the fate when the last copy goes, so that no grant is
/// forgotten, whoever dies. Written by one actor at a time.
class ticket {
public:
  explicit ticket(std::function<void(grant_fate)> end) : end_{std::move(end)} {}
  ticket(const ticket &) = delete;
  ticket &operator=(const ticket &) = delete;
  ~ticket() { end_(fate_); }

  void set(grant_fate f) { fate_ = f; }

private:
  std::function<void(grant_fate)> end_;
  grant_fate fate_ = grant_fate::dropped;
};

/// What a limit actor answers about a claim.
struct limit_answer {
  std::vector<std::int64_t> used;          ///< in the claims' order
  std::shared_ptr<actors::ticket> ticket;  ///< of what was reserved, or null
};

}  // namespace recapd::actors
