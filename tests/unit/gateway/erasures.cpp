// Erasing what a person wrote, by HTTP: in sessions, letters and what waits.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE erasures

#include "gateway/http/person_erasure.hpp"
#include "workflows/session/facts.hpp"
#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd;
using namespace recapd::gateway;
using namespace recapd::gateway::test;
namespace json = boost::json;

namespace {

struct fixture : world {
  fixture() { serve(); }

  /// `session.cancel` of a session, with a reason.
  static json::object cancel(const std::string &session, const std::string &who,
                             const std::string &reason) {
    return event("x-" + session, "session.cancel", session, who,
                 R"({"reason":")" + reason + "\"}");
  }

  void write_letter(const std::string &words) const {
    store()->write_dead_letter({.id = 0,
                                .event = words,
                                .reason = "why",
                                .code = "malformed",
                                .ingress = "inbox",
                                .received_at = first_moment(),
                                .at = first_moment()},
                               {});
  }

  std::string erase(const std::string &who) const {
    const auto a = connect().post("/v1/people/" + who + "/erase",
                                  "application/json", R"({"note":"asked"})");
    CAF_CHECK_EQUAL(a.status, 200u);
    return a.body;
  }

  /// All texts that are stored, of sessions, letters and what waits.
  std::string stored() const {
    std::string all;
    const auto s = store();
    for (const auto &row : s->read_feed(0, 1000))
      all += row.event.data + row.event.notifications + "\n";
    for (const auto &letter : s->list_dead_letters(0, 1000))
      all += letter.event + "\n";
    for (const auto &row : s->read_inbox(0, 1000))
      all += row.event + "\n";
    return all;
  }

  static std::size_t count(const std::string &all, std::string_view part) {
    std::size_t times = 0;
    for (auto at = all.find(part); at != all.npos; at = all.find(part, at + 1))
      ++times;
    return times;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(erasure_tests, fixture)

CAF_TEST(every place is gone through however much is in it) {
  // More than a step looks at of each; no inbox ingress takes what waits.
  constexpr int many = 230;
  for (int i = 0; i < many; ++i) {
    const auto id = "s-" + std::to_string(i);
    auto planned = schedule("c-" + id, id);
    (void)submit(planned);
    (void)submit(cancel(id, i % 2 == 0 ? "tutor:ann" : "support:eve",
                        i % 2 == 0 ? "annsword" : "evesword"));
    write_letter(text(cancel(id, "tutor:ann", "annsword")));
    write_letter(text(cancel(id, "support:eve", "evesword")));
    store()->insert_inbox(text(cancel(id, "tutor:ann", "annsword")));
    store()->insert_inbox(text(cancel(id, "support:eve", "evesword")));
  }
  const auto before = stored();
  // ann's are told in an event, and to bob in a notification.
  CAF_CHECK_EQUAL(count(before, "annsword"), std::size_t{4 * many / 2 + many});
  CAF_CHECK_EQUAL(erase("tutor:ann"), R"({"sessions":115})");
  auto all = stored();
  CAF_CHECK_EQUAL(count(all, "annsword"), 0u);
  CAF_CHECK_EQUAL(count(all, "evesword"), count(before, "evesword"));
  CAF_CHECK_EQUAL(erase("support:eve"), R"({"sessions":115})");
  all = stored();
  CAF_CHECK_EQUAL(count(all, "evesword"), 0u);
  CAF_CHECK_EQUAL(count(all, "person.erased"), 0u);  // the type is no text
  CAF_CHECK_EQUAL(count(all, R"("who":"tutor:ann")"), 115u);
  CAF_CHECK_EQUAL(erase("tutor:ann"), R"({"sessions":0})");
  CAF_CHECK(store()->check().empty());
}

CAF_TEST(a session that is in memory shows what is left) {
  ready_session("s-1");
  time->set(first_moment() + std::chrono::hours{1});
  const auto recap = [](const std::string &word) {
    return R"("recap":{"topics_covered":")" + word + std::string(160, 'x')
           + R"(","how_tutee_did":"","next_steps":""}})";
  };
  CAF_CHECK_EQUAL(
      submit(event("a", "session.complete", "s-1", "tutor:ann",
                   R"({"minutes":30,"leave_call":true,)" + recap("annsword")))
          .status,
      200u);
  CAF_CHECK_EQUAL(erase("tutor:ann"), R"({"sessions":1})");
  const auto last = submit(event("b", "recap.submit", "s-1", "student:bob",
                                 "{" + recap("bobsword")));
  CAF_CHECK_EQUAL(last.status, 200u);
  CAF_CHECK_EQUAL(last.json().at("session").at("state").as_string(), "paid");
  CAF_CHECK_EQUAL(count(last.body, "annsword"), 0u);
  CAF_CHECK_EQUAL(count(last.body, "bobsword"), 1u);
  const auto again =
      submit(event("a", "session.complete", "s-1", "tutor:ann",
                   R"({"minutes":30,"leave_call":true,)" + recap("annsword")));
  CAF_CHECK(again.json().at("duplicate").as_bool());
  CAF_CHECK_EQUAL(count(again.body, "annsword"), 0u);
}

CAF_TEST(a step of an erasure ends when its time is over) {
  constexpr int many = 40;
  for (int i = 0; i < many; ++i) {
    const auto id = "s-" + std::to_string(i);
    (void)submit(schedule("c-" + id, id));
    (void)submit(cancel(id, "support:eve", "evesword"));
    store()->insert_inbox(text(cancel(id, "support:eve", "evesword")));
    write_letter(text(cancel(id, "support:eve", "evesword")));
  }
  http::person_erasure work{{.who = *workflows::parse_person("support:eve"),
                             .by = workflows::engine_itself,
                             .at = first_moment()},
                            std::chrono::milliseconds{-1}};
  const auto s = store();
  auto left = count(stored(), "evesword");
  int steps = 0;
  for (bool more = true; more; ++steps) {
    more = work.step(*s);
    const auto now = count(stored(), "evesword");
    CAF_CHECK(left - now <= 3);  // an event with two notifications, or a text
    left = now;
  }
  CAF_CHECK_EQUAL(left, 0u);
  CAF_CHECK(steps > 3 * many);
  CAF_CHECK_EQUAL(work.sessions(), many);
}

CAF_TEST_FIXTURE_SCOPE_END()
