// The invariants of a database, session by session, for store::check.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/store.hpp"
#include "workflows/policy.hpp"
#include "workflows/session/changes.hpp"

namespace recapd::storage {

/// Everything that is stored about one session.
struct session_record {
  std::string id;
  session_row row;
  standing at;
  std::vector<event_row> events = {};  ///< in the order of seq
  std::vector<transfer_row> transfers = {};
  std::vector<sent_reminder> reminders = {};  ///< in the order of seq
};

/// Checks records one by one, in any order, and gathers what is wrong. It does
/// not remember the records.
class audit {
public:
  /// The function that is called with what a session counts in one counter.
  using count_usage =
      std::function<void(const workflows::usage_key &, int amount)>;

  audit(std::span<const policy_row> policies, count_usage count);

  void session(const session_record &record);
  /// Checks a command's outcome. `has_event`: the session has the event at the
  /// outcome's version.
  void outcome(const outcome_row &row, bool has_event);
  /// Compares a counter's stored `used` with the sum of what sessions count.
  void counter(const workflows::usage_key &key, std::int64_t used,
               std::int64_t of_sessions);
  void say(std::string what);

  /// Returns at most `most_reported` sentences, and how many more there were.
  [[nodiscard]] violations result() const;
  static constexpr std::size_t most_reported = 1000;

private:
  void compare_columns(const session_record &record,
                       const workflows::session &state);
  void compare_reminders(const session_record &record,
                         const std::vector<sent_reminder> &expected);
  void compare_timer(const session_record &record,
                     const workflows::session &state);
  void compare_transfers(const session_record &record,
                         const std::vector<workflows::transfer> &expected);

  std::map<int, workflows::policy> policies_;
  count_usage count_usage_;
  violations found_;
  std::size_t count_ = 0;
};

}  // namespace recapd::storage
