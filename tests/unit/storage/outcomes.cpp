// What a command's outcome said is said again, however it is stored.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE outcomes
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "caf/test/unit_test.hpp"
#include "tests/unit/workflows/story.hpp"
#include "worlds.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;

namespace wf = recapd::workflows;
namespace json = boost::json;

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
    commit c;
    c.session = st.s.id;
    for (; told_ < st.history.size(); ++told_)
      c.events.push_back(stored(st.history[told_]));
    c.row = stored(st.s, st.r);
    const auto now = st.history.back().at;
    const auto id = std::to_string(commits_.size());
    c = accepts(id, std::move(c));
    c.outcome->outcome =
        json::serialize(json::object{{"id", id},
                                     {"source", "app"},
                                     {"outcome", "accepted"},
                                     {"duplicate", false},
                                     {"session", wf::to_view(st.s, st.r, now)},
                                     {"refusals", json::array{}}});
    c.outcome->stored_part = wf::to_stored_outcome(st.s, st.r, now);
    commits_.push_back(std::move(c));
  }

  /// Writes them, and reads all outcomes back.
  void check(store &s) const {
    for (const auto &c : commits_)
      CAF_REQUIRE_EQUAL(append(s, {c}), "ok");
    for (const auto &c : commits_) {
      const auto found = s.find_outcomes(std::vector{c.outcome->key()});
      CAF_REQUIRE(found[0].has_value());
      CAF_MESSAGE(c.events.back().type);
      // To the letter, so that members keep their order, too.
      CAF_CHECK_EQUAL(json::serialize(json::parse(found[0]->outcome)),
                      c.outcome->outcome);
    }
  }

private:
  std::vector<commit> commits_;
  std::size_t told_ = 0;
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
  st.ready();
  life.add();
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

STORE_TEST(what is stored in part is read whole at every step of a life) {
  CAF_MESSAGE(w.kind);
  of_a_group().check(*w.s);
}

STORE_TEST(a recap and a deadline are those of the time of the command) {
  CAF_MESSAGE(w.kind);
  of_a_late_one().check(*w.s);
}

STORE_TEST(what is stored whole is read as it is) {
  const auto c = accepts("c1", moves("s1", 1));
  CAF_CHECK_EQUAL(append(*w.s, {c}), "ok");
  const auto found =
      w.s->find_outcomes(std::vector<command_key>{{"app", "c1"}});
  CAF_CHECK_EQUAL(json::parse(found[0]->outcome),
                  json::parse(c.outcome->outcome));
}
