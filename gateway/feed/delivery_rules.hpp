// What follows from a receiver's answer: done, once more and when, or given up.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "storage/store.hpp"

namespace recapd::gateway::feed {

/// What a receiver's answer says of a message.
enum class delivery_result : std::uint8_t {
  taken,    ///< 2xx
  again,    ///< no answer, 5xx, 408, 429, whatever else: for ever
  refused,  ///< another 4xx: given up when it has been refused for long
  gone      ///< 410: given up at once
};

/// Returns what an HTTP status says; 0 is no answer.
[[nodiscard]] delivery_result classify(int status);

/// What `Retry-After` asks for, as seconds or as an HTTP-date; nothing where it
/// is neither. At most longest_wish, and never less than nothing.
[[nodiscard]] std::optional<std::chrono::milliseconds>
wish_of(std::string_view retry_after, workflows::instant now);
inline constexpr std::chrono::hours longest_wish{1};

/// A message that is refused is given up after so many refusals, the first so
/// long ago: both.
inline constexpr int most_refusals = 20;
inline constexpr std::chrono::hours refused_for{1};

/// Between tries of a message: doubled with each from the first to the last.
struct retry_pauses {
  std::chrono::milliseconds first;
  std::chrono::milliseconds last;
};

/// Notes in `held` that its message was not taken at `now`. True: it is given
/// up. False: it is tried again at next_try_at, not before `wish` has passed.
[[nodiscard]] bool note_failure(storage::held_session &held,
                                delivery_result what,
                                std::optional<std::chrono::milliseconds> wish,
                                workflows::instant now,
                                const retry_pauses &pauses);

/// True at next_try_at, and where that is further off than a pause can be,
/// because the clock was set back.
[[nodiscard]] bool is_due(const storage::held_session &held,
                          workflows::instant now);

}  // namespace recapd::gateway::feed
