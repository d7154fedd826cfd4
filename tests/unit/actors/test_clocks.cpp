// Nodes whose clock is not the database's.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE clocks
#include "campus_fixture.hpp"

namespace {

using std::chrono::microseconds;

/// Shows a manual clock's time, and is not called manual.
class shown_clock final : public recapd::actors::clock {
public:
  explicit shown_clock(std::shared_ptr<manual_clock> of) : of_{std::move(of)} {}
  [[nodiscard]] instant now() const override { return of_->now(); }

private:
  std::shared_ptr<manual_clock> of_;
};

/// What a watch told.
struct told final : telemetry {
  void clock_ahead(microseconds d) override { ahead = d; }
  microseconds ahead{};
};

struct clock_fixture : campus_fixture {
  clock_fixture() : campus_fixture{0} {
    watch =
        std::make_shared<clock_watch>(std::make_shared<shown_clock>(time),
                                      clock_bounds{3s, 60s}, words, reports);
  }
  /// The weight of what is said, in a word.
  std::string word() {
    if (!words->warnings().empty()) return "warning";
    if (words->closed()) return "closed";
    return words->ready() ? "ready" : "unready";
  }

  std::shared_ptr<readiness> words =
      std::make_shared<readiness>([this] { return time->now(); });
  std::shared_ptr<told> reports = std::make_shared<told>();
  std::shared_ptr<clock_watch> watch;
};

}  // namespace

CAF_TEST(the time an answer took is not held against a clock) {
  CAF_CHECK_EQUAL(clock_ahead(start, start, start + 5s).count(), 0);
  CAF_CHECK_EQUAL(clock_ahead(start, start + 5s, start + 5s).count(), 0);
  CAF_CHECK_EQUAL(clock_ahead(start, start - 1s, start + 5s).count(), 1000000);
  CAF_CHECK_EQUAL(clock_ahead(start, start + 7s, start + 5s).count(), -2000000);
}

CAF_TEST(a jump of the wall clock is not the time before it is confirmed) {
  const auto begun = std::chrono::hours{1000};
  microseconds wall = begun, steady = 0s;
  recapd::actors::confirmed_clock both{[&] { return wall; },
                                       [&] { return steady; }};
  const auto pass = [&](microseconds by) {
    wall += by;
    steady += by;
    return both.now().time_since_epoch();
  };
  CAF_CHECK_EQUAL(pass(5s).count(), microseconds{begun + 5s}.count());
  // What NTP does to a clock that is nearly right.
  wall += 900ms;
  CAF_CHECK_EQUAL(pass(0s).count(), wall.count());
  for (const auto by : {microseconds{80h}, microseconds{-80h}}) {
    wall += by;
    CAF_CHECK_EQUAL(pass(1s).count(), (wall - by).count());
    CAF_CHECK(both.shown().time_since_epoch() == wall);
    wall -= by;
    CAF_CHECK_EQUAL(pass(1s).count(), wall.count());
  }
  wall += 30s;
  both.confirm();
  CAF_CHECK_EQUAL(pass(1s).count(), wall.count());
}

CAF_TEST_FIXTURE_SCOPE(clock_tests, clock_fixture)

CAF_TEST(a jump is confirmed where the database agrees) {
  microseconds wall = time->now().time_since_epoch(), steady = 0s;
  const auto jumpy = std::make_shared<recapd::actors::confirmed_clock>(
      [&] { return wall; }, [&] { return steady; });
  clock_watch of_jumpy{jumpy, clock_bounds{3s, 60s}, words, reports};
  const auto sent = jumpy->now();
  wall += 2h;
  CAF_CHECK(!of_jumpy.agrees(sent, sent));
  CAF_CHECK_EQUAL(reports->ahead.count(), microseconds{2h}.count());
  CAF_CHECK(jumpy->now() == sent);
  // As after a machine's sleep: its clock is right, the time was not.
  CAF_CHECK(of_jumpy.agrees(sent, sent + 2h));
  CAF_CHECK(jumpy->now() == sent + 2h);
}

CAF_TEST(a clock that is off is told and past the bound nothing is served) {
  const auto at = time->now();
  CAF_CHECK(watch->agrees(at, at - 3s));
  CAF_CHECK_EQUAL(word(), "ready");
  CAF_CHECK(watch->agrees(at, at - 4s));
  CAF_CHECK_EQUAL(word(), "warning");
  CAF_CHECK_EQUAL(reports->ahead.count(), 4000000);
  CAF_CHECK(watch->agrees(at, at + 60s));
  CAF_CHECK_EQUAL(word(), "warning");
  CAF_CHECK(!watch->agrees(at, at + 61s));
  CAF_CHECK_EQUAL(word(), "closed");
  CAF_CHECK(words->reasons().front().detail.find("61.0 s behind")
            != std::string::npos);
  CAF_CHECK(words->reasons().front().since == at);
  CAF_CHECK(watch->agrees(at, at));
  CAF_CHECK_EQUAL(word(), "ready");
}

CAF_TEST(a manual clock has nothing to agree with) {
  clock_watch manual{time, {}, words, reports};
  CAF_CHECK(manual.agrees(time->now(), time->now() - 1h));
  CAF_CHECK_EQUAL(word(), "ready");
}

CAF_TEST(a node whose clock is off leaves its sessions to the others) {
  clocks = watch;
  add_sharing_node(sys, "a");
  clocks = nullptr;
  add_sharing_node(sys, "b");
  beats();
  CAF_CHECK_EQUAL(served(0), 512u);
  CAF_CHECK_EQUAL(served(1), 512u);

  lease_time += 2h;
  beats();
  CAF_CHECK_EQUAL(word(), "closed");
  CAF_CHECK_EQUAL(served(0), 0u);
  CAF_CHECK_EQUAL(served(1), 1024u);

  time->set(time->now() + 2h);
  beats();
  CAF_CHECK_EQUAL(word(), "ready");
  CAF_CHECK_EQUAL(served(0), 512u);
  CAF_CHECK_EQUAL(served(1), 512u);
  CAF_CHECK(told_to_leave.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
