// Faults: trouble of storage on which a caller acts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace recapd::storage {

enum class fault : std::uint8_t {
  version_conflict,   ///< another writer moved the session: reload it
  duplicate_command,  ///< its identity was taken: answer that outcome
  limit_conflict,     ///< a counter would pass its cap: reload it
  ledger_conflict,    ///< the session was paid otherwise: reload it
  outcome_unknown,  ///< the connection broke in a commit: look for the command
  /// Trouble that passes: try again later. From a store it means that certainly
  /// nothing was written. From a reply that was lost with its actor the command
  /// may have been written, and is then a duplicate when sent again.
  unavailable,
};

[[nodiscard]] std::string_view to_string(fault f);

/// The exception of a store: `unavailable`, or from append `outcome_unknown`.
class storage_error : public std::runtime_error {
public:
  storage_error(fault code, const std::string &what)
      : std::runtime_error{what}, code_{code} {}
  [[nodiscard]] fault code() const { return code_; }

private:
  fault code_;
};

/// The exception for a database on which the program cannot work before
/// somebody changes something: it was written by a newer program, is not
/// recapd's, or lets nobody in.
class schema_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

}  // namespace recapd::storage
