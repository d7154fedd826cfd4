// Who may use which route, and what of a session whom is shown.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE roles
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <memory>
#include <set>

#include "gateway/http/request.hpp"
#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd;
using namespace recapd::gateway::test;
using namespace gateway::http;
using workflows::role;
namespace json = boost::json;

namespace {

/// The callers, in the order of a row's statuses: the session's tutor, another,
/// the session's students, another, support, a manager, an administrator, the
/// system; then support and a manager of another programme.
constexpr std::array callers{"ann", "zoe", "bob", "uma", "eve",
                             "mia", "ada", "sis", "nil", "nan"};

/// What a route answers each caller, about a session of ann's and bob's.
struct row {
  std::string target;
  std::array<unsigned, callers.size()> statuses;
  std::string body = {};
};

/// Every route that is not open to all and not for nodes, by what it is called.
const std::map<std::string, std::vector<row>> table{
    {"POST /v1/commands",
     // Each cancels another session of ann's and bob's.
     {{"/v1/commands",
       {200, 403, 403, 403, 409, 403, 403, 409, 404, 403},
       "cancel"}}},
    {"GET /v1/sessions/{}",
     {{"/v1/sessions/s-1",
       {200, 403, 200, 403, 200, 200, 200, 200, 404, 404}}}},
    {"GET /v1/sessions/{}/history",
     {{"/v1/sessions/s-1/history",
       {200, 403, 200, 403, 200, 200, 200, 200, 404, 404}}}},
    {"GET /v1/sessions/{}/refusals",
     {{"/v1/sessions/s-1/refusals",
       {200, 403, 200, 403, 200, 200, 200, 200, 404, 404}}}},
    {"GET /v1/sessions/{}/eligibility",
     {{"/v1/sessions/s-1/eligibility",
       {200, 403, 200, 403, 200, 200, 200, 200, 404, 404}}}},
    {"GET /v1/sessions/{}/explain",
     {{"/v1/sessions/s-1/explain",
       {200, 403, 200, 403, 200, 200, 200, 200, 404, 404}}}},
    {"GET /v1/sessions",
     {{"/v1/sessions?tutor=ann",
       {200, 403, 200, 200, 200, 200, 200, 200, 200, 200}},
      {"/v1/sessions?student=bob",
       {200, 200, 200, 403, 200, 200, 200, 200, 200, 200}}}},
    {"GET /v1/tutors/{}/limits",
     {{"/v1/tutors/ann/limits",
       {200, 403, 403, 403, 200, 200, 200, 200, 200, 200}}}},
    {"GET /v1/courses/{}/limits",
     {{"/v1/courses/math/limits",
       {200, 200, 200, 200, 200, 200, 200, 200, 200, 200}},
      {"/v1/courses/math/limits?student=bob",
       {200, 403, 200, 403, 200, 200, 200, 200, 200, 200}}}},
    {"GET /v1/accounts/{}",
     {{"/v1/accounts/tutor:ann",
       {200, 403, 403, 403, 200, 200, 200, 200, 200, 200}},
      {"/v1/accounts/program:default",
       {403, 403, 403, 403, 200, 200, 200, 200, 200, 200}}}},
    {"GET /v1/accounts/{}/statement",
     {{"/v1/accounts/tutor:ann/statement",
       {200, 403, 403, 403, 200, 200, 200, 200, 200, 200}},
      {"/v1/accounts/program:default/statement",
       {403, 403, 403, 403, 200, 200, 200, 200, 200, 200}}}},
    {"GET /v1/disbursements",
     {{"/v1/disbursements?tutor=ann",
       {200, 403, 403, 403, 200, 200, 200, 200, 200, 200}},
      {"/v1/disbursements",
       {200, 200, 403, 403, 200, 200, 200, 200, 200, 200}}}},
    {"GET /v1/disbursements/{}",
     {{"/v1/disbursements/none",
       {404, 404, 404, 404, 404, 404, 404, 404, 404, 404}}}},
    {"POST /v1/disbursements/{}/result",
     {{"/v1/disbursements/none/result",
       {403, 403, 403, 403, 403, 403, 403, 404, 403, 403},
       R"({"result":"sent","amount":1,"currency":"USD"})"}}},
    {"GET /v1/notifications",
     {{"/v1/notifications?session=s-1",
       {200, 403, 200, 403, 200, 200, 200, 200, 404, 404}},
      {"/v1/notifications?to=tutor:ann",
       {200, 403, 403, 403, 200, 200, 200, 200, 200, 200}},
      {"/v1/notifications?to=support",
       {403, 403, 403, 403, 200, 200, 200, 200, 200, 200}},
      {"/v1/notifications",
       {403, 403, 403, 403, 200, 200, 200, 200, 200, 200}}}},
    {"GET /v1/dead-letters",
     {{"/v1/dead-letters",
       {403, 403, 403, 403, 200, 403, 200, 200, 200, 403}}}},
    {"POST /v1/dead-letters/{}/retry",
     {{"/v1/dead-letters/7/retry",
       {403, 403, 403, 403, 404, 403, 404, 404, 404, 403},
       "{}"}}},
    {"GET /v1/people",
     {{"/v1/people?who=tutor:ann,support:eve",
       {200, 200, 200, 200, 200, 200, 200, 200, 200, 200}}}},
    {"GET /v1/people/{}",
     // cal is with bob in s-1.
     {{"/v1/people/tutor:ann",
       {200, 403, 200, 403, 200, 200, 200, 200, 403, 403}},
      {"/v1/people/student:cal",
       {200, 403, 200, 403, 200, 200, 200, 200, 403, 403}},
      {"/v1/people/support:eve",
       {403, 403, 403, 403, 200, 200, 200, 200, 403, 403}}}},
    {"PUT /v1/people/{}",
     {{"/v1/people/tutor:ann",
       {200, 403, 403, 403, 403, 403, 200, 200, 403, 403},
       R"({"name":"Ann"})"}}},
    {"POST /v1/people/{}/erase",
     {{"/v1/people/tutor:zoe/erase",
       {403, 403, 403, 403, 403, 403, 200, 403, 403, 403},
       R"({"note":"asked"})"}}},
    {"POST /v1/mail/reports",
     // No mail is sent here.
     {{"/v1/mail/reports",
       {403, 403, 403, 403, 403, 403, 404, 404, 403, 403},
       R"({"message_id":"a","recipient":"b","action":"c","words":"d"})"}}},
    {"GET /v1/me",
     {{"/v1/me", {200, 200, 200, 200, 200, 200, 200, 200, 200, 200}}}},
    {"GET /v1/queues",
     {{"/v1/queues", {403, 403, 403, 403, 200, 200, 200, 200, 200, 200}}}},
    {"GET /v1/stats",
     {{"/v1/stats?by=state",
       {403, 403, 403, 403, 200, 200, 200, 200, 200, 200}}}},
    {"POST /v1/policies/whatif",
     {{"/v1/policies/whatif",
       {403, 403, 403, 403, 403, 200, 200, 403, 403, 200},
       R"({"policy":{},"from":"2026-01-01T00:00:00Z",)"
       R"("to":"2027-01-01T00:00:00Z"})"}}},
    {"GET /v1/events",
     {{"/v1/events", {200, 200, 200, 200, 200, 200, 200, 200, 200, 200}}}},
    {"GET /v1/nodes",
     // This node is alone.
     {{"/v1/nodes", {403, 403, 403, 403, 404, 404, 404, 404, 404, 404}}}},
    {"POST /v1/nodes/{}/drain",
     {{"/v1/nodes/one/drain",
       {403, 403, 403, 403, 403, 403, 404, 403, 403, 403},
       "{}"}}},
    {"GET /v1/receivers",
     {{"/v1/receivers", {403, 403, 403, 403, 200, 200, 200, 200, 200, 200}}}},
    {"GET /v1/policies",
     {{"/v1/policies", {403, 403, 403, 403, 403, 200, 200, 200, 403, 200}}}},
    {"GET /v1/policies/{}",
     {{"/v1/policies/1", {403, 403, 403, 403, 403, 200, 200, 200, 403, 200}}}},
    {"POST /v1/policies",
     {{"/v1/policies",
       {403, 403, 403, 403, 403, 403, 200, 403, 403, 403},
       R"({"policy":{}})"}}},
    {"GET /v1/clock",
     {{"/v1/clock", {403, 403, 403, 403, 200, 200, 200, 200, 200, 200}}}},
    {"POST /v1/clock",
     {{"/v1/clock",
       {403, 403, 403, 403, 403, 403, 200, 200, 403, 403},
       R"({"advance":"1s"})"}}},
};

struct fixture : world {
  fixture() : world{config::auth_mode::token} {
    const workflows::program_set night{std::vector<std::string>{"night"}};
    settings.tokens = {{"ann", {role::tutor, "ann"}},
                       {"zoe", {role::tutor, "zoe"}},
                       {"bob", {role::student, "bob"}},
                       {"cal", {role::student, "cal"}},
                       {"uma", {role::student, "uma"}},
                       {"eve", {role::support, "eve"}},
                       {"mia", {role::manager, "mia"}},
                       {"ada", {role::admin, "ada"}},
                       {"sis", {role::system, "sis"}},
                       {"nil", {role::support, "nil"}, night},
                       {"nan", {role::manager, "nan"}, night},
                       {"lim", {role::admin, "lim"}, night}};

    serve();
    auto both = schedule("c-1", "s-1");
    both["data"].as_object()["students"] = json::array{"bob", "cal"};
    (void)post("ann", both);
    (void)post("ann", schedule("c-2", "s-2"));
  }

  answer post(const std::string &token, json::object e) {
    e.erase("authid");
    return connect().post("/v1/commands", event_type, text(e), as(token));
  }

  unsigned status(const std::string &token, const route &to, const row &asked) {
    if (asked.body == "cancel")
      return post(token, event("x-" + token, "session.cancel", "s-2", "",
                               R"({"reason":"ill"})"))
          .status;
    if (to.handle == nullptr) {
      auto c = connect();
      c.send("GET " + asked.target
             + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token
             + "\r\n\r\n");
      const auto head = c.read_until("\r\n");
      return static_cast<unsigned>(std::stoul(head.substr(9, 3)));
    }
    if (to.method == "GET")
      return connect().get(asked.target, as(token)).status;
    auto fields = as(token);
    fields.emplace_back("Content-Type", "application/json");
    return connect()
        .call(std::string{to.method}, asked.target, fields, asked.body)
        .status;
  }

  /// A client of the event stream; what commits from now on is sent to it.
  std::unique_ptr<http_client> follow(const std::string &token) {
    auto c = std::make_unique<http_client>(server->port());
    c->send("GET /v1/events HTTP/1.1\r\nHost: localhost\r\n"
            "Authorization: Bearer "
            + token + "\r\n\r\n");
    (void)c->read_until("from now on\n\n");
    return c;
  }

  json::value read(const std::string &token, const std::string &target) {
    return connect().get(target, as(token)).json();
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(role_tests, fixture)

CAF_TEST(every route answers each role as the table says) {
  std::string wrong;
  for (const auto &to : all_routes()) {
    if (to.who.of != access::kind::known) continue;
    const auto name = std::string{to.method} + " " + std::string{to.pattern};
    const auto rows = table.find(name);
    if (rows == table.end()) {
      wrong += name + " is not in the table; ";
      continue;
    }
    for (const auto &asked : rows->second)
      for (std::size_t i = 0; i < callers.size(); ++i) {
        const auto got = status(callers.at(i), to, asked);
        if (got == asked.statuses.at(i)) continue;
        wrong += name;
        wrong += " answers ";
        wrong += callers.at(i);
        wrong += ' ' + std::to_string(got) + "; ";
      }
  }
  CAF_CHECK_EQUAL(wrong, "");
}

CAF_TEST(everybody is told who they are and where) {
  const auto me = [this](const std::string &who) {
    return json::serialize(read(who, "/v1/me"));
  };
  CAF_CHECK_EQUAL(me("ann"), R"({"who":["tutor:ann"],"programs":["default"],)"
                             R"("name":null})");
  CAF_CHECK_EQUAL(me("sis"),
                  R"({"who":["system:sis"],"programs":["*"],"name":null})");
  CAF_CHECK_EQUAL(me("nan"), R"({"who":["manager:nan"],"programs":["night"],)"
                             R"("name":null})");
  CAF_CHECK_EQUAL(connect().get("/v1/me").problem(), "unauthenticated");
}

CAF_TEST(a list of names has those that are for the caller) {
  store()->save_person({.who = {role::tutor, "ann"}, .name = "Ann"});
  store()->save_person({.who = {role::support, "eve"}, .name = "Eve"});
  const auto names = [this](const std::string &who) {
    const auto answer =
        read(who, "/v1/people?who=tutor:ann,student:x,support:eve");
    std::string all;
    for (const auto &one : answer.at("items").as_array())
      all += json::serialize(one.at("name")) + " ";
    return all;
  };
  CAF_CHECK_EQUAL(names("eve"), R"("Ann" null "Eve" )");
  CAF_CHECK_EQUAL(names("bob"), R"("Ann" null null )");
  CAF_CHECK_EQUAL(names("zoe"), "null null null ");
  std::string many = "tutor:ann";
  for (int i = 0; i < 100; ++i)
    many += ",tutor:ann";
  for (const auto &wrong :
       {std::string{"ann"}, std::string{"tutor:ann,"}, many})
    CAF_CHECK_EQUAL(connect().get("/v1/people?who=" + wrong, as("eve")).status,
                    400u);
}

CAF_TEST(managers and administrators send no command) {
  for (const auto *who : {"mia", "ada"}) {
    CAF_CHECK_EQUAL(post(who, schedule("m-1", "s-9")).problem(), "not-allowed");
    CAF_CHECK_EQUAL(
        post(who, event("m-2", "support.void", "s-1", "", R"({"note":"no"})"))
            .problem(),
        "not-allowed");
  }
}

CAF_TEST(lists and streams hold what is of the callers programmes) {
  const auto sessions = [this](const std::string &who) {
    std::string all;
    const auto page = read(who, "/v1/sessions");
    for (const auto &one : page.at("sessions").as_array())
      all += std::string{one.at("id").as_string()} + " ";
    return all;
  };
  std::map<std::string, std::unique_ptr<http_client>> streams;
  for (const auto *who : {"ann", "zoe", "bob", "eve", "sis", "nil"})
    streams[who] = follow(who);
  auto night = schedule("n-1", "n-1");
  night["data"].as_object()["program"] = "night";
  CAF_CHECK_EQUAL(post("sis", night).status, 200u);
  auto others = schedule("z-1", "z-1");
  others["data"].as_object()["tutor"] = "zoe";
  others["data"].as_object()["students"] = json::array{"uma"};
  CAF_CHECK_EQUAL(post("zoe", others).status, 200u);
  CAF_CHECK_EQUAL(post("ann", event("i-1", "participant.invite", "s-1", "",
                                    R"({"student":"uma"})"))
                      .status,
                  200u);

  CAF_CHECK_EQUAL(sessions("ann"), "s-1 s-2 ");
  CAF_CHECK_EQUAL(sessions("uma"), "s-1 z-1 ");
  CAF_CHECK_EQUAL(sessions("mia"), "n-1 s-1 s-2 z-1 ");
  CAF_CHECK_EQUAL(sessions("nil"), "n-1 ");
  CAF_CHECK_EQUAL(sessions("nan"), "n-1 ");

  const auto sent = [&streams](const std::string &who, int count) {
    std::string all;
    while (count-- > 0) {
      std::string text;
      do {
        text = streams.at(who)->read_until("\n\n");
      } while (text.find("data: ") == std::string::npos);
      const auto data = json::parse(text.substr(text.find("data: ") + 6));
      all += std::string{data.at("subject").as_string()} + ":"
             + std::to_string(data.at("seq").as_int64()) + " ";
      const auto *rate =
          data.at("data").as_object().if_contains("rate_per_hour");
      if (rate != nullptr && rate->is_null()) all += "(no pay) ";
    }
    return all;
  };
  CAF_CHECK_EQUAL(sent("sis", 3), "n-1:1 z-1:1 s-1:2 ");
  CAF_CHECK_EQUAL(sent("eve", 3), "n-1:1 z-1:1 s-1:2 ");
  CAF_CHECK_EQUAL(sent("nil", 1), "n-1:1 ");
  CAF_CHECK_EQUAL(sent("zoe", 1), "z-1:1 ");
  CAF_CHECK_EQUAL(sent("ann", 1), "s-1:2 ");
  CAF_CHECK_EQUAL(sent("bob", 1), "s-1:2 ");
  CAF_CHECK_EQUAL(post("ann", schedule("c-3", "s-3")).status, 200u);
  CAF_CHECK_EQUAL(sent("bob", 1), "s-3:1 (no pay) ");
  CAF_CHECK_EQUAL(sent("ann", 1), "s-3:1 ");
}

CAF_TEST(who is invited while nobody listens is sent what comes then) {
  const auto join = [this](const std::string &id) {
    return post("ann", event(id, "call.join", "s-1", "",
                             R"({"participant":"tutor:ann"})"))
        .status;
  };
  auto ann = follow("ann");
  CAF_CHECK_EQUAL(join("j-1"), 200u);
  CAF_CHECK(ann->read_until("s-1:2").ends_with("s-1:2"));
  ann.reset();
  CAF_CHECK_EQUAL(post("ann", event("i-1", "participant.invite", "s-1", "",
                                    R"({"student":"uma"})"))
                      .status,
                  200u);
  auto uma = follow("uma");
  CAF_CHECK_EQUAL(post("ann", event("l-1", "call.leave", "s-1", "",
                                    R"({"participant":"tutor:ann"})"))
                      .status,
                  200u);
  CAF_CHECK(uma->read_until("s-1:4").ends_with("s-1:4"));
}

CAF_TEST(a stream goes on behind what was not shown) {
  auto c = follow("zoe");
  (void)post("ann", schedule("c-7", "s-7"));
  const auto passed = c->read_until("\n\n");
  CAF_CHECK(passed.starts_with("id: "));
  CAF_CHECK(passed.find("s-7") == std::string::npos);
}

CAF_TEST(a refusal tells a student no pay) {
  auto named = schedule("p-1", "s-8");
  named["data"].as_object()["rate_per_hour"] = 2000;
  CAF_CHECK_EQUAL(post("ann", named).problem(), "not-allowed");
  CAF_CHECK_EQUAL(post("ann", schedule("p-2", "s-8")).status, 200u);
  const auto told = json::serialize(read("bob", "/v1/sessions/s-8/refusals"));
  CAF_CHECK(told.find("not-allowed") != std::string::npos);
  CAF_CHECK(told.find("1500") == std::string::npos);
}

CAF_TEST(a student sees neither pay nor what other students wrote) {
  const auto send = [this](const std::string &who, const std::string &id,
                           const std::string &type, const std::string &data) {
    const auto a = post(who, event(id, type, "s-1", "", data));
    CAF_CHECK_EQUAL(a.status, 200u);
    return a.json();
  };
  const auto recap = [](const std::string &word) {
    return R"({"recap":{"topics_covered":")" + word + std::string(160, 'x')
           + R"(","how_tutee_did":"","next_steps":""}})";
  };
  send("bob", "a-1", "participant.accept", R"({"student":"bob"})");
  send("cal", "a-2", "participant.accept", R"({"student":"cal"})");
  time->set(first_moment() + std::chrono::hours{1});
  send("ann", "a-3", "session.log_time", R"({"minutes":30})");
  send("ann", "a-4", "recap.submit", recap("tutor"));
  send("bob", "a-5", "recap.submit", recap("bobs"));
  const auto last = send("cal", "a-6", "recap.submit", recap("cals"));
  CAF_CHECK_EQUAL(last.at("session").at("state").as_string(), "paid");

  const auto told = [this](const std::string &who) {
    std::string all;
    for (const auto *target :
         {"/v1/sessions/s-1", "/v1/sessions", "/v1/sessions/s-1/history",
          "/v1/notifications?session=s-1"})
      all += json::serialize(read(who, target));
    return all;
  };
  const auto has = [](const std::string &all, std::string_view part) {
    return all.find(part) != std::string::npos;
  };
  for (const auto *who : {"ann", "eve", "mia"}) {
    const auto all = told(who);
    for (const auto *part : {"cals", "bobs", "tutorx", "\"amount\":750",
                             "\"rate_per_hour\":1500", "payout_deposited"})
      CAF_CHECK(has(all, part));
  }
  const auto all = told("bob");
  for (const auto *part : {"bobs", "tutorx", "student_recap_request"})
    CAF_CHECK(has(all, part));
  for (const auto *part : {"cals", "750", "1500", "payout_"})
    CAF_CHECK(!has(all, part));
  CAF_CHECK_EQUAL(
      read("bob", "/v1/sessions/s-1/history").at("events").as_array().size(),
      read("eve", "/v1/sessions/s-1/history").at("events").as_array().size());

  const auto outcome = json::serialize(last);
  CAF_CHECK(has(outcome, "cals"));
  for (const auto *part : {"bobs", "750", "1500"})
    CAF_CHECK(!has(outcome, part));
  auto again = send("cal", "a-6", "recap.submit", recap("cals")).as_object();
  CAF_CHECK(again.at("duplicate").as_bool());
  again["duplicate"] = false;
  CAF_CHECK_EQUAL(json::serialize(again), outcome);
}

CAF_TEST(what a student may not see is in no stream and no shown refusal) {
  auto bobs = follow("bob");
  auto eves = follow("eve");
  const auto send = [this](const std::string &who, const std::string &id,
                           const std::string &type, const std::string &data) {
    CAF_CHECK_EQUAL(post(who, event(id, type, "s-1", "", data)).status, 200u);
  };
  const auto recap = [](const std::string &word) {
    return R"({"recap":{"topics_covered":")" + word + std::string(160, 'x')
           + R"(","how_tutee_did":"","next_steps":""}})";
  };
  send("bob", "a-1", "participant.accept", R"({"student":"bob"})");
  send("cal", "a-2", "participant.accept", R"({"student":"cal"})");
  send("ann", "a-3", "session.log_time", R"({"minutes":30})");
  send("ann", "a-4", "recap.submit", recap("tutor"));
  send("cal", "a-5", "recap.submit", recap("cals"));
  send("bob", "a-6", "recap.submit", recap("bobs"));
  send("eve", "a-7", "support.correct", R"({"minutes":60,"note":"seen"})");
  send("eve", "a-8", "support.void", R"({"note":"a mistake"})");
  const auto all_of = [](http_client &stream) {
    auto all = stream.read_until("a mistake");
    return all + stream.read_until("\n\n");
  };
  const auto to_bob = all_of(*bobs);
  const auto to_eve = all_of(*eves);
  const auto has = [](const std::string &all, std::string_view part) {
    return all.find(part) != std::string::npos;
  };
  for (const auto *part : {"bobs", "cals", "\"amount\":750", "reversal"})
    CAF_CHECK(has(to_eve, part));
  CAF_CHECK(has(to_bob, "bobs") && has(to_bob, "session.paid")
            && has(to_bob, "time.corrected"));
  for (const auto *part : {"cals", "750", "1500"})
    CAF_CHECK(!has(to_bob, part));

  auto late = event("a-9", "recap.submit", "s-1", "", recap("bobs"));
  late.erase("authid");
  const auto refused = connect().post("/v1/commands?session=true", event_type,
                                      text(late), as("bob"));
  CAF_CHECK_EQUAL(refused.status, 409u);
  CAF_CHECK(has(refused.body, "bobs"));
  for (const auto *part : {"cals", "750", "1500"})
    CAF_CHECK(!has(refused.body, part));
}

CAF_TEST(an administrator of some programmes changes nothing of all) {
  for (const auto *target : {"/v1/people/tutor:ann/erase", "/v1/policies"}) {
    const auto body = target[4] == 'p' && target[5] == 'e'
                          ? R"({"note":"asked"})"
                          : R"({"policy":{}})";
    CAF_CHECK_EQUAL(
        connect().post(target, "application/json", body, as("lim")).problem(),
        "not-allowed");
  }
}

CAF_TEST(a dead letter is retried by those of its programme) {
  store()->write_dead_letter({.event = text(schedule("d-1", "s-1")),
                              .reason = "no reason",
                              .code = "malformed",
                              .ingress = "inbox",
                              .received_at = first_moment(),
                              .at = first_moment()},
                             std::nullopt);
  const auto letters = read("eve", "/v1/dead-letters");
  const auto id = text(letters.at("dead_letters").at(0).at("id"));
  const auto retry = [&](const std::string &who) {
    return connect()
        .post("/v1/dead-letters/" + id + "/retry", "application/json", "{}",
              as(who))
        .status;
  };
  const auto others = text(read("nil", "/v1/dead-letters"));
  CAF_CHECK(others.find("d-1") == std::string::npos);
  CAF_CHECK_EQUAL(retry("nil"), 404u);
  CAF_CHECK_EQUAL(retry("mia"), 403u);
  CAF_CHECK_EQUAL(retry("eve"), 200u);
  CAF_CHECK_EQUAL(retry("eve"), 404u);
}

CAF_TEST_FIXTURE_SCOPE_END()
