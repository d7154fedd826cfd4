// SPDX-License-Identifier: Apache-2.0
#include "gateway/feed/delivery_rules.hpp"

#include <algorithm>
#include <charconv>
#include <curl/curl.h>
#include <string>
#include <system_error>

namespace recapd::gateway::feed {

using std::chrono::milliseconds;
using std::chrono::seconds;

delivery_result classify(int status) {
  if (status / 100 == 2) return delivery_result::taken;
  if (status == 410) return delivery_result::gone;
  if (status / 100 == 4 && status != 408 && status != 429)
    return delivery_result::refused;
  return delivery_result::again;
}

std::optional<milliseconds> wish_of(std::string_view retry_after,
                                    workflows::instant now) {
  const auto *end = retry_after.data() + retry_after.size();
  std::int64_t wanted = 0;
  const auto read = std::from_chars(retry_after.data(), end, wanted);
  if (read.ptr != end) {
    const auto date = curl_getdate(std::string{retry_after}.c_str(), nullptr);
    if (date == -1) return std::nullopt;
    wanted = date - std::chrono::floor<seconds>(now.time_since_epoch()).count();
  } else if (read.ec == std::errc::invalid_argument) {
    return std::nullopt;
  } else if (read.ec == std::errc::result_out_of_range) {
    wanted = seconds{longest_wish}.count();
  }
  return seconds{
      std::clamp<std::int64_t>(wanted, 0, seconds{longest_wish}.count())};
}

bool note_failure(storage::held_session &held, delivery_result what,
                  std::optional<milliseconds> wish, workflows::instant now,
                  const retry_pauses &pauses) {
  ++held.tries;
  if (what == delivery_result::refused) {
    ++held.refusals;
    if (!held.refused_since) held.refused_since = now;
  }
  if (what == delivery_result::gone) return true;
  if (what == delivery_result::refused && held.refusals >= most_refusals
      && now - *held.refused_since >= refused_for)
    return true;
  auto pause = pauses.first;
  for (int i = 1; i < held.tries && pause < pauses.last; ++i)
    pause *= 2;
  held.next_try_at =
      now
      + std::max(std::min(pause, pauses.last), wish.value_or(milliseconds{0}));
  return false;
}

bool is_due(const storage::held_session &held, workflows::instant now) {
  return held.next_try_at <= now || held.next_try_at > now + longest_wish;
}

}  // namespace recapd::gateway::feed
