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
  dropped,    ///< it did not reach the journal or was refused
  committed,  ///< the commit is in the database
  unknown,    ///< only the database can tell
};

/// Tells a limit actor how its grant ended when the last copy goes, so that no
/// grant is forgotten, whoever dies. One actor writes to it at a time.
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

/// What a limit actor answers to claims.
struct limit_answer {
  std::vector<std::int64_t> used;          ///< in the claims' order
  std::shared_ptr<actors::ticket> ticket;  ///< for what was reserved, or null
};

}  // namespace recapd::actors
