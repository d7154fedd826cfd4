#include "tools/bench_load.hpp"
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "tools/load_client.hpp"

namespace recapd::bench {

namespace {

constexpr std::array<step, commands_per_lifecycle> commands{
    step::schedule, step::accept, step::complete, step::confirm};

constexpr std::size_t batch = 1000;

}  // namespace

request_lanes batch_lanes(const campus &c, stretch s, std::size_t count) {
  request_lanes out(count);
  std::size_t turn = 0;
  for (auto at = s.from; at < s.from + s.count; at += batch) {
    auto &lane = out[turn++ % count];
    const auto end = std::min(at + batch, s.from + s.count);
    for (const auto what : commands) {
      std::vector<std::string> events;
      events.reserve(end - at);
      for (auto i = at; i < end; ++i)
        events.push_back(c.event(i, what));
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

}  // namespace recapd::bench
