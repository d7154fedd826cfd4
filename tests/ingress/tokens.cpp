// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE tokens
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd;
using namespace recapd::ingress::test;
using workflows::role;
namespace json = boost::json;

namespace {

field_list as(const std::string &token) {
  return {{"Authorization", "Bearer " + token}};
}

struct fixture : world {
  fixture() {
    settings.auth = config::auth_mode::token;
    settings.tokens = {{"t-ann", {role::tutor, "ann"}},
                       {"t-zoe", {role::tutor, "zoe"}},
                       {"t-bob", {role::student, "bob"}},
                       {"t-eve", {role::support, "eve"}}};
    serve();
    (void)post("t-ann", schedule("c-1", "s-1"));
  }

  answer post(const std::string &token, const boost::json::object &e) {
    return connect().post("/v1/commands", event_type, text(e), as(token));
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

CAF_TEST(the token decides who acts) {
  auto own = schedule("c-2", "s-2");
  own.erase("authid");
  CAF_CHECK_EQUAL(post("t-ann", own).status, 200u);
  const auto other = post("t-zoe", schedule("c-3", "s-3"));
  CAF_CHECK_EQUAL(other.status, 403u);
  CAF_CHECK_EQUAL(other.problem(), "not-allowed");
  CAF_CHECK_EQUAL(status("t-eve", "/v1/sessions/s-3"), 404u);
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
  CAF_CHECK_EQUAL(status("t-ann", "/v1/courses/math/limits?student=bob"), 403u);
  CAF_CHECK_EQUAL(status("t-ann", "/v1/accounts/tutor:ann"), 200u);
  CAF_CHECK_EQUAL(status("t-zoe", "/v1/accounts/tutor:ann"), 403u);
  CAF_CHECK_EQUAL(status("t-ann", "/v1/accounts/program:default"), 403u);
  CAF_CHECK_EQUAL(status("t-eve", "/v1/accounts/program:default"), 200u);
}

CAF_TEST(what concerns everybody is for support and system) {
  for (const auto *path :
       {"/v1/clock", "/v1/dead-letters", "/v1/notifications"}) {
    CAF_CHECK_EQUAL(status("t-ann", path), 403u);
    CAF_CHECK_EQUAL(status("t-bob", path), 403u);
    CAF_CHECK_EQUAL(status("t-eve", path), 200u);
  }
  CAF_CHECK_EQUAL(status("t-ann", "/v1/events"), 403u);
}

CAF_TEST_FIXTURE_SCOPE_END()
