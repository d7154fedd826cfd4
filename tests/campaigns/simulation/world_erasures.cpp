// SPDX-License-Identifier: Apache-2.0
// Erasures of what people wrote, while their sessions go on.
#include <algorithm>

#include "tests/support/forwarding_store.hpp"
#include "world.hpp"

namespace recapd::simulation {

using namespace std::chrono_literals;
using std::chrono::microseconds;

namespace {

/// Tells the checker of each session that is erased.
class erasing_store final : public storage::test::forwarding_store {
public:
  erasing_store(storage::store &inner, checker &told)
      : inner_{inner}, told_{told} {}

  std::vector<std::optional<storage::fault>>
  append(std::span<const storage::commit> commits) override {
    return inner_.append(commits);
  }
  bool erase_texts(std::string_view session,
                   const storage::erasure &what) override {
    const bool erased = inner_.erase_texts(session, what);
    if (erased) told_.erased(std::string{session}, what);
    return erased;
  }

private:
  storage::store &reached() override { return inner_; }
  storage::store &inner_;
  checker &told_;
};

/// No step ends by the wall's clock, so that a seed has one trace.
constexpr std::chrono::hours any_time{24};

/// Far above what one goes through when nothing is under way.
constexpr int most_steps_of_an_erasure = 1000;

storage::erasure erasure_of(const workflows::person &who, instant now) {
  return {
      .who = who, .by = {.as = workflows::role::admin, .id = "ada"}, .at = now};
}

}  // namespace

void world::erase_somebody() {
  if (plan_.commands.empty()) return;
  const auto &who =
      plan_.commands[faults_.below(plan_.commands.size())].what.by;
  ++tally_.faults["erased"];
  note("what " + workflows::to_string(who) + " wrote is erased");
  if (std::ranges::find(erased_, who) == erased_.end()) erased_.push_back(who);
  erase_on(std::make_shared<gateway::http::person_erasure>(
      erasure_of(who, *now_), any_time));
}

bool world::erase_step(gateway::http::person_erasure &work) {
  erasing_store store{*store_, checker_};
  return work.step(store);
}

void world::erase_on(
    const std::shared_ptr<gateway::http::person_erasure> &work) {
  if (!calm_ && faults_.chance(hazards_.store.read_fails)) {
    // Its node is gone: it is sent again, later.
    ++tally_.faults["erasure_interrupted"];
    at(*now_ + microseconds{std::int64_t(faults_.below(600'000'000))},
       [this, what = work->what()] {
         erase_on(std::make_shared<gateway::http::person_erasure>(
             erasure_of(what.who, *now_), any_time));
       });
    return;
  }
  if (erase_step(*work))
    at(*now_ + microseconds{1 + std::int64_t(faults_.below(3'000'000))},
       [this, work] { erase_on(work); });
}

void world::erase_again() {
  if (erased_.empty()) return;
  const auto other = make_policy(seed_, 99);
  const auto before = checker_.whatif(*store_, other, *now_);
  for (const auto &who : erased_) {
    gateway::http::person_erasure work{erasure_of(who, *now_), any_time};
    int steps = 0;
    while (erase_step(work))
      if (++steps > most_steps_of_an_erasure)
        return checker_.violation("an erasure does not end");
  }
  checker_.expect_no_texts(*store_, erased_);
  if (checker_.whatif(*store_, other, *now_) != before)
    checker_.violation("an erasure changed what another policy would have made"
                       " of sessions");
}

}  // namespace recapd::simulation
