// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE tokens
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "gateway/http/wrong_tokens.hpp"
#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd;
using namespace recapd::gateway::test;
using namespace std::chrono_literals;
using namespace gateway::http;
using workflows::role;
namespace json = boost::json;

namespace {

struct fixture : world {
  fixture() : world{config::auth_mode::token} {
    settings.tokens = {
        {"t-ann", {role::tutor, "ann"}},
        {"t-zoe", {role::tutor, "zoe"}},
        {"t-bob", {role::student, "bob"}},
        {"t-eve", {role::support, "eve"}},
        {"t-sis", {role::system, "sis"}},
        {"t-ann-night",
         {role::tutor, "ann"},
         workflows::program_set{std::vector<std::string>{"night"}}},
        {"t-old",
         {role::support, "old"},
         {},
         first_moment() + std::chrono::hours{24 * 365 * 200}}};
    serve();
    (void)post("t-ann", schedule("c-1", "s-1"));
  }

  answer post(const std::string &token, const boost::json::object &e) {
    return connect().post("/v1/commands", event_type, text(e), as(token));
  }
  void ready_as(const std::string &session) {
    (void)post("t-ann", schedule("ready-1-" + session, session));
    (void)post("t-bob", event("ready-2-" + session, "participant.accept",
                              session, "student:bob", R"({"student":"bob"})"));
  }
  unsigned status(const std::string &token, const std::string &target) {
    return connect().get(target, as(token)).status;
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(token_tests, fixture)

CAF_TEST(without a known token nothing is answered) {
  auto c = connect();
  const auto no = c.get("/v1/sessions/s-1");
  CAF_CHECK_EQUAL(no.status, 401u);
  CAF_CHECK_EQUAL(no.problem(), "unauthenticated");
  CAF_CHECK(no.header("www-authenticate").starts_with("Bearer"));
  CAF_CHECK_EQUAL(c.get("/v1/sessions/s-1", as("t-an")).status, 401u);
  for (const auto *open : {"/healthz", "/readyz", "/metrics", "/openapi.json"})
    CAF_CHECK_EQUAL(c.get(open).status, 200u);
  CAF_CHECK_EQUAL(submit(schedule("c-2", "s-2")).status, 401u);
}

CAF_TEST(an expired token is told so) {
  CAF_CHECK_EQUAL(status("t-old", "/v1/sessions/s-1"), 200u);
  time->set(first_moment() + std::chrono::hours{24 * 365 * 200});
  const auto no = connect().get("/v1/sessions/s-1", as("t-old"));
  CAF_CHECK_EQUAL(no.status, 401u);
  CAF_CHECK(no.json().at("detail").as_string().find("expired")
            != boost::json::string::npos);
  CAF_CHECK_EQUAL(status("t-eve", "/v1/sessions/s-1"), 200u);
}

CAF_TEST(tokens are replaced while the node runs and streams of others end) {
  auto gone = connect();
  auto stays = connect();
  gone.send(
      "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
      "t-old\r\n\r\n");
  stays.send(
      "GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
      "t-eve\r\n\r\n");
  (void)gone.read_until("from now on\n\n");
  (void)stays.read_until("from now on\n\n");
  server->replace_tokens(
      {{"t-eve", {role::support, "eve"}}, {"t-new", {role::tutor, "ann"}}});
  CAF_CHECK(gone.closed());
  CAF_CHECK_EQUAL(status("t-ann", "/v1/sessions/s-1"), 401u);
  CAF_CHECK_EQUAL(status("t-new", "/v1/sessions/s-1"), 200u);
  (void)post("t-new", schedule("c-9", "s-9"));
  CAF_CHECK(stays.read_until("s-9:1").ends_with("s-9:1"));
}

CAF_TEST(a token that stands for somebody else ends the streams it opened) {
  auto c = connect();
  c.send("GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
         "t-eve\r\n\r\n");
  (void)c.read_until("from now on\n\n");
  server->replace_tokens({{"t-eve", {role::tutor, "eve"}}});
  CAF_CHECK(c.closed());
}

CAF_TEST(who guesses at tokens is slowed and everybody else is not ) {
  wrong_tokens w;
  const auto now = std::chrono::steady_clock::now();
  for (int i = 0; i < wrong_tokens::first_tries; ++i)
    CAF_CHECK(w.note("a", now) == 0ms);
  CAF_CHECK(w.note("a", now) == wrong_tokens::shortest);
  CAF_CHECK(w.note("a", now) == 2 * wrong_tokens::shortest);
  for (int i = 0; i < 40; ++i)
    (void)w.note("a", now);
  CAF_CHECK(w.note("a", now) == wrong_tokens::longest);
  CAF_CHECK(w.note("b", now) == 0ms);
  const auto later = now + wrong_tokens::memory + 1s;
  CAF_CHECK(w.note("a", later) == 0ms);
}

CAF_TEST(the connection of one who guesses ends and a known token is served) {
  for (int i = 0; i < wrong_tokens::first_tries; ++i)
    CAF_CHECK_EQUAL(status("t-guess", "/v1/clock"), 401u);
  auto c = connect();
  CAF_CHECK_EQUAL(c.get("/v1/clock", as("t-guess")).status, 401u);
  CAF_CHECK(c.closed());
  auto good = connect();
  CAF_CHECK_EQUAL(good.get("/v1/clock", as("t-sis")).status, 200u);
  CAF_CHECK_EQUAL(good.get("/v1/clock").status, 401u);
  CAF_CHECK_EQUAL(good.get("/v1/clock", as("t-sis")).status, 200u);
}

CAF_TEST(the token decides who acts) {
  auto own = schedule("c-2", "s-2");
  own.erase("authid");
  CAF_CHECK_EQUAL(post("t-ann", own).status, 200u);
  const auto other = post("t-zoe", schedule("c-3", "s-3"));
  CAF_CHECK_EQUAL(other.status, 403u);
  CAF_CHECK_EQUAL(other.problem(), "not-allowed");
  CAF_CHECK_EQUAL(status("t-eve", "/v1/sessions/s-3"), 404u);
}

CAF_TEST(nobody can use up or see what another sends) {
  ready_as("s-7");
  auto students = event("c-7", "recap.submit", "s-7", "student:bob",
                        R"({"recap":{"topics_covered":"","how_tutee_did":"",
                            "next_steps":""}})");
  CAF_CHECK_EQUAL(post("t-bob", students).problem(), "wrong-state");
  auto tutors =
      event("c-7", "session.cancel", "s-7", "tutor:ann", R"({"reason":"ill"})");
  const auto first = post("t-ann", tutors);
  CAF_CHECK_EQUAL(first.status, 200u);
  CAF_CHECK(!first.json().at("duplicate").as_bool());
  CAF_CHECK(post("t-ann", tutors).json().at("duplicate").as_bool());
  CAF_CHECK_EQUAL(post("t-bob", students).problem(), "wrong-state");
  tutors["data"].as_object()["reason"] = "other";
  CAF_CHECK_EQUAL(post("t-ann", tutors).problem(), "id-reused");
}

CAF_TEST(what its bearer may not say takes no identity) {
  const auto taken_later = [this](const char *id, const answer &no,
                                  const std::string &why) {
    CAF_CHECK_EQUAL(no.problem(), why);
    auto e = schedule(id, "s-" + std::string{id});
    const auto yes = post("t-ann", e);
    CAF_CHECK_EQUAL(yes.status, 200u);
    CAF_CHECK(!yes.json().at("duplicate").as_bool());
  };
  auto malformed = schedule("m-1", "s-m-1");
  malformed["data"].as_object()["twins"] = 1;
  taken_later("m-1", post("t-ann", malformed), "malformed");
  auto others = schedule("m-2", "s-m-2");
  others["authid"] = "tutor:zoe";
  taken_later("m-2", post("t-ann", others), "not-allowed");
  auto elsewhere = schedule("m-3", "s-m-3");
  elsewhere["data"].as_object()["program"] = "night";
  taken_later("m-3", post("t-ann", elsewhere), "not-allowed");
  taken_later("m-4", post("t-nobody", schedule("m-4", "s-m-4")),
              "unauthenticated");
  const auto large = connect().post("/v1/commands", event_type,
                                    std::string(70000, ' '), as("t-ann"));
  taken_later("m-5", large, "too-large");
}

CAF_TEST(a refusal by a rule takes the identity) {
  auto wrong = schedule("r-1", "s-1");
  CAF_CHECK_EQUAL(post("t-ann", wrong).problem(), "session-exists");
  CAF_CHECK(post("t-ann", wrong).json().at("duplicate").as_bool());
  CAF_CHECK_EQUAL(post("t-ann", schedule("r-1", "s-r-1")).problem(),
                  "id-reused");
}

CAF_TEST(a token acts in its programmes only) {
  auto night = schedule("p-1", "s-night");
  night["authid"] = "system:sis";
  night["data"].as_object()["program"] = "night";
  CAF_CHECK_EQUAL(post("t-sis", night).status, 200u);
  const auto accept = event("p-2", "participant.accept", "s-night",
                            "student:bob", R"({"student":"bob"})");
  CAF_CHECK_EQUAL(post("t-bob", accept).problem(), "unknown-session");
  auto there = schedule("p-3", "s-night");
  CAF_CHECK_EQUAL(post("t-ann", there).problem(), "session-exists");
  auto cancel = event("p-4", "session.cancel", "s-night", "tutor:ann",
                      R"({"reason":"ill"})");
  CAF_CHECK_EQUAL(post("t-ann", cancel).problem(), "unknown-session");
  auto own = schedule("p-5", "s-night-2");
  own["data"].as_object()["program"] = "night";
  CAF_CHECK_EQUAL(post("t-ann", own).problem(), "not-allowed");
  CAF_CHECK_EQUAL(post("t-ann-night", own).status, 200u);
  cancel["id"] = "p-6";
  CAF_CHECK_EQUAL(post("t-ann-night", cancel).status, 200u);
}

CAF_TEST(what is malformed is told before who may not ) {
  auto both = event("c-4", "session.log_time", "s-1", "tutor:ann",
                    R"({"minutes":5,"twins":1})");
  CAF_CHECK_EQUAL(post("t-zoe", both).problem(), "malformed");
  both["data"] = boost::json::parse(R"({"minutes":5})");
  CAF_CHECK_EQUAL(post("t-zoe", both).problem(), "not-allowed");
  const auto page = connect().get("/metrics").body;
  const auto counted = [&page](const std::string &code) {
    return page.find("recapd_refusals_total{code=\"" + code + "\"} 1\n")
           != std::string::npos;
  };
  CAF_CHECK(counted("malformed"));
  CAF_CHECK(counted("not-allowed"));
}

CAF_TEST(a refusal shows a session to who asks and may read it) {
  const auto cancel = [](const std::string &id) {
    return event(id, "session.cancel", "s-1", "student:bob",
                 R"({"reason":"r"})");
  };
  const auto shown = [this](const std::string &token, json::object e,
                            const std::string &how) {
    const auto a =
        connect().post("/v1/commands" + how, event_type, text(e), as(token));
    CAF_CHECK_EQUAL(a.json().at("outcome").as_string(), "refused");
    const auto &session = a.json().at("session");
    return session.is_null() ? std::string{}
                             : std::string{session.at("state").as_string()};
  };
  auto taken = schedule("c-5", "s-1");
  taken["authid"] = "tutor:zoe";
  taken["data"].as_object()["tutor"] = "zoe";
  CAF_CHECK_EQUAL(shown("t-zoe", taken, "?session=true"), "");
  CAF_CHECK_EQUAL(shown("t-ann", schedule("c-6", "s-1"), "?session=true"),
                  "scheduled");
  CAF_CHECK_EQUAL(shown("t-bob", cancel("c-7"), ""), "");
  CAF_CHECK_EQUAL(shown("t-bob", cancel("c-7"), "?session=false"), "");
  CAF_CHECK_EQUAL(shown("t-bob", cancel("c-7"), "?session=true"), "scheduled");
  const auto own =
      event("c-8", "session.cancel", "s-1", "tutor:ann", R"({"reason":"r"})");
  CAF_CHECK_EQUAL(post("t-ann", own).status, 200u);
  // A repeat tells of the session as it is by then.
  CAF_CHECK_EQUAL(shown("t-bob", cancel("c-7"), "?session=true"), "cancelled");
  CAF_CHECK_EQUAL(connect()
                      .post("/v1/commands?session=yes", event_type,
                            text(cancel("c-9")), as("t-bob"))
                      .status,
                  400u);
}

CAF_TEST(tutors and students see their own sessions only) {
  for (const auto *path :
       {"/v1/sessions/s-1", "/v1/sessions/s-1/history",
        "/v1/sessions/s-1/eligibility", "/v1/sessions/s-1/refusals",
        "/v1/notifications?session=s-1"}) {
    CAF_CHECK_EQUAL(status("t-ann", path), 200u);
    CAF_CHECK_EQUAL(status("t-bob", path), 200u);
    CAF_CHECK_EQUAL(status("t-eve", path), 200u);
    CAF_CHECK_EQUAL(status("t-zoe", path), 403u);
  }
}

CAF_TEST(lists hold only what belongs to the caller) {
  const auto count = [this](const std::string &token) {
    return connect()
        .get("/v1/sessions", as(token))
        .json()
        .at("sessions")
        .as_array()
        .size();
  };
  CAF_CHECK_EQUAL(count("t-ann"), 1u);
  CAF_CHECK_EQUAL(count("t-bob"), 1u);
  CAF_CHECK_EQUAL(count("t-zoe"), 0u);
  CAF_CHECK_EQUAL(count("t-eve"), 1u);
  CAF_CHECK_EQUAL(status("t-zoe", "/v1/sessions?tutor=ann"), 403u);
  CAF_CHECK_EQUAL(status("t-bob", "/v1/sessions?student=bob&tutor=ann"), 200u);
}

CAF_TEST(limits and accounts are shown to their owner) {
  CAF_CHECK_EQUAL(status("t-ann", "/v1/tutors/ann/limits"), 200u);
  CAF_CHECK_EQUAL(status("t-zoe", "/v1/tutors/ann/limits"), 403u);
  CAF_CHECK_EQUAL(status("t-bob", "/v1/courses/math/limits?student=bob"), 200u);
  CAF_CHECK_EQUAL(status("t-ann", "/v1/courses/math/limits?student=bob"), 200u);
  CAF_CHECK_EQUAL(status("t-ann", "/v1/accounts/tutor:ann"), 200u);
  CAF_CHECK_EQUAL(status("t-zoe", "/v1/accounts/tutor:ann"), 403u);
  CAF_CHECK_EQUAL(status("t-ann", "/v1/accounts/program:default"), 403u);
  CAF_CHECK_EQUAL(status("t-eve", "/v1/accounts/program:default"), 200u);
}

CAF_TEST_FIXTURE_SCOPE_END()
