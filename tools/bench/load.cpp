// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/load.hpp"
#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>

namespace recapd::bench {

namespace {

constexpr std::array<step, commands_per_lifecycle> commands{
    step::schedule, step::accept, step::complete, step::confirm};

constexpr std::size_t batch = 1000;

}  // namespace

request_lanes batch_lanes(const campus &c, stretch s, std::size_t count) {
  std::vector<std::size_t> lessons(s.count);
  std::iota(lessons.begin(), lessons.end(), s.from);
  return batch_lanes_of(c, lessons, count);
}

request_lanes batch_lanes_of(const campus &c,
                             const std::vector<std::size_t> &lessons,
                             std::size_t count) {
  request_lanes out(count);
  std::size_t next_lane = 0;
  for (std::size_t at = 0; at < lessons.size(); at += batch) {
    auto &lane = out[next_lane++ % count];
    const auto end = std::min(at + batch, lessons.size());
    for (const auto what : commands) {
      std::vector<std::string> events;
      events.reserve(end - at);
      for (auto i = at; i < end; ++i)
        events.push_back(c.event(lessons[i], what));
      lane.push_back(post_batch(events));
    }
  }
  return out;
}

request_lanes single_lanes(const campus &c, stretch s, std::size_t count) {
  request_lanes out(count);
  for (auto i = s.from; i < s.from + s.count; ++i)
    for (const auto what : commands)
      out[i % count].push_back(post_event(c.event(i, what)));
  return out;
}

std::vector<std::string> sequence(const campus &c, stretch s, std::size_t gap) {
  std::vector<std::string> out;
  out.reserve(s.count * commands_per_lifecycle);
  for (auto at = s.from; at < s.from + s.count; at += gap)
    for (const auto what : commands)
      for (auto i = at; i < std::min(at + gap, s.from + s.count); ++i)
        out.push_back(post_event(c.event(i, what)));
  return out;
}

void require_success(const load_result &r) {
  if (r.failures > 0)
    throw std::runtime_error{std::to_string(r.failures)
                             + " requests failed, the first so:\n"
                             + r.first_failure};
}

}  // namespace recapd::bench
