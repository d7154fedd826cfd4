// Readiness: why a node is not ready, and what is to be looked at.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "workflows/time.hpp"

namespace recapd::actors {

/// Something that an operator should know, from when it began.
struct condition {
  std::string code;    ///< `clock-skew`; for programs
  std::string detail;  ///< a sentence: what, and what to do
  workflows::instant since;
};

/// How much a condition stops.
enum class weight : unsigned char {
  warning,  ///< nothing: commands are answered
  unready,  ///< a command that is sent now would not be answered
  closed,   ///< unready, and the node takes no command
};

/// Holds the conditions of a node. Logs a condition when it begins, when its
/// weight changes, and when it ends. Thread safe.
class readiness {
public:
  explicit readiness(std::function<workflows::instant()> now);

  /// Raises a condition. If one of that code was raised before, its `since`
  /// stays, and it gets the new weight and words.
  void raise(std::string_view code, weight how, std::string detail);
  /// Ends the condition of that code, if there is one.
  void settle(std::string_view code);

  /// Return the conditions that hold, in the order in which they began.
  [[nodiscard]] std::vector<condition> reasons() const;
  [[nodiscard]] std::vector<condition> warnings() const;
  [[nodiscard]] bool ready() const;
  /// Returns true where no command is to be taken.
  [[nodiscard]] bool closed() const { return closed_; }

private:
  struct entry {
    weight how;
    condition what;
  };
  /// Returns the warnings, or else the reasons.
  [[nodiscard]] std::vector<condition> those(bool warnings) const;
  void set_closed();

  std::function<workflows::instant()> now_;
  mutable std::mutex mutex_;
  std::map<std::string, entry, std::less<>> raised_;  ///< by code
  std::atomic<bool> closed_{false};  ///< read for every command
};

}  // namespace recapd::actors
