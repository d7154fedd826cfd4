// What a node says of itself: why it is not ready, and what is to be looked at.
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
  closed,   ///< the same, and the node takes none
};

/// Thread safe. Logs each condition once when it begins and once when it ends.
class readiness {
public:
  explicit readiness(std::function<workflows::instant()> now);

  /// A condition holds. One of that code that was raised before has its `since`
  /// as it was, and gets the new words and weight.
  void raise(std::string_view code, weight how, std::string detail);
  /// The condition of that code, if there was one, holds no more.
  void settle(std::string_view code);

  /// Those that hold, the first that began first.
  [[nodiscard]] std::vector<condition> reasons() const;
  [[nodiscard]] std::vector<condition> warnings() const;
  [[nodiscard]] bool ready() const;
  /// True where no command is to be taken.
  [[nodiscard]] bool closed() const { return closed_; }

private:
  struct entry {
    weight how;
    condition what;
  };
  [[nodiscard]] std::vector<condition> those(bool warnings) const;
  void count_closed();

  std::function<workflows::instant()> now_;
  mutable std::mutex mutex_;
  std::map<std::string, entry, std::less<>> raised_;  ///< by code
  std::atomic<bool> closed_{false};                   ///< every command asks
};

}  // namespace recapd::actors
