// What a webhook does where its receiver does not take everything.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE webhook_holds
#include <boost/json/parse.hpp>
#include <map>
#include <random>
#include <set>

#include "gateway/feed/cursor.hpp"
#include "gateway/feed/webhook.hpp"
#include "gateway/wire/outgoing.hpp"
#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd;
using namespace recapd::gateway;
using namespace recapd::gateway::feed;
using namespace recapd::gateway::test;
using namespace std::chrono_literals;

namespace {

/// Each look at it is a step later.
class hasty_clock final : public actors::clock {
public:
  explicit hasty_clock(std::chrono::seconds step) : step_{step} {}
  [[nodiscard]] workflows::instant now() const override {
    return first_moment() + step_ * ++looks_;
  }

private:
  std::chrono::seconds step_;
  mutable std::atomic<int> looks_{0};
};

/// Answers by the event's session and notes what came.
class campus {
public:
  using rule = std::function<receiver::reply(const std::string &session)>;
  struct post {
    std::string id;
    unsigned status;
  };

  explicit campus(rule answers) : rule_{std::move(answers)} {}

  void answer(rule answers) {
    const std::lock_guard lock{mutex_};
    rule_ = std::move(answers);
  }
  [[nodiscard]] std::vector<post> posts() {
    const std::lock_guard lock{mutex_};
    return posts_;
  }
  [[nodiscard]] std::size_t count(const std::string &id) {
    const auto all = posts();
    return std::size_t(std::ranges::count(all, id, &post::id));
  }
  /// Waits for so many posts of it.
  [[nodiscard]] bool came(const std::string &id, std::size_t times = 1) {
    std::unique_lock lock{mutex_};
    return came_.wait_for(lock, 20s, [&] {
      return std::size_t(std::ranges::count(posts_, id, &post::id)) >= times;
    });
  }
  /// The ids that were taken, in order.
  [[nodiscard]] std::string taken() {
    std::string out;
    for (const auto &p : posts())
      if (p.status == 204) out += p.id + " ";
    return out;
  }
  [[nodiscard]] std::string url() const { return server_.url(); }

private:
  receiver::reply take(const std::string &body) {
    const auto event = boost::json::parse(body);
    const std::string id{event.at("id").as_string()};
    const std::lock_guard lock{mutex_};
    auto out = rule_(std::string{event.at("subject").as_string()});
    posts_.push_back({id, out.status});
    came_.notify_all();
    return out;
  }

  std::mutex mutex_;
  std::condition_variable came_;
  rule rule_;
  std::vector<post> posts_;
  receiver server_{[this](const std::string &body) { return take(body); }};
};

campus::rule all(unsigned status) {
  return [status](const std::string &) {
    return receiver::reply{.status = status};
  };
}

campus::rule only(const std::string &session, receiver::reply answer) {
  return [=](const std::string &of) {
    return of == session ? answer : receiver::reply{};
  };
}

struct fixture : world {
  std::shared_ptr<actors::manual_clock> real =
      std::make_shared<actors::manual_clock>(first_moment());
  webhook_tuning tuning{.poll = 1ms, .time = real};

  fixture() { serve(); }

  std::unique_ptr<webhook> start(campus &to) {
    return std::make_unique<webhook>(
        *engine, config::webhook{to.url(), "", 5000}, *meters, tuning);
  }
  void pass(std::chrono::milliseconds span) { real->set(real->now() + span); }
  storage::sink_state state() const { return store()->load_sink("webhook"); }

  /// Waits for a state of the store.
  template <class F> [[nodiscard]] bool becomes(F holds) const {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!holds(state())) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }
  [[nodiscard]] bool holds(std::size_t sessions) const {
    return becomes([=](const auto &s) { return s.held.size() == sessions; });
  }
  [[nodiscard]] bool done() const {
    return becomes([this](const auto &s) {
      return s.held.empty() && s.position == store()->feed_end();
    });
  }
  void schedule_some(int sessions) const {
    for (int i = 1; i <= sessions; ++i)
      (void)submit(
          schedule("c-" + std::to_string(i), "s-" + std::to_string(i)));
  }
  void accept(const std::string &session) const {
    (void)submit(event("accept-" + session, "participant.accept", session,
                       "student:bob", R"({"student":"bob"})"));
  }
  [[nodiscard]] storage::page<storage::dead_letter> letters() const {
    return store()->list_dead_letters(0, 1000);
  }
  [[nodiscard]] std::string warning() const {
    for (const auto &w : engine->conditions().warnings())
      if (w.code == "webhook-failing") return w.detail;
    return {};
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(webhook_holds_tests, fixture)

CAF_TEST(a session that is not taken waits in order while others go on) {
  schedule_some(2);
  for (unsigned status : {500U, 400U, 429U, 302U, 0U}) {
    CAF_MESSAGE(status);
    const auto n = std::to_string(status);
    campus c{only("a-" + n, {.status = status})};
    const auto w = start(c);
    (void)submit(schedule("a" + n, "a-" + n));
    (void)submit(schedule("b" + n, "b-" + n));
    accept("a-" + n);
    accept("b-" + n);
    CAF_CHECK(c.came("b-" + n + ":2"));
    CAF_CHECK(holds(1));
    CAF_CHECK_EQUAL(c.count("a-" + n + ":1"), 1u);
    CAF_CHECK_EQUAL(c.count("a-" + n + ":2"), 0u);
    c.answer(all(204));
    pass(1s);
    CAF_CHECK(c.came("a-" + n + ":2"));
    CAF_CHECK(done());
    CAF_CHECK(c.taken().ends_with("a-" + n + ":1 a-" + n + ":2 "));
  }
  CAF_CHECK(letters().empty());
}

CAF_TEST(what the receiver asks for is noted with the session) {
  schedule_some(1);
  campus c{only("s-1", {.status = 503, .retry_after = "120"})};
  const auto w = start(c);
  CAF_CHECK(holds(1));
  CAF_CHECK(state().held.at(0).next_try_at == real->now() + 120s);
}

CAF_TEST(what is gone is a dead letter at once and its session goes on) {
  schedule_some(2);
  accept("s-1");
  campus c{all(204)};
  c.answer([first = true](const std::string &of) mutable {
    const bool gone = of == "s-1" && std::exchange(first, false);
    return receiver::reply{.status = gone ? 410U : 204U};
  });
  const auto w = start(c);
  CAF_CHECK(done());
  CAF_CHECK_EQUAL(c.taken(), "s-2:1 s-1:2 ");
  CAF_CHECK_EQUAL(c.count("s-1:1"), 1u);
  const auto all = letters();
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  const auto &letter = all.front();
  CAF_CHECK(letter.direction == storage::letter_direction::out);
  CAF_CHECK_EQUAL(letter.ingress, "webhook");
  CAF_CHECK_EQUAL(letter.code, "refused");
  CAF_CHECK_EQUAL(letter.origin, "webhook s-1:1");
  CAF_CHECK_EQUAL(letter.reason, "The webhook's receiver answered 410.");
  CAF_CHECK_EQUAL(lasting_json(letter.event).at("id").as_string(), "s-1:1");
  CAF_CHECK(warning().empty());
  const auto again =
      connect().post("/v1/dead-letters/" + std::to_string(letter.id) + "/retry",
                     "application/json", "{}");
  CAF_CHECK_EQUAL(again.problem(), "not-retriable");
}

CAF_TEST(a refusal is a dead letter after twenty tries also over restarts) {
  schedule_some(1);
  accept("s-1");
  tuning.time = std::make_shared<hasty_clock>(60s);
  campus c{all(422)};
  for (int tries : {7, 14}) {
    const auto w = start(c);
    CAF_CHECK(becomes([=](const auto &s) {
      return !s.held.empty() && s.held.at(0).tries >= tries;
    }));
  }
  const auto w = start(c);
  CAF_CHECK(becomes([this](const auto &) { return !letters().empty(); }));
  const auto first = letters().front();
  CAF_CHECK_EQUAL(first.origin, "webhook s-1:1");
  CAF_CHECK(first.reason.find("answered 422, the last of 20 refusals since")
            != std::string::npos);
  // What is under way when a webhook is stopped may not have counted.
  CAF_CHECK(c.count("s-1:1") <= 22);
  CAF_CHECK(c.came("s-1:2"));
}

CAF_TEST(notifications are tried and given up by themselves) {
  ready_session("s-1");
  (void)connect().post("/v1/clock", "application/json", R"({"advance":"2h"})");
  (void)submit(event("c-9", "call.join", "s-1", "student:bob",
                     R"({"participant":"student:bob"})"));
  campus c{all(204)};
  c.answer([n = 0](const std::string &) mutable {
    return receiver::reply{.status = ++n == 4 ? 410U : n == 5 ? 500U : 204U};
  });
  const auto w = start(c);
  CAF_CHECK(holds(1));
  pass(1s);
  CAF_CHECK(done());
  CAF_CHECK_EQUAL(c.taken(), "s-1:1 s-1:2 s-1:3 s-1:4 ");
  const auto all = letters();
  CAF_CHECK_EQUAL(all.front().origin, "webhook s-1:3:0");
}

CAF_TEST(of a receiver that is not there few sessions are held) {
  schedule_some(30);
  campus c{all(0)};
  const auto w = start(c);
  CAF_CHECK(holds(8));
  CAF_CHECK(c.came("s-8:1"));
  CAF_CHECK_EQUAL(c.posts().size(), 8u);
  CAF_CHECK(state().position < store()->feed_end());
  for (std::size_t more = 9; more <= 12; ++more) {
    pass(1s);
    CAF_CHECK(holds(more));
  }
  CAF_CHECK(warning().find("one is tried at a time") != std::string::npos);
  c.answer(all(204));
  // What was under way has its pause from then on.
  CAF_CHECK(becomes([this](const auto &s) {
    pass(1min);
    return s.held.empty() && s.position == store()->feed_end();
  }));
  for (int i = 1; i <= 30; ++i)
    CAF_CHECK(c.came("s-" + std::to_string(i) + ":1"));
}

CAF_TEST(who starts anew with sessions held tries one more and not many) {
  schedule_some(30);
  campus c{all(503)};
  {
    const auto w = start(c);
    CAF_CHECK(holds(8));
  }
  const auto before = c.posts().size();
  const auto w = start(c);
  CAF_CHECK(holds(9));
  CAF_CHECK_EQUAL(c.posts().size(), before + 1);
}

CAF_TEST(no more sessions are held than there may be) {
  schedule_some(9);
  tuning.most_held = 3;
  tuning.most_in_a_row = 100;
  tuning.time = std::make_shared<hasty_clock>(1s);
  campus c{all(500)};
  const auto w = start(c);
  CAF_CHECK(c.came("s-3:1", 5));
  CAF_CHECK_EQUAL(state().held.size(), 3u);
  CAF_CHECK_EQUAL(state().position, 3);
  CAF_CHECK_EQUAL(c.count("s-4:1"), 0u);
  CAF_CHECK(warning().find("3 sessions wait; the others do, too")
            != std::string::npos);
  c.answer(all(204));
  CAF_CHECK(done());
  CAF_CHECK(c.came("s-9:1"));
}

CAF_TEST(sessions that fail beside many others keep none of them waiting) {
  schedule_some(40);
  campus c{[](const std::string &of) {
    return receiver::reply{.status = of < "s-31" ? 500U : 204U};
  }};
  tuning.time = std::make_shared<hasty_clock>(1s);
  const auto w = start(c);
  for (int i = 5; i <= 9; ++i)
    CAF_CHECK(c.came("s-" + std::to_string(i) + ":1"));
  for (int i = 31; i <= 40; ++i)
    CAF_CHECK(c.came("s-" + std::to_string(i) + ":1"));
  CAF_CHECK(becomes(
      [this](const auto &s) { return s.position == store()->feed_end(); }));
}

CAF_TEST(the warning says what is answered and ends when all is taken) {
  schedule_some(2);
  campus c{only("s-1", {.status = 503})};
  const auto w = start(c);
  CAF_CHECK(holds(1));
  CAF_CHECK(becomes([this](const auto &) { return !warning().empty(); }));
  CAF_CHECK_EQUAL(warning(), "The webhook's receiver does not take all (status "
                             "503): 1 session waits; the others go on.");
  CAF_CHECK(meters->text().find("recapd_webhook_sessions_held 1\n")
            != std::string::npos);
  c.answer(all(204));
  pass(1s);
  CAF_CHECK(becomes([this](const auto &) { return warning().empty(); }));
  CAF_CHECK(meters->text().find("recapd_webhook_sessions_held 0\n")
            != std::string::npos);
}

CAF_TEST(who saves late goes on where another has got to) {
  schedule_some(3);
  feed::cursor late{*engine, *meters, "webhook"};
  feed::cursor other{*engine, *meters, "webhook"};
  const auto rows = late.next(1);
  CAF_REQUIRE(rows && rows->size() == 1);
  const auto further = other.next(3);
  CAF_REQUIRE(further && further->size() == 3);
  other.hold({.session = "s-2", .position = further->at(1).position});
  other.pass(further->back());
  CAF_CHECK(other.save());
  late.pass(rows->front());
  late.hold({.session = "s-1", .position = 1});
  CAF_CHECK(!late.save());
  CAF_CHECK(!late.known());
  CAF_CHECK_EQUAL(late.position().value_or(0), further->back().position);
  CAF_CHECK_EQUAL(late.held().size(), 1u);
  CAF_CHECK(late.held().contains("s-2"));
  CAF_CHECK(late.save());
}

namespace {

/// Checks that each message of the sessions was taken or given up, and that no
/// later one of its session was sent before.
void check_posts(storage::store &s, const std::string &prefix,
                 const std::vector<campus::post> &posts,
                 const std::set<std::string> &given_up) {
  std::map<std::string, std::size_t> taken, first;
  for (std::size_t i = 0; i < posts.size(); ++i) {
    first.emplace(posts[i].id, i);
    if (posts[i].status == 204) taken.emplace(posts[i].id, i);
  }
  std::map<std::string, std::vector<std::string>> sessions;  ///< their ids
  for (const auto &row : s.read_feed(0, 10000)) {
    if (!row.session.starts_with(prefix)) continue;
    auto &ids = sessions[row.session];
    ids.emplace_back(event_out(row).at("id").as_string());
    for (const auto &n : notifications_out(row))
      ids.emplace_back(n.at("id").as_string());
  }
  for (const auto &[session, ids] : sessions)
    for (std::size_t i = 0; i < ids.size(); ++i) {
      CAF_CHECK(taken.contains(ids[i])
                || given_up.contains("webhook " + ids[i]));
      for (std::size_t before = 0; before < i; ++before)
        CAF_CHECK(given_up.contains("webhook " + ids[before])
                  || (taken.contains(ids[before])
                      && taken.at(ids[before]) < first.at(ids[i])));
    }
}

}  // namespace

CAF_TEST(under random answers nothing is lost and each session is in order) {
  std::mt19937 rng{20260101};
  const auto below = [&](int n) { return int(rng() % unsigned(n)); };
  for (int round = 0; round < 20; ++round) {
    const auto name = [&](int i) {
      return "r" + std::to_string(round) + "-" + std::to_string(i);
    };
    const auto work = [&](int i, int step) {
      const auto id = name(i) + "/" + std::to_string(step);
      if (step == 0)
        (void)submit(schedule(id, name(i)));
      else if (step < 5)
        (void)submit(event(id, step % 2 ? "call.join" : "call.leave", name(i),
                           "tutor:ann", R"({"participant":"tutor:ann"})"));
      else
        (void)submit(event(id, "session.cancel", name(i), "tutor:ann",
                           R"({"reason":"rain"})"));
    };
    tuning.time = std::make_shared<hasty_clock>(60s);
    tuning.page = 1 + below(4);
    tuning.most_held = std::size_t(1 + below(4));
    tuning.most_in_a_row = 1 + below(3);
    int left = 100 + below(100);
    campus c{[&, answers = std::mt19937{rng()}](const std::string &of) mutable {
      static constexpr unsigned any[] = {204, 204, 204, 204, 500,
                                         429, 400, 404, 0,   410};
      if (--left > 0) {
        const auto status = any[answers() % 10];
        // Less of what is given up at once.
        if (status == 410 && answers() % 4 > 0) return receiver::reply{};
        return receiver::reply{.status = status, .retry_after = "90"};
      }
      return receiver::reply{.status = of == name(2) ? 400U : 204U};
    }};
    auto w = start(c);
    for (int step = 0; step < 6; ++step) {
      for (int i = 0; i < 6; ++i)
        work(i, step);
      if (below(2) == 0) {
        w.reset();
        w = start(c);
      }
    }
    CAF_CHECK(done());
    w.reset();
    std::set<std::string> given_up;
    for (const auto &letter : letters())
      given_up.insert(letter.origin);
    check_posts(*store(), "r" + std::to_string(round) + "-", c.posts(),
                given_up);
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
