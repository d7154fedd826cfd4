// Looks at what a run left in the database: nothing lost, nothing twice.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace recapd::bench {

struct expectation {
  std::size_t lessons = 0;  ///< the first lessons of a campus, all paid
  /// There are, besides, the two lessons the bare rows were taken from.
  bool samples = false;
  /// Sessions that are not paid, since they rest.
  std::size_t resting = 0;
  bool only_counts = false;  ///< without `recapctl check`
};

/// Waits until the inbox is empty and every session of the campus `run` that
/// there is has been paid.
void await_paid(const std::string &database);

/// Throws std::runtime_error that names what is not as it should be.
/// `recapctl` is the program.
void verify(const std::string &database, const std::string &recapctl,
            const expectation &e);

/// What a baseline wrote into the lean schema.
struct lean_expectation {
  std::size_t sessions = 0;
  std::size_t settled = 0;
};
/// Throws std::runtime_error that names what is not as it should be, by the
/// sessions' states.
void verify_lean(const std::string &database, const lean_expectation &e);

}  // namespace recapd::bench
