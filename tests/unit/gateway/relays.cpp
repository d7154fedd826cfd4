// Commands and outcomes between nodes.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE relays
#include <boost/json/object.hpp>
#include <future>
#include <map>
#include <optional>
#include <rapidcheck.h>
#include <thread>

#include "actors/outcome_json.hpp"
#include "actors/sender_text.hpp"
#include "gateway/relay/packet.hpp"
#include "gateway/relay/relay.hpp"
#include "gateway/wire/cloudevent.hpp"
#include "storage/memory/leases.hpp"
#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd;
using namespace recapd::gateway;
using namespace recapd::gateway::test;
using namespace std::chrono_literals;
using gateway::relay::read_packet;
using storage::fault;

namespace {

constexpr auto packet_type = "application/vnd.recapd.relay-1";
constexpr auto packet_path = "/internal/relay";

actors::submission command_of(const boost::json::object &e) {
  auto s = *decode_structured(
      text(e),
      {.who = {}, .received_at = first_moment() + 5us, .traceparent = {}});
  s.scope = "tutor:ann";
  return s;
}

/// The word for an answer: `accepted`, `duplicate`, a refusal's code, a fault.
std::string word_of(const actors::answer<actors::outcome> &a) {
  if (!a.has_value()) return std::string{to_string(a.error())};
  if ((*a).duplicate) return "duplicate";
  return (*a).accepted ? "accepted"
                       : std::string{workflows::to_string((*a).code.value())};
}

using asked = std::future<actors::answer<actors::outcome>>;

/// Sends by a relay. What is not sent is answered `outcome_unknown`.
asked ask(gateway::relay::relay &from, const storage::other_node &to,
          const actors::submission &what) {
  auto told = std::make_shared<std::promise<actors::answer<actors::outcome>>>();
  auto answer = told->get_future();
  (void)from.send(to, what,
                  actors::reply<actors::outcome>{
                      [told](auto a) { told->set_value(std::move(a)); },
                      fault::outcome_unknown});
  return answer;
}

std::string word_of(asked &a) {
  return a.wait_for(20s) == std::future_status::ready ? word_of(a.get())
                                                      : "silence";
}

/// What the nodes of one installation share.
struct installation {
  std::shared_ptr<storage::memory::database> database =
      storage::memory::make_database();
  std::shared_ptr<storage::memory::shared_leases> leases =
      std::make_shared<storage::memory::shared_leases>();
  std::shared_ptr<actors::manual_clock> time =
      std::make_shared<actors::manual_clock>(first_moment());

  installation() { store()->save_manual_clock(first_moment()); }
  [[nodiscard]] std::unique_ptr<storage::store> store() const {
    return storage::memory::open_store(database);
  }
};

/// A node that takes packets, and reads no inbox. Others know it by `address`,
/// where that is not where it is.
struct node {
  node(installation &in, const std::string &name, gateway::relay::tuning t = {},
       const std::string &address = {})
      : all{in}, between{std::make_shared<gateway::relay::relay>(
                     storage::other_node{
                         .name = name,
                         .address =
                             address.empty()
                                 ? "127.0.0.1:" + std::to_string(at.port())
                                 : address,
                         .secret = {},
                         .shards = {}},
                     *meters, t)} {
    engine.emplace(actors::engine::parts{
        .options = {.shards = 2, .workers = 1},
        .stores = [db =
                       in.database] { return storage::memory::open_store(db); },
        .time = in.time,
        .reports = meters,
        .policy = settings.policy,
        .shared = sharing_of(name)});
    server.emplace(*engine, settings, *meters, http::tuning{}, std::move(at),
                   between);
  }

  /// Waits until the node and one other serve half of the sessions each, as
  /// this one knows.
  void shares_with(const std::string &name) const {
    const auto even = [&] {
      const auto other = engine->other_node(name);
      return engine->buckets().count() == 512 && other
             && other->shards.size() == 32;
    };
    while (!even())
      std::this_thread::sleep_for(1ms);
  }
  /// A session that the node serves; another one for each number.
  [[nodiscard]] std::string session(int number = 0) const {
    for (int n = 1000 * number;; ++n)
      if (auto id = "s" + std::to_string(n);
          engine->buckets()[workflows::bucket_of(id)])
        return id;
  }
  [[nodiscard]] int relayed(const std::string &result) const {
    const auto name =
        "recapd_relayed_commands_total{result=\"" + result + "\"} ";
    const auto page = meters->text();
    const auto found = page.find(name);
    return found == std::string::npos
               ? 0
               : std::stoi(page.substr(found + name.size()));
  }
  /// The status of a post by somebody who sends these bytes.
  [[nodiscard]] unsigned posted(const std::string &body,
                                const std::string &secret,
                                const std::string &type = packet_type) const {
    return http_client{server->port()}
        .post(packet_path, type, body, {{"Authorization", "Bearer " + secret}})
        .status;
  }

  installation &all;
  config::settings settings;
  http::bound_socket at{"127.0.0.1", 0};
  std::shared_ptr<metrics> meters = std::make_shared<metrics>();
  std::shared_ptr<gateway::relay::relay> between;
  std::optional<actors::engine> engine;
  std::optional<http::server> server;

private:
  actors::sharing sharing_of(const std::string &name) const {
    return {.leases =
                [&in = all] {
                  return std::make_unique<storage::memory::leases>(
                      in.leases, [&in] { return in.time->now(); });
                },
            .node = name,
            .address = between->self().address,
            .expiry = 250ms,
            .as_event = encode_structured,
            .secret = between->self().secret,
            .relay =
                [relay = between](const auto &to, const auto &what,
                                  const auto &done) {
                  return relay->send(to, what, done);
                },
            .leave = [](const std::string &) {}};
  }
};

/// Waits until both have their shares.
void share(const node &one, const node &other) {
  one.shares_with(other.between->self().name);
  other.shares_with(one.between->self().name);
}

asked ask(node &at, const actors::submission &what) {
  auto told = std::make_shared<std::promise<actors::answer<actors::outcome>>>();
  auto answer = told->get_future();
  auto copy = what;
  (void)at.engine->submit(std::move(copy),
                          actors::reply<actors::outcome>{[told](auto a) {
                            told->set_value(std::move(a));
                          }});
  return answer;
}

/// Has a node take another's command: it takes packets, and answers no more.
asked unanswered(node &asking, node &silent) {
  silent.between->close();
  silent.between->stop();
  return ask(*asking.between, silent.between->self(),
             command_of(schedule("c-1", silent.session())));
}

/// Nodes `a` and `b`, which are in each other's reach.
struct fixture : installation {
  fixture() {
    share(a, b);
    reach(a, b);
    reach(b, a);
  }

  /// Has a node send to another until that answers.
  static void reach(node &from, const node &to) {
    for (int i = 900; from.relayed("answered") == 0; ++i) {
      auto told = ask(*from.between, to.between->self(),
                      command_of(schedule("reach-" + std::to_string(i)
                                              + to.between->self().name,
                                          to.session(i))));
      (void)word_of(told);
    }
  }

  node a{*this, "a"}, b{*this, "b"};
};

}  // namespace

CAF_TEST(a packet says what it was made of) {
  const std::string from = "a host:/folder";
  auto command = command_of(schedule("c-1", "s-1"));
  command.programs.only = {"day", "night"};
  const auto done = actors::make_outcome("a", "b", R"({"id":"s"})", {});
  const auto refused = actors::make_outcome(
      "a", "b\nfault 1 0\n", "null",
      {{.code = workflows::refusal_code::wrong_state, .detail = "d"}});
  auto repeated = done;
  repeated.duplicate = true;
  auto text = relay::begin_packet(from);
  relay::add_command(text, 7, command);
  relay::add_answer(text, 1, done);
  relay::add_answer(text, 2, refused);
  relay::add_answer(text, 3, repeated);
  relay::add_answer(text, 4, fault::outcome_unknown);
  relay::add_ping(text, 5);
  relay::add_pong(text, 6);

  const auto p = read_packet(text);
  CAF_REQUIRE(p);
  CAF_CHECK_EQUAL(p->from, from);
  CAF_CHECK_EQUAL(p->pings, std::vector<std::uint64_t>{5});
  CAF_CHECK_EQUAL(p->pongs, std::vector<std::uint64_t>{6});
  CAF_REQUIRE_EQUAL(p->commands.size(), 1u);
  const auto &c = p->commands.front();
  CAF_CHECK_EQUAL(c.number, 7u);
  CAF_CHECK(c.received_at == command.received_at);
  CAF_CHECK_EQUAL(c.event, encode_structured(command));
  CAF_CHECK_EQUAL(c.sender, actors::sender_text(command));
  std::string words;
  for (const auto &[number, a] : p->answers)
    words += std::to_string(number) + " " + word_of(a) + ", ";
  CAF_CHECK_EQUAL(words, "1 accepted, 2 wrong-state, 3 duplicate, "
                         "4 outcome_unknown, ");
  const auto &first = *p->answers.at(0).second;
  CAF_CHECK_EQUAL(first.json, done.json);
  CAF_CHECK_EQUAL(first.session_at, done.session_at);
  CAF_CHECK_EQUAL(first.session_size, done.session_size);
  CAF_CHECK_EQUAL((*p->answers.at(1).second).json, refused.json);
  for (std::size_t n = 0; n < text.size(); ++n) {
    const auto part = read_packet(text.substr(0, n));
    CAF_CHECK(!part || part->pongs.empty());
  }
}

CAF_TEST(a text that is no packet is not read) {
  const std::string good = "from 1\na";
  CAF_CHECK(read_packet(good));
  for (const auto *text : {"", "from", "from 1\n", "from -1\na", "from 1 1\na",
                           "from 18446744073709551616\na", "form 1\na"})
    CAF_CHECK(!read_packet(text));
  for (const auto *item :
       {"x", "command 1 2 3\n", "command 1 2 9 9\nab", "command a 2 0 0\n",
        "outcome 1 0 0 2 0 -\n{", "outcome 1 2 1 2 0 -\n{}",
        "outcome 1 18446744073709551615 2 2 0 -\n{}",
        "outcome 1 0 0 2 0 no-such-code\n{}", "fault\n", "fault 1 2\n",
        "ping\n", "pong -1\n"})
    CAF_CHECK(!read_packet(good + item));
  CAF_CHECK(rc::check("any text is read or not", [](const std::string &text) {
    (void)read_packet(text);
    (void)read_packet("from 1\na" + text);
    (void)read_packet("from 1\nacommand 1 1 " + text);
  }));
}

CAF_TEST(a packet that was changed on its way is read or not ) {
  auto text = relay::begin_packet("a");
  relay::add_command(text, 7, command_of(schedule("c-1", "s-1")));
  relay::add_answer(text, 1, actors::make_outcome("a", "b", "{}", {}));
  relay::add_ping(text, 2);
  CAF_CHECK(rc::check("any changes", [&text] {
    auto changed = text;
    for (int n = *rc::gen::inRange(1, 9); n > 0; --n)
      changed.at(*rc::gen::inRange<std::size_t>(0, changed.size())) =
          *rc::gen::elementOf(std::string{"09 \na:-\xff{"});
    const auto p = read_packet(changed);
    if (!p) return;
    std::size_t bytes = p->from.size();
    for (const auto &c : p->commands)
      bytes += c.event.size() + c.sender.size();
    for (const auto &[number, a] : p->answers)
      if (a.has_value()) {
        bytes += (*a).json.size();
        RC_ASSERT((*a).session_at + (*a).session_size <= (*a).json.size());
      }
    RC_ASSERT(bytes <= changed.size());
  }));
}

CAF_TEST_FIXTURE_SCOPE(relay_tests, fixture)

CAF_TEST(a command is decided by the other node and answered as there) {
  const auto before = a.relayed("answered");
  auto s = command_of(schedule("c-1", b.session()));
  auto first = ask(a, s);
  const auto got = first.get();
  CAF_REQUIRE(got.has_value());
  CAF_CHECK_EQUAL(word_of(got), "accepted");
  const auto session =
      (*got).json.substr((*got).session_at, (*got).session_size);
  CAF_CHECK(session.starts_with(R"({"id":")" + s.session));
  auto again = ask(a, s);
  CAF_CHECK_EQUAL(word_of(again), "duplicate");
  auto refused =
      ask(a, command_of(event("c-2", "participant.accept", b.session(1),
                              "student:bob", R"({"student":"bob"})")));
  CAF_CHECK_EQUAL(word_of(refused), "unknown-session");
  CAF_CHECK_EQUAL(a.relayed("answered"), before + 3);
  CAF_CHECK_EQUAL(a.relayed("unanswered"), 0);
  const auto key = s.key();
  const auto row = store()->find_outcomes({&key, 1}).front();
  CAF_REQUIRE(row);
  CAF_CHECK(row->received_at == first_moment() + 5us);
  CAF_CHECK_EQUAL(row->scope, "tutor:ann");
  CAF_CHECK(store()->read_inbox(0, 1).empty());
}

CAF_TEST(many commands go in their order) {
  std::vector<asked> all;
  for (int i = 0; i < 300; ++i) {
    const auto id = std::to_string(i);
    const auto session = b.session(i);
    const auto accept = event("b-" + id, "participant.accept", session,
                              "student:bob", R"({"student":"bob"})");
    for (const auto &e : {schedule("a-" + id, session), accept})
      all.push_back(ask(a, command_of(e)));
  }
  std::map<std::string, int> words;
  for (auto &one : all)
    ++words[word_of(one)];
  CAF_CHECK_EQUAL(words["accepted"], 600);
  CAF_CHECK_EQUAL(a.relayed("unanswered"), 0);
}

CAF_TEST(who does not know the secret is not heard) {
  const std::string packet = "from 1\na";
  const auto &secret = b.between->self().secret;
  CAF_CHECK_EQUAL(secret.size(), 64u);
  CAF_CHECK_EQUAL(b.posted(packet, secret), 200u);
  for (const auto &wrong : {std::string{}, std::string{"x"}, secret.substr(1),
                            a.between->self().secret, std::string(64, '0')})
    CAF_CHECK_EQUAL(b.posted(packet, wrong), 401u);
  const auto port = b.server->port();
  CAF_CHECK_EQUAL(
      http_client{port}.post(packet_path, packet_type, packet).status, 401u);
  CAF_CHECK_EQUAL(http_client{port}.get(packet_path).status, 405u);
  CAF_CHECK_EQUAL(b.posted("no packet", secret), 400u);
  CAF_CHECK_EQUAL(b.posted(packet, secret, "application/json"), 415u);
}

CAF_TEST(commands of a node that is not known are not taken) {
  const auto &secret = b.between->self().secret;
  const auto s = command_of(schedule("c-1", b.session()));
  auto stranger = relay::begin_packet("c");
  CAF_CHECK_EQUAL(b.posted(stranger, secret), 200u);
  auto pinging = stranger;
  relay::add_ping(pinging, 1);
  CAF_CHECK_EQUAL(b.posted(pinging, secret), 503u);
  relay::add_command(stranger, 1, s);
  CAF_CHECK_EQUAL(b.posted(stranger, secret), 503u);
  const auto key = s.key();
  CAF_CHECK(!store()->find_outcomes({&key, 1}).front());
}

CAF_TEST(a node that is out of reach costs its commands no time) {
  auto wrong = b.between->self();
  wrong.secret = "x";
  auto nobody = b.between->self();
  nobody.address = "127.0.0.1:1";
  auto itself = a.between->self();
  itself.secret = "x";
  const auto s = command_of(schedule("c-1", b.session()));
  const actors::reply<actors::outcome> unasked;
  for (const auto &to : {wrong, nobody, itself})
    for (int i = 0; i < 20; ++i) {
      CAF_CHECK(!a.between->send(to, s, unasked));
      std::this_thread::sleep_for(1ms);
    }
}

CAF_TEST(a node that ends hands nothing over any more) {
  a.between->close();
  auto late = ask(*a.between, b.between->self(),
                  command_of(schedule("c-1", b.session())));
  CAF_CHECK_EQUAL(word_of(late), "outcome_unknown");
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(a node that cannot be answered is not sent to) {
  installation in;
  // Answers to `a` go where nobody listens.
  node a{in, "a", {.quiet = 5ms}, "127.0.0.1:1"};
  node b{in, "b"};
  share(a, b);
  const auto s = command_of(schedule("c-1", b.session()));
  for (int i = 0; i < 100; ++i) {
    auto unsent = ask(*a.between, b.between->self(), s);
    CAF_CHECK_EQUAL(word_of(unsent), "outcome_unknown");
    std::this_thread::sleep_for(1ms);
  }
  const auto key = s.key();
  CAF_CHECK(!in.store()->find_outcomes({&key, 1}).front());
}

CAF_TEST(what a node took and does not answer is given back) {
  installation in;
  node a{in, "a", {.post = 100ms, .quiet = 20ms}};
  node b{in, "b"};
  share(a, b);
  fixture::reach(a, b);
  auto lost = unanswered(a, b);
  CAF_CHECK_EQUAL(word_of(lost), "outcome_unknown");
  b.server->stop();
  auto unsent = ask(*a.between, b.between->self(),
                    command_of(schedule("c-2", b.session())));
  CAF_CHECK_EQUAL(word_of(unsent), "outcome_unknown");
}

CAF_TEST(what a node took whose lease has run out is given back) {
  installation in;
  node a{in, "a", {.answer = 1h, .post = 1h, .quiet = 1h}};
  node b{in, "b"};
  share(a, b);
  fixture::reach(a, b);
  auto lost = unanswered(a, b);
  CAF_CHECK(lost.wait_for(50ms) == std::future_status::timeout);
  // The node's own heartbeats go on naming the other.
  for (int i = 0;
       i < 10'000 && lost.wait_for(1ms) == std::future_status::timeout; ++i)
    a.between->know({});
  CAF_CHECK_EQUAL(word_of(lost), "outcome_unknown");
}

CAF_TEST(answers wait for a node that does not take them for a moment) {
  installation in;
  node a{in, "a", {.answer = 10s, .post = 10s, .quiet = 10s}};
  node b{in, "b"};
  share(a, b);
  fixture::reach(a, b);
  a.server.reset();
  auto answered = ask(*a.between, b.between->self(),
                      command_of(schedule("c-1", b.session())));
  std::promise<void> not_taken;
  b.between->watch([&, once = true](const std::string &why) mutable {
    if (!why.empty() && std::exchange(once, false)) not_taken.set_value();
  });
  not_taken.get_future().wait();
  a.server.emplace(*a.engine, a.settings, *a.meters, http::tuning{},
                   http::bound_socket{"127.0.0.1", a.at.port()}, a.between);
  CAF_CHECK_EQUAL(word_of(answered), "accepted");
}
