// SPDX-License-Identifier: Apache-2.0
#include "workflows/whatif/term.hpp"

#include <queue>
#include <tuple>
#include <utility>

namespace recapd::workflows {

namespace {

/// How many things are done between two looks at whether to go on.
constexpr int between_looks = 1024;

/// The furthest that a time zone is from UTC, and more.
constexpr auto furthest_zone = std::chrono::hours{15};

}  // namespace

void term::add_replayed(script one) {
  auto &p = players_.emplace_back();
  p.of = std::move(one);
  p.played.emplace(p.of, judged_, now_);
}

void term::add_followed(script one) {
  std::erase_if(one.cues, [](const cue &c) { return c.counted.empty(); });
  players_.emplace_back().of = std::move(one);
}

std::optional<instant> term::player::next() const {
  if (played) return played->next();
  if (next_cue == of.cues.size()) return std::nullopt;
  return of.cues[next_cue].moment;
}

void term::player::go_on(hours &counted) {
  if (played) return played->go_on(counted);
  const auto &c = of.cues[next_cue++];
  counted.count_was(c.counted);
  counted.count_would(c.counted);
}

bool term::play(const std::function<bool()> &goes_on) {
  using place = std::pair<instant, std::size_t>;
  std::priority_queue<place, std::vector<place>, std::greater<>> order;
  for (std::size_t i = 0; i < players_.size(); ++i)
    if (const auto at = players_[i].next()) order.emplace(*at, i);
  for (int n = 0; !order.empty(); ++n) {
    if (n % between_looks == 0 && !goes_on()) return false;
    const auto i = order.top().second;
    order.pop();
    players_[i].go_on(counted_);
    if (const auto at = players_[i].next()) order.emplace(*at, i);
  }
  return true;
}

whatif_summary term::summary() const {
  whatif_summary out;
  each([&](const script &of, const replay &played) {
    ++out.sessions;
    out.was.add(of.was);
    out.would.add(played.would());
  });
  return out;
}

void term::each(
    const std::function<void(const script &, const replay &)> &with) const {
  for (const auto &p : players_)
    if (p.played) with(p.of, *p.played);
}

int week_of(const whereabouts &at, int first_weekday) {
  return week_thursday(local_day(at.starts_at, at.timezone), first_weekday);
}

week_span span_of(int thursday, int first_weekday) {
  constexpr int week = 7, thursday_number = 4;
  const int before = (thursday_number - first_weekday + week) % week;
  const instant first =
      std::chrono::sys_days{std::chrono::days{thursday - before}};
  return {.from = first - furthest_zone,
          .to = first + std::chrono::days{week} + furthest_zone};
}

}  // namespace recapd::workflows
