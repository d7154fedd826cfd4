// What a command's outcome said is told again by its session's events.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE outcomes
#include <boost/json/serialize.hpp>

#include "actors/commit_builder.hpp"
#include "actors/outcome_json.hpp"
#include "actors/told_outcomes.hpp"
#include "caf/test/unit_test.hpp"
#include "tests/unit/workflows/story.hpp"
#include "worlds.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;

namespace actors = recapd::actors;
namespace wf = recapd::workflows;

using namespace std::chrono_literals;
using wf::test::ann;
using wf::test::deadline;
using wf::test::eve;
using wf::test::sis;
using wf::test::start;
using wf::test::story;

namespace {

/// One session's commits, each with the outcome of the command that made it,
/// named by its number.
class chronicle {
public:
  story st;

  /// The command is accepted, and what it made is added.
  void then(const wf::command &c, const wf::person &by, wf::instant at) {
    st.given(c, by, at);
    add();
  }

  /// Adds a commit of the events since the last one.
  void add() {
    const std::vector events(st.history.begin() + state_.version,
                             st.history.end());
    auto built = actors::build_commit({.state = state_, .fires_at = fires_at_},
                                      events, st.r, nullptr);
    state_ = std::move(built.after);
    fires_at_ = built.what.after->next_timer;
    const auto id = std::to_string(commits_.size());
    auto c = accepts(id, std::move(built.what));
    c.outcome->outcome.clear();
    said_.push_back(
        actors::make_outcome(
            "app", id, wf::to_view_text(st.s, st.r, st.history.back().at), {})
            .json);
    commits_.push_back(std::move(c));
  }

  /// Writes them, and has all told again, the last ones first.
  void check(store &s) const {
    save_policy(s);
    std::vector<command_key> keys;
    for (const auto &c : commits_) {
      CAF_REQUIRE_EQUAL(append(s, {c}), "ok");
      keys.insert(keys.begin(), c.outcome->key());
    }
    keys.push_back({"app", "free"});
    actors::policy_book policies;
    const auto found = actors::find_told_outcomes(s, policies, keys);
    CAF_REQUIRE_EQUAL(found.size(), said_.size() + 1);
    CAF_CHECK(found.back().has_value() && !*found.back());
    for (std::size_t i = 0; i < said_.size(); ++i) {
      CAF_MESSAGE(commits_[i].events.back().type);
      const auto &told = found[said_.size() - 1 - i];
      CAF_REQUIRE(told.has_value() && told->has_value());
      // To the letter, so that members keep their order, too.
      CAF_CHECK_EQUAL((*told)->outcome, said_[i]);
    }
  }

private:
  /// Stories are decided by the version they name.
  void save_policy(store &s) const {
    wf::policy policy;
    policy.base = st.r;
    for (int version = 0; version != st.s.policy_version;) {
      policy.base.max_minutes =
          st.r.max_minutes + st.s.policy_version - version - 1;
      version =
          s.save_policy({.body = boost::json::serialize(wf::to_json(policy))})
              .newest;
    }
  }

  std::vector<commit> commits_;
  std::vector<std::string> said_;
  wf::session state_ = wf::test::unborn();
  std::optional<instant> fires_at_;
};

wf::recap recap_about(const char *what) {
  auto r = wf::test::good;
  r.next_steps = std::string{what} + " \"\\\n\u00e9\U0001F468";
  return r;
}

/// A group from invitations and calls to pay, corrected and taken back.
chronicle of_a_group() {
  chronicle life;
  auto &st = life.st;
  const wf::person bob = wf::test::bob;
  const wf::person cal = wf::test::cal;
  auto what = wf::test::plan({"bob", "cal"});
  what.currency = "EUR";
  what.rate_per_hour = 777;
  what.timezone = "Asia/Tokyo";
  what.program = "writing";
  life.then(what, sis, start - 48h);
  for (const auto *late : {"dan", "eli", "fay"})
    life.then(wf::invite_participant{.student = late}, ann, start - 3h);
  for (const auto *goes : {"bob", "cal", "eli", "fay"})
    life.then(wf::accept_invitation{.student = goes}, sis, start - 2h);
  life.then(wf::decline_invitation{.student = "dan"}, sis, start - 1h);
  life.then(wf::join_call{.participant = ann}, ann, start);
  life.then(wf::join_call{.participant = bob}, bob, start + 1min);
  life.then(wf::join_call{.participant = cal}, cal, start + 2min);
  life.then(wf::remove_participant{.student = "eli"}, ann, start + 30min);
  life.then(wf::leave_call{.participant = bob}, bob, start + 50min);
  life.then(wf::log_time{.minutes = 52, .leave_call = true}, ann, start + 1h);
  life.then(wf::submit_recap{.written = recap_about("ann")}, ann, start + 2h);
  life.then(wf::remove_participant{.student = "fay"}, eve, start + 2h);
  life.then(wf::correct_minutes{.minutes = 88, .note = "more"}, eve,
            start + 3h);
  life.then(wf::submit_recap{.written = recap_about("cal")}, cal, start + 3h);
  life.then(wf::submit_recap{.written = recap_about("bob")}, bob, start + 4h);
  st.settled();
  life.add();
  for (const int minutes : {10, 75})
    life.then(wf::correct_minutes{.minutes = minutes, .note = "seen"}, eve,
              start + 5h);
  life.then(wf::void_session{.note = "no"}, eve, start + 5h);
  return life;
}

/// Missed and reopened, which drops what was written.
chronicle of_a_late_one() {
  chronicle life;
  auto &st = life.st;
  life.then(wf::test::plan(), sis, start - 48h);
  life.then(wf::accept_invitation{.student = "bob"}, wf::test::bob,
            start - 24h);
  life.then(wf::log_time{.minutes = 20, .leave_call = false}, ann, start + 1h);
  // No command does this today; what it would come to is settled all the same.
  const wf::event recap{
      .seq = st.s.version + 1,
      .at = start + 2h,
      .by = ann,
      .what = wf::tutor_recap_submitted{.written = recap_about("dropped")}};
  const wf::event missed{.seq = recap.seq + 1,
                         .at = deadline + 1min,
                         .by = wf::engine_itself,
                         .what = wf::session_missed{}};
  for (const auto &e : {recap, missed}) {
    st.s = wf::evolve(st.s, e);
    st.history.push_back(e);
    life.add();
  }
  st.used.clear();
  life.then(wf::request_support{.message = "please"}, ann, deadline + 1h);
  life.then(wf::reopen_session{.hours = 10, .note = "once"}, eve,
            deadline + 2h);
  life.then(wf::complete_session{.minutes = 33, .written = recap_about("late")},
            ann, deadline + 3h);
  return life;
}

}  // namespace

STORE_TEST(an outcome is told at every step of a life) {
  CAF_MESSAGE(w.kind);
  of_a_group().check(*w.s);
}

STORE_TEST(a recap and a deadline are those of the time of the command) {
  CAF_MESSAGE(w.kind);
  of_a_late_one().check(*w.s);
}

STORE_TEST(what is stored whole is read as it is) {
  const auto accepted = accepts("c1", moves("s1", 1));
  const auto refused = refuses("c2", "s1");
  CAF_CHECK_EQUAL(append(*w.s, {accepted, refused}), "ok ok");
  actors::policy_book policies;
  const auto found = actors::find_told_outcomes(
      *w.s, policies, std::vector<command_key>{{"app", "c1"}, {"app", "c2"}});
  CAF_CHECK_EQUAL(found[0]->value().outcome, accepted.outcome->outcome);
  CAF_CHECK_EQUAL(found[1]->value().outcome, refused.outcome->outcome);
}

STORE_TEST(an outcome that cannot be told fails alone) {
  const auto untold = [](commit c) {
    c.outcome->outcome.clear();
    return c;
  };
  CAF_CHECK_EQUAL(append(*w.s, {untold(accepts("c1", moves("s1", 1))),
                                accepts("c2", moves("s2", 1))}),
                  "ok ok");
  actors::policy_book policies;
  const auto found = actors::find_told_outcomes(
      *w.s, policies, std::vector<command_key>{{"app", "c1"}, {"app", "c2"}});
  CAF_CHECK(found[0].has_error() && found[0].error() == fault::unavailable);
  CAF_CHECK(found[1].has_value() && found[1]->has_value());
}

STORE_TEST(an outcome is stored whole once a producer asks for it) {
  auto c = accepts("c1", moves("s1", 1));
  auto told = *c.outcome;
  c.outcome->outcome.clear();
  CAF_CHECK_EQUAL(append(*w.s, {c}), "ok");
  commit asks;
  asks.session = "s1";
  asks.inbox_seq = 1;
  asks.asked_again = told;
  CAF_CHECK_EQUAL(append(*w.s, {asks}), "ok");
  const auto found =
      w.s->find_outcomes(std::vector<command_key>{{"app", "c1"}});
  CAF_CHECK_EQUAL(found[0].value().outcome, told.outcome);
}
