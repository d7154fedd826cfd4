// What follows from a receiver's answer: done, tried again, or given up.
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
  again,    ///< no answer, 5xx, 408, 429, any other status: tried for ever
  refused,  ///< another 4xx: given up when it was refused for long
  gone      ///< 410: given up at once
};

/// Returns what an HTTP status says; 0 stands for no answer.
[[nodiscard]] delivery_result classify(int status);

/// Returns the time that `Retry-After` asks for, as seconds or as an HTTP-date:
/// from 0 to longest_wish. Returns nothing where it is neither.
[[nodiscard]] std::optional<std::chrono::milliseconds>
wish_of(std::string_view retry_after, workflows::instant now);
inline constexpr std::chrono::hours longest_wish{1};

/// A message is given up when it was refused at least so often, and the first
/// refusal is at least so long ago.
inline constexpr int most_refusals = 20;
inline constexpr std::chrono::hours refused_for{1};

/// The pauses between tries of a message: doubled each time, up to the last.
struct retry_pauses {
  std::chrono::milliseconds first;
  std::chrono::milliseconds last;
};

/// Notes in `held` that its message was not taken at `now`. Returns true when
/// it is given up; else sets when it is tried again, not before `wish` has
/// passed.
[[nodiscard]] bool note_failure(storage::held_session &held,
                                delivery_result what,
                                std::optional<std::chrono::milliseconds> wish,
                                workflows::instant now,
                                const retry_pauses &pauses);

/// Returns true from next_try_at on, and where that is further off than a pause
/// can be, because the clock was set back.
[[nodiscard]] bool is_due(const storage::held_session &held,
                          workflows::instant now);

}  // namespace recapd::gateway::feed
