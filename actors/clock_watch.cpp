// SPDX-License-Identifier: Apache-2.0
#include "actors/clock_watch.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace recapd::actors {

using std::chrono::microseconds;

namespace {

constexpr auto code = "clock-skew";

std::string sentence(microseconds ahead, bool served) {
  return fmt::format(
      "This machine's clock is {:.1f} s {} the database's{}: set both by NTP.",
      std::chrono::duration<double>(std::chrono::abs(ahead)).count(),
      ahead > microseconds{0} ? "ahead of" : "behind",
      served ? "" : ", too far to serve anything");
}

}  // namespace

microseconds clock_ahead(instant sent, instant theirs, instant answered) {
  if (theirs < sent) return sent - theirs;
  if (theirs > answered) return answered - theirs;
  return microseconds{0};
}

clock_watch::clock_watch(std::shared_ptr<clock> ours, clock_bounds bounds,
                         std::shared_ptr<readiness> words,
                         std::shared_ptr<telemetry> reports)
    : ours_{std::move(ours)}, bounds_{bounds}, words_{std::move(words)},
      reports_{std::move(reports)} {
  bounds_.told = std::min(bounds_.told, bounds_.served);
}

bool clock_watch::agrees(instant sent, instant theirs) {
  if (ours_->manual()) return true;
  const auto shown = ours_->shown();
  const auto jumped = shown - ours_->now();
  const auto ahead = clock_ahead(sent + jumped, theirs, shown);
  reports_->clock_ahead(ahead);
  last_ahead_ = ahead;
  const auto apart = std::chrono::abs(ahead);
  const bool served = apart <= bounds_.served;
  if (served) ours_->confirm();
  if (apart <= bounds_.told)
    words_->settle(code);
  else
    words_->raise(code, served ? weight::warning : weight::closed,
                  sentence(ahead, served));
  return served;
}

}  // namespace recapd::actors
