// Commands and outcomes between nodes.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE relays
#include <boost/json/object.hpp>
#include <future>
#include <rapidcheck.h>

#include "actors/outcome_json.hpp"
#include "actors/sender_text.hpp"
#include "gateway/relay/packet.hpp"
#include "gateway/relay/relay.hpp"
#include "gateway/wire/cloudevent.hpp"
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

asked ask(gateway::relay::relay &from, const storage::other_node &to,
          const actors::submission &what) {
  auto told = std::make_shared<std::promise<actors::answer<actors::outcome>>>();
  auto answer = told->get_future();
  from.send(to, what, actors::reply<actors::outcome>{[told](auto a) {
              told->set_value(std::move(a));
            }});
  return answer;
}

std::string word_of(asked &a) {
  return a.wait_for(20s) == std::future_status::ready ? word_of(a.get())
                                                      : "silence";
}

/// Another node, whose engine nobody asks: it only relays.
struct asking_node : world {
  explicit asking_node(gateway::relay::tuning t = {}) { serve_as_node(t); }
};

struct fixture : world {
  fixture() { serve_as_node(); }

  answer post_packet(const std::string &body, const std::string &secret,
                     const std::string &type = packet_type) {
    return connect().post(packet_path, type, body,
                          {{"Authorization", "Bearer " + secret}});
  }
};

}  // namespace

CAF_TEST(a packet says what it was made of) {
  const storage::other_node from{
      .address = "[::1]:80", .secret = "s", .shards = {}};
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
  relay::add_answer(text, 5, fault::unavailable);

  const auto p = read_packet(text);
  CAF_REQUIRE(p);
  CAF_CHECK_EQUAL(p->from.address, from.address);
  CAF_CHECK_EQUAL(p->from.secret, from.secret);
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
                         "4 outcome_unknown, 5 unavailable, ");
  const auto &first = *p->answers.at(0).second;
  CAF_CHECK_EQUAL(first.json, done.json);
  CAF_CHECK_EQUAL(first.session_at, done.session_at);
  CAF_CHECK_EQUAL(first.session_size, done.session_size);
  CAF_CHECK_EQUAL((*p->answers.at(1).second).json, refused.json);
  for (std::size_t n = 0; n < text.size(); ++n) {
    const auto part = read_packet(text.substr(0, n));
    const auto items = part ? part->commands.size() + part->answers.size() : 0;
    CAF_CHECK(!part || items < 6);
  }
}

CAF_TEST(a text that is no packet is not read) {
  const std::string good = "from 1 1\nas";
  CAF_CHECK(read_packet(good));
  for (const auto *text :
       {"", "from", "from 1 1\na", "from -1 1\nas", "from 1 1 1\nas",
        "from 18446744073709551616 1\nas", "form 1 1\nas"})
    CAF_CHECK(!read_packet(text));
  for (const auto *item :
       {"x", "command 1 2 3\n", "command 1 2 9 9\nab", "command a 2 0 0\n",
        "outcome 1 0 0 2 0 -\n{", "outcome 1 2 1 2 0 -\n{}",
        "outcome 1 18446744073709551615 2 2 0 -\n{}",
        "outcome 1 0 0 2 0 no-such-code\n{}", "fault 1\n", "fault 1 2 3\n"})
    CAF_CHECK(!read_packet(good + item));
  CAF_CHECK(rc::check("any text is read or not", [](const std::string &text) {
    (void)read_packet(text);
    (void)read_packet("from 1 1\nas" + text);
    (void)read_packet("from 1 1\nascommand 1 1 " + text);
  }));
}

CAF_TEST_FIXTURE_SCOPE(relay_tests, fixture)

CAF_TEST(a command is decided by the other node and answered as there) {
  asking_node other;
  auto &from = *other.between;
  const auto s = command_of(schedule("c-1", "s-1"));
  auto first = ask(from, between->self(), s);
  const auto got = first.get();
  CAF_REQUIRE(got.has_value());
  CAF_CHECK_EQUAL(word_of(got), "accepted");
  const auto session =
      (*got).json.substr((*got).session_at, (*got).session_size);
  CAF_CHECK(session.starts_with(R"({"id":"s-1")"));
  auto again = ask(from, between->self(), s);
  CAF_CHECK_EQUAL(word_of(again), "duplicate");
  auto refused = ask(from, between->self(),
                     command_of(event("c-2", "participant.accept", "s-2",
                                      "student:bob", R"({"student":"bob"})")));
  CAF_CHECK_EQUAL(word_of(refused), "unknown-session");
  const auto key = s.key();
  const auto row = store()->find_outcomes({&key, 1}).front();
  CAF_REQUIRE(row);
  CAF_CHECK(row->received_at == first_moment() + 5us);
  CAF_CHECK_EQUAL(row->scope, "tutor:ann");
  CAF_CHECK(store()->read_inbox(0, 1).empty());
  const auto page = other.connect().get("/metrics").body;
  CAF_CHECK(page.find("recapd_relayed_commands_total{result=\"answered\"} 3\n")
            != std::string::npos);
}

CAF_TEST(many commands go in their order) {
  asking_node other;
  std::vector<asked> all;
  for (int i = 0; i < 300; ++i) {
    const auto id = std::to_string(i);
    const auto accept = event("b-" + id, "participant.accept", "s-" + id,
                              "student:bob", R"({"student":"bob"})");
    for (const auto &e : {schedule("a-" + id, "s-" + id), accept})
      all.push_back(ask(*other.between, between->self(), command_of(e)));
  }
  std::map<std::string, int> words;
  for (auto &one : all)
    ++words[word_of(one)];
  CAF_CHECK_EQUAL(words["accepted"], 600);
}

CAF_TEST(who does not know the secret is not heard) {
  const auto &self = between->self();
  CAF_CHECK_EQUAL(self.secret.size(), 64u);
  CAF_CHECK_EQUAL(post_packet("from 1 1\nas", self.secret).status, 200u);
  for (const auto &wrong : {std::string{}, std::string{"x"},
                            self.secret.substr(1), std::string(64, '0')})
    CAF_CHECK_EQUAL(post_packet("from 1 1\nas", wrong).status, 401u);
  CAF_CHECK_EQUAL(
      connect().post(packet_path, packet_type, "from 1 1\nas").status, 401u);
  CAF_CHECK_EQUAL(post_packet("no packet", self.secret).status, 400u);
  CAF_CHECK_EQUAL(
      post_packet("from 1 1\nas", self.secret, "application/json").status,
      415u);
  CAF_CHECK_EQUAL(connect().get(packet_path).status, 405u);
  serve();
  CAF_CHECK_EQUAL(post_packet("from 1 1\nas", self.secret).status, 401u);
}

CAF_TEST(what another node does not take is given back) {
  asking_node other{{.answer = 300ms, .post = 300ms, .pause = 100ms}};
  auto &from = *other.between;
  const auto s = command_of(schedule("c-1", "s-1"));
  auto wrong = between->self();
  wrong.secret = "x";
  auto unheard = ask(from, wrong, s);
  CAF_CHECK_EQUAL(word_of(unheard), "outcome_unknown");
  auto nobody = between->self();
  nobody.address = "127.0.0.1:1";
  std::vector<asked> together;
  for (int i = 0; i < 3; ++i)
    together.push_back(ask(from, nobody, s));
  for (auto &one : together)
    CAF_CHECK_EQUAL(word_of(one), "outcome_unknown");
  const auto key = s.key();
  CAF_CHECK(!store()->find_outcomes({&key, 1}).front());
  auto heard = ask(from, between->self(), s);
  CAF_CHECK_EQUAL(word_of(heard), "accepted");
  from.close();
  auto late = ask(from, between->self(), s);
  CAF_CHECK_EQUAL(word_of(late), "outcome_unknown");
}

CAF_TEST(an answer that does not come in time is given up) {
  asking_node other{{.answer = 100ms}};
  // Nobody answers there: a node that has no way back.
  gateway::relay::relay deaf{"127.0.0.1:1", *meters, {.answer = 100ms}};
  const auto s = command_of(schedule("c-1", "s-1"));
  auto lost = ask(deaf, between->self(), s);
  CAF_CHECK_EQUAL(word_of(lost), "outcome_unknown");
  const auto key = s.key();
  while (!store()->find_outcomes({&key, 1}).front())
    std::this_thread::yield();
}

CAF_TEST(a full node takes no packet) {
  engine->drain();
  asking_node other;
  auto turned_away =
      ask(*other.between, between->self(), command_of(schedule("c-1", "s-1")));
  CAF_CHECK_EQUAL(word_of(turned_away), "outcome_unknown");
}

CAF_TEST_FIXTURE_SCOPE_END()
