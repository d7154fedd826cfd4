// Sessions' stories as the engine would write them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/serialize.hpp>
#include <string>
#include <vector>

#include "actors/commit_builder.hpp"
#include "tests/unit/workflows/story.hpp"
#include "worlds.hpp"

namespace recapd::storage::test {

/// A story that no limit stops.
inline workflows::test::story unlimited() {
  workflows::test::story told;
  told.r.limits = {};
  told.r.limits.tutor_minutes_per_week = std::nullopt;
  told.r.limits.student_course_minutes_per_week = std::nullopt;
  told.r.limits.pair_sessions_per_day = std::nullopt;
  return told;
}

/// Returns a story's commits, an event each, under another id.
inline std::vector<commit> commits_of(const workflows::test::story &told,
                                      const std::string &id) {
  std::vector<commit> out;
  workflows::session state;
  state.id = id;
  std::optional<instant> fires_at;
  for (const auto &e : told.history) {
    auto built = actors::build_commit({.state = state, .fires_at = fires_at},
                                      {e}, told.r, nullptr);
    out.push_back(std::move(built.what));
    state = std::move(built.after);
    fires_at = out.back().after->next_timer;
  }
  return out;
}

/// Stores the policies up to the version that stories name.
inline void save_policies(store &s, const workflows::test::story &told) {
  workflows::policy policy;
  policy.base = told.r;
  for (int version = 0; version != told.s.policy_version;) {
    policy.base.max_minutes =
        told.r.max_minutes + told.s.policy_version - version - 1;
    version = s.save_policy(
                   {.body = boost::json::serialize(workflows::to_json(policy))})
                  .newest;
  }
}

}  // namespace recapd::storage::test
