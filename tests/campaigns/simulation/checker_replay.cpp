// SPDX-License-Identifier: Apache-2.0
// Replays what the store has recorded: the policy that was, gives what was.
#include "checker.hpp"

#include <limits>

#include "storage/record_reading.hpp"
#include "workflows/whatif/term.hpp"

namespace recapd::simulation {

namespace wf = workflows;

namespace {

constexpr instant end_of_time =
    std::chrono::sys_days{std::chrono::year{9000} / 1 / 1};

std::vector<storage::recorded_session> all_recorded(storage::store &store) {
  std::vector<storage::recorded_session> all;
  storage::recorded_filter next{.from = {}, .to = end_of_time, .most = 7};
  while (true) {
    auto page = store.list_recorded(next);
    if (!page.empty()) {
      next.from = page.back().starts_at;
      next.after = page.back().id;
    }
    for (auto &one : page)
      all.push_back(std::move(one));
    if (!page.more) return all;
  }
}

}  // namespace

wf::whatif_summary checker::whatif(storage::store &store,
                                   const wf::policy &would, instant now) {
  const wf::rulebook as_were =
      [this](int version, std::string_view program,
             std::string_view course) -> const wf::rules & {
    return policies_.at(version).rules_for(program, course);
  };
  const wf::rulebook judged =
      [&would](int, std::string_view program,
               std::string_view course) -> const wf::rules & {
    return would.rules_for(program, course);
  };
  wf::term sessions{judged, now};
  for (const auto &one : all_recorded(store))
    if (auto record = storage::to_record(one); record.has_value())
      sessions.add_replayed(wf::make_script(*std::move(record), as_were));
    else
      violation("what-if of " + one.id + ": " + record.error());
  if (!sessions.play([] { return true; })) violation("the what-if stopped");
  return sessions.summary();
}

void checker::replay_all(storage::store &store, instant now) {
  const wf::rulebook as_were =
      [this](int version, std::string_view program,
             std::string_view course) -> const wf::rules & {
    return policies_.at(version).rules_for(program, course);
  };
  wf::term together{as_were, now};
  std::size_t count = 0;
  for (const auto &one : all_recorded(store)) {
    ++count;
    auto record = storage::to_record(one);
    if (!record.has_value())
      return violation("replay of " + one.id + ": " + record.error());
    const auto &s = sessions_[one.id];
    auto of = wf::make_script(*std::move(record), as_were);
    expect(std::int64_t(of.was.state.version) == s.version, one.id,
           "its record ends early");
    wf::hours others;
    wf::replay alone{of, as_were, now};
    while (alone.next())
      alone.go_on(others);
    if (const auto other = wf::difference_of(of, alone))
      violation("replay of " + one.id + " alone: " + other->why);
    together.add_replayed(std::move(of));
  }
  if (!together.play([] { return true; }))
    violation("the replay of all sessions stopped");
  together.each([this](const wf::script &of, const wf::replay &played) {
    if (const auto other = wf::difference_of(of, played))
      violation("replay of " + of.id + ": " + other->why);
    expect(played.would() == of.was, "replay of " + of.id,
           "it ends in another state");
  });
  const auto sums = together.summary();
  expect(sums.sessions == std::int64_t(count) && sums.was == sums.would,
         "replay", "the sums differ");
  met_["replayed"] += count;
}

}  // namespace recapd::simulation
