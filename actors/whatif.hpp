// What-if: replays recorded sessions under another policy, and changes nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "storage/store.hpp"
#include "workflows/policy.hpp"
#include "workflows/whatif/summary.hpp"

namespace recapd::actors {

/// What is asked.
struct whatif_question {
  workflows::policy policy;
  workflows::instant from;             ///< sessions that start at this or later
  workflows::instant to;               ///< and before this
  storage::program_set programs = {};  ///< of these only
  std::string after = {};  ///< only differences of greater ids are listed
  workflows::instant now;  ///< up to which timers are followed
};

struct whatif_answer {
  workflows::whatif_summary sums;
  std::vector<workflows::whatif_difference> differing = {};  ///< by session
  bool more = false;  ///< there are differences behind those listed
};

/// How it is worked out.
struct whatif_work {
  storage::store_factory stores;  ///< a connection for each thread
  int threads = 1;
  std::size_t most_differences = 1000;  ///< listed at once
  /// Called with how many sessions are done, and of how many; from any thread.
  std::function<void(std::int64_t done, std::int64_t of)> progress;
  /// Returns false once nobody waits for the answer; from any thread.
  std::function<bool()> goes_on;
};

/// Works the answer out on threads of its own, at the lowest priority, and
/// blocks. Sessions are read by the weeks in which they count their hours: with
/// the sessions of a week for each thread in memory, and no more. Throws
/// storage_error, whatif_stopped, whatif_too_large, or std::runtime_error where
/// a record cannot be read.
[[nodiscard]] whatif_answer ask_whatif(const whatif_question &question,
                                       const whatif_work &work);

/// Says that `goes_on` was false.
struct whatif_stopped : std::exception {
  [[nodiscard]] const char *what() const noexcept override {
    return "the what-if was stopped";
  }
};

/// Says of which session a week has more refused commands than are held.
struct whatif_too_large : std::runtime_error {
  explicit whatif_too_large(std::string of)
      : std::runtime_error{"session " + of + " was refused too much"},
        session{std::move(of)} {}
  std::string session;
};

}  // namespace recapd::actors
