// What-ifs by HTTP: bounds, clients that go away, pages, and long work.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE whatifs
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <iterator>
#include <set>
#include <thread>

#include "tests/support/forwarding_store.hpp"
#include "workflows/json/session.hpp"
#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd;
using namespace recapd::gateway;
using namespace recapd::gateway::test;
namespace json = boost::json;
namespace wf = workflows;

namespace {

constexpr auto path = "/v1/policies/whatif";
const field_list streamed{{"Accept", "text/event-stream"}};

/// What the records' reading does in place of the store's.
struct reading {
  /// Nothing: the store's own.
  std::function<storage::page<storage::recorded_session>()> answer;
  std::atomic<int> reads = 0;
};

class watched_store final : public storage::test::forwarding_store {
public:
  watched_store(std::unique_ptr<storage::store> inner,
                std::shared_ptr<reading> how)
      : inner_{std::move(inner)}, how_{std::move(how)} {}

  std::vector<std::optional<storage::fault>>
  append(std::span<const storage::commit> commits) override {
    return inner_->append(commits);
  }
  storage::page<storage::recorded_session>
  list_recorded(const storage::recorded_filter &f) override {
    ++how_->reads;
    return how_->answer ? how_->answer() : inner_->list_recorded(f);
  }

private:
  storage::store &reached() override { return *inner_; }
  std::unique_ptr<storage::store> inner_;
  std::shared_ptr<reading> how_;
};

struct fixture : world {
  std::shared_ptr<reading> how = std::make_shared<reading>();

  fixture() {
    engine = std::make_unique<actors::engine>(
        actors::engine::parts{.options = {.shards = 2, .workers = 1},
                              .stores =
                                  [db = database, how = how] {
                                    return std::make_unique<watched_store>(
                                        storage::memory::open_store(db), how);
                                  },
                              .time = time,
                              .reports = meters,
                              .policy = settings.policy});
    serve();
  }

  static std::string question(const json::object &more = {},
                              const json::object &policy = {}) {
    json::object q{{"policy", policy},
                   {"from", "2026-11-20T00:00:00Z"},
                   {"to", "2026-12-20T00:00:00Z"}};
    for (const auto &member : more)
      q[member.key()] = member.value();
    return text(q);
  }

  answer ask(const std::string &q, const field_list &fields = {}) const {
    return connect().post(path, "application/json", q, fields);
  }

  /// Has a session refused that many calls, from its start on, and counts the
  /// seconds.
  void refuse(const std::string &session, int count) const {
    const auto what = wf::to_replay_text(
        wf::join_call{.participant = *wf::parse_person("student:bob")},
        {.version = 1,
         .policy_version = 1,
         .why = {{.code = wf::refusal_code::wrong_state, .used = {}}}});
    std::vector<storage::commit> all(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      auto &c = all[static_cast<std::size_t>(i)];
      c.session = session;
      c.outcome = storage::outcome_row{.source = "app",
                                       .id = session + "-" + std::to_string(i),
                                       .content = {0xff, 0},
                                       .session = session,
                                       .received_at = first_moment()
                                                      + std::chrono::seconds{i},
                                       .outcome = "{}",
                                       .who = "student:bob",
                                       .command = what};
    }
    const auto fates = store()->append(all);
    CAF_REQUIRE(std::ranges::none_of(
        fates, [](const auto &fate) { return fate.has_value(); }));
  }

  static std::ptrdiff_t threads() {
    using std::filesystem::directory_iterator;
    return std::distance(directory_iterator{"/proc/self/task"}, {});
  }

  /// Starts a what-if whose reading never ends, leaves it, and returns once
  /// its threads are gone.
  void leave(const field_list &fields) {
    const auto before = threads();
    how->answer = [] {
      storage::page<storage::recorded_session> out;
      out.push_back({.id = "nothing", .starts_at = first_moment()});
      out.more = true;
      return out;
    };
    {
      auto client = connect();
      const auto q = question();
      std::string head = "POST " + std::string{path} + " HTTP/1.1\r\nHost: "
                         + "localhost\r\nContent-Type: application/json\r\n";
      for (const auto &[name, value] : fields)
        head += name + ": " + value + "\r\n";
      client.send(head + "Content-Length: " + std::to_string(q.size())
                  + "\r\n\r\n" + q);
      while (how->reads < 100)
        std::this_thread::yield();
      CAF_CHECK_EQUAL(ask(q).status, 429u);
    }
    // It would go on for ever: that it ends is that it was stopped.
    while (threads() > before)
      std::this_thread::yield();
    how->answer = nullptr;
    CAF_CHECK_EQUAL(ask(question()).status, 200u);
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(whatif_tests, fixture)

CAF_TEST(tens of thousands of refused commands are replayed) {
  (void)submit(schedule("c-1", "s-1"));
  refuse("s-1", 30'000);
  const auto a = ask(question());
  CAF_REQUIRE_EQUAL(a.status, 200u);
  const auto &code = a.json().at("refused").as_array().at(0).as_object();
  CAF_CHECK_EQUAL(code.at("code").as_string(), "wrong-state");
  CAF_CHECK_EQUAL(code.at("was").as_int64(), 30'000);
}

CAF_TEST(more refused commands than are held are told by name) {
  (void)submit(schedule("c-1", "s-1"));
  auto next_day = schedule("c-2", "s-2");
  next_day["data"].as_object()["starts_at"] = "2026-11-24T14:00:00Z";
  (void)submit(next_day);
  refuse("s-1", 70'000);
  const auto a = ask(question());
  CAF_CHECK_EQUAL(a.status, 422u);
  CAF_CHECK_EQUAL(a.problem(), "too-many-refusals");
  CAF_CHECK(a.body.find("Session s-1 ") != std::string::npos);
  const auto b = ask(question(), streamed);
  CAF_CHECK_EQUAL(b.status, 200u);
  CAF_CHECK(b.body.find("event: problem\ndata: " + a.body)
            != std::string::npos);
  CAF_CHECK(b.body.find("event: result") == std::string::npos);
  // Its hours are followed without them.
  const auto without = ask(question({{"from", "2026-11-24T00:00:00Z"}}));
  CAF_CHECK_EQUAL(without.status, 200u);
  CAF_CHECK_EQUAL(without.json().at("sessions").as_int64(), 1);
}

CAF_TEST(sessions of a week share what refused commands may take) {
  for (const auto *id : {"s-1", "s-2", "s-3"}) {
    (void)submit(schedule(std::string{"c-"} + id, id));
    refuse(id, 20'000);
  }
  CAF_CHECK_EQUAL(ask(question()).problem(), "too-many-refusals");
}

CAF_TEST(a what - if ends when its client goes away) {
  leave({});
}

CAF_TEST(a streamed what - if ends when its client goes away) {
  leave(streamed);
}

CAF_TEST(a database that is away is the problem of a stream) {
  how->answer = []() -> storage::page<storage::recorded_session> {
    throw storage::storage_error{storage::fault::unavailable, "away"};
  };
  const auto a = ask(question(), streamed);
  CAF_CHECK_EQUAL(a.status, 200u);
  CAF_CHECK(a.body.find("event: problem\ndata: {") != std::string::npos);
  CAF_CHECK(a.body.find("urn:recapd:problem:unavailable") != std::string::npos);
  CAF_CHECK_EQUAL(ask(question()).status, 503u);
}

CAF_TEST(more differing sessions than a page has are all listed) {
  constexpr int many = 2'100;
  for (int i = 0; i < many; i += 700) {
    json::array batch;
    for (int k = i; k < i + 700; ++k)
      batch.push_back(
          schedule("c-" + std::to_string(k), "s-" + std::to_string(k)));
    (void)connect().post("/v1/commands", batch_type, text(batch));
  }
  // It is answered once all that fell due has been looked at.
  CAF_REQUIRE_EQUAL(
      connect()
          .post("/v1/clock", "application/json", R"({"advance":"30h"})")
          .status,
      200u);
  std::set<std::string> listed;
  std::string after;
  for (const std::size_t page : {1000, 1000, 100}) {
    json::object more;
    if (!after.empty()) more["after"] = after;
    const auto a = ask(question(more, {{"log_window", "24h"}}));
    CAF_REQUIRE_EQUAL(a.status, 200u);
    CAF_CHECK_EQUAL(a.json().at("sessions").as_int64(), many);
    const auto &differing = a.json().at("differing").as_array();
    CAF_CHECK_EQUAL(differing.size(), page);
    for (const auto &d : differing) {
      const std::string id{d.at("session").as_string().c_str()};
      CAF_CHECK(listed.empty() || *listed.rbegin() < id);
      listed.insert(id);
    }
    const auto &next = a.json().at("next");
    CAF_CHECK_EQUAL(next.is_null(), page == 100);
    after = next.is_null() ? "" : next.as_string().c_str();
  }
  CAF_CHECK_EQUAL(listed.size(), std::size_t{many});
}

CAF_TEST_FIXTURE_SCOPE_END()
