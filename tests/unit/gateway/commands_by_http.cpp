// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE commands_by_http
#include <boost/json/array.hpp>

#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd;
using namespace recapd::gateway;
using namespace recapd::gateway::http;
using namespace recapd::gateway::test;
namespace json = boost::json;

namespace {

struct fixture : world {
  fixture() { serve(); }

  answer batch(const std::string &body) {
    return connect().post("/v1/commands", batch_type, body);
  }
};

std::string many(int n, int from = 0) {
  json::array all;
  for (int i = from; i < from + n; ++i) {
    const auto k = std::to_string(i);
    all.push_back(schedule("c-" + k, "s-" + k));
  }
  return text(all);
}

}  // namespace

CAF_TEST_FIXTURE_SCOPE(command_tests, fixture)

CAF_TEST(an accepted command is answered with its outcome) {
  const auto a = submit(schedule("c-1", "s-1"));
  CAF_CHECK_EQUAL(a.status, 200u);
  CAF_CHECK_EQUAL(a.header("content-type"), "application/json");
  const auto o = a.json();
  CAF_CHECK_EQUAL(o.at("outcome").as_string(), "accepted");
  CAF_CHECK_EQUAL(o.at("id").as_string(), "c-1");
  CAF_CHECK_EQUAL(o.at("source").as_string(), "/test");
  CAF_CHECK_EQUAL(o.at("duplicate").as_bool(), false);
  CAF_CHECK_EQUAL(o.at("session").at("state").as_string(), "scheduled");
}

CAF_TEST(a repeated command is answered as before) {
  const auto first = submit(schedule("c-1", "s-1")).json();
  const auto again = submit(schedule("c-1", "s-1"));
  CAF_CHECK_EQUAL(again.status, 200u);
  CAF_CHECK_EQUAL(again.json().at("duplicate").as_bool(), true);
  CAF_CHECK(again.json().at("session") == first.at("session"));
}

CAF_TEST(a refused command is a problem with the members of the outcome) {
  const auto e =
      event("c-1", "session.cancel", "none", "tutor:ann", R"({"reason":"x"})");
  const auto a = submit(e);
  CAF_CHECK_EQUAL(a.status, 404u);
  CAF_CHECK_EQUAL(a.problem(), "unknown-session");
  const auto o = a.json();
  CAF_CHECK_EQUAL(o.at("status").as_int64(), 404);
  CAF_CHECK_EQUAL(o.at("outcome").as_string(), "refused");
  CAF_CHECK_EQUAL(o.at("id").as_string(), "c-1");
  CAF_CHECK_EQUAL(o.at("refusals").at(0).at("code").as_string(),
                  "unknown-session");
  CAF_CHECK(o.at("detail") == o.at("refusals").at(0).at("detail"));
  const auto again = submit(e);
  CAF_CHECK_EQUAL(again.status, 404u);
  CAF_CHECK_EQUAL(again.json().at("duplicate").as_bool(), true);
}

CAF_TEST(the same identity with other content is refused) {
  (void)submit(schedule("c-1", "s-1"));
  const auto a = submit(schedule("c-1", "s-2"));
  CAF_CHECK_EQUAL(a.status, 422u);
  CAF_CHECK_EQUAL(a.problem(), "id-reused");
}

CAF_TEST(a malformed command leaves no trace) {
  auto e = schedule("c-1", "s-1");
  e["type"] = "recapd.nothing";
  const auto a = submit(e);
  CAF_CHECK_EQUAL(a.status, 400u);
  CAF_CHECK_EQUAL(a.problem(), "malformed");
  CAF_CHECK_EQUAL(a.json().at("id").as_string(), "c-1");
  CAF_CHECK_EQUAL(a.json().at("refusals").at(0).at("code").as_string(),
                  "malformed");
  CAF_CHECK_EQUAL(store()->list_dead_letters(0, 10).size(), 0u);
  CAF_CHECK_EQUAL(submit(schedule("c-1", "s-1")).status, 200u);
}

CAF_TEST(the binary mode does the same) {
  const auto data = text(schedule("c-1", "s-1").at("data"));
  const field_list fields{
      {"ce-specversion", "1.0"}, {"ce-id", "c%2D1"},
      {"ce-source", "/test"},    {"ce-type", "recapd.session.schedule"},
      {"ce-subject", "s-1"},     {"ce-authid", "tutor:ann"}};
  const auto a = connect().post(
      "/v1/commands", "application/json; charset=utf-8", data, fields);
  CAF_CHECK_EQUAL(a.status, 200u);
  CAF_CHECK_EQUAL(submit(schedule("c-1", "s-1")).json().at("duplicate"),
                  json::value(true));
}

CAF_TEST(the binary mode takes quoted values and every kind of JSON) {
  const auto data = text(schedule("c-1", "s-1").at("data"));
  const auto send = [&](const std::string &type, const std::string &quote) {
    return connect().post("/v1/commands", type, data,
                          {{"ce-specversion", quote + "1.0" + quote},
                           {"ce-id", quote + "c-1" + quote},
                           {"ce-source", quote + "/test" + quote},
                           {"CE-Type", "recapd.session.schedule"},
                           {"ce-subject", quote + "s-1" + quote},
                           {"ce-authid", "tutor:ann"}});
  };
  for (const auto *type :
       {"application/json", "Application/JSON", "application/merge-patch+json",
        "text/json", "application/vnd.a+json; charset=\"UTF-8\"",
        "application/json;charset=utf-8"}) {
    CAF_MESSAGE(type);
    CAF_CHECK_EQUAL(send(type, "").status, 200u);
    CAF_CHECK_EQUAL(send(type, "\"").json().at("duplicate"), true);
  }
  for (const auto *type :
       {"application/json; charset=latin1", "application/xml", "text/plain",
        "application/cloudevents-other+json", "application/+xml", ""})
    CAF_CHECK_EQUAL(send(type, "").status, 415u);
}

CAF_TEST(media types that we do not read are refused) {
  const auto body = text(schedule("c-1", "s-1"));
  for (const auto *type :
       {"application/json", "text/plain", "application/cloudevents+xml",
        "application/cloudevents+json; charset=latin1", ""})
    CAF_CHECK_EQUAL(connect().post("/v1/commands", type, body).status, 415u);
  CAF_CHECK_EQUAL(connect()
                      .post("/v1/commands",
                            "application/cloudevents+json; charset=UTF-8", body)
                      .status,
                  200u);
}

CAF_TEST(a batch is answered in its order) {
  json::array all;
  all.push_back(schedule("c-1", "s-1"));
  all.push_back(
      event("c-2", "session.cancel", "none", "tutor:ann", R"({"reason":"x"})"));
  all.push_back("not an event");
  all.push_back(event("c-3", "participant.accept", "s-1", "student:bob",
                      R"({"student":"bob"})"));
  all.push_back(schedule("c-1", "s-1"));
  const auto a = batch(text(all));
  CAF_CHECK_EQUAL(a.status, 200u);
  const auto out = a.json().as_array();
  CAF_REQUIRE_EQUAL(out.size(), 5u);
  CAF_CHECK_EQUAL(out[0].at("outcome").as_string(), "accepted");
  CAF_CHECK_EQUAL(out[1].at("outcome").as_string(), "refused");
  CAF_CHECK_EQUAL(out[2].at("refusals").at(0).at("code").as_string(),
                  "malformed");
  CAF_CHECK(out[2].at("id").is_null());
  CAF_CHECK_EQUAL(out[3].at("id").as_string(), "c-3");
  CAF_CHECK_EQUAL(out[3].at("outcome").as_string(), "accepted");
  CAF_CHECK_EQUAL(out[4].at("duplicate").as_bool(), true);
}

CAF_TEST(a member of a batch with a member twice is refused alone) {
  const auto good = text(schedule("c-1", "s-1"));
  const auto a = batch("[{\"id\":\"x\",\"id\":\"y\"}," + good + "]");
  CAF_CHECK_EQUAL(a.status, 200u);
  CAF_CHECK_EQUAL(a.json().at(0).at("outcome").as_string(), "refused");
  CAF_CHECK_EQUAL(a.json().at(1).at("outcome").as_string(), "accepted");
}

CAF_TEST(a batch that is no JSON array takes nothing) {
  const auto good = text(schedule("c-1", "s-1"));
  for (const auto &body : {std::string{"{}"}, std::string{}, "[" + good,
                           "[" + good + ",nope]", "[" + good + "] x"}) {
    const auto a = batch(body);
    CAF_CHECK_EQUAL(a.status, 400u);
    CAF_CHECK_EQUAL(a.problem(), "malformed");
  }
  CAF_CHECK_EQUAL(connect().get("/v1/sessions/s-1").status, 404u);
}

CAF_TEST(a batch has at most a thousand events and may have none) {
  CAF_CHECK_EQUAL(batch("[]").body, "[]");
  const auto full = batch(many(1000));
  CAF_CHECK_EQUAL(full.status, 200u);
  CAF_CHECK_EQUAL(full.json().as_array().size(), 1000u);
  CAF_CHECK_EQUAL(batch(many(1001, 1000)).status, 413u);
  CAF_CHECK_EQUAL(connect().get("/v1/sessions/s-1000").status, 404u);
}

CAF_TEST(a draining engine sends commands away) {
  engine->drain();
  const auto a = submit(schedule("c-1", "s-1"));
  CAF_CHECK_EQUAL(a.status, 503u);
  CAF_CHECK_EQUAL(a.problem(), "unavailable");
  CAF_CHECK_EQUAL(a.header("retry-after"), "1");
  CAF_CHECK_EQUAL(batch(many(3)).status, 503u);
}

CAF_TEST(behind a command that is not answered none of its session is decided) {
  server->stop();
  lose_one();
  serve();
  const auto accept = event("c-2", "participant.accept", "s-1", "student:bob",
                            R"({"student":"bob"})");
  const auto all = text(
      json::array{schedule("c-lost", "s-1"), accept, schedule("c-3", "s-3")});
  CAF_CHECK_EQUAL(batch(all).status, 503u);
  std::string words;
  const auto again = batch(all);
  for (const auto &o : again.json().as_array())
    words += text(o.at("outcome")) + (o.at("duplicate").as_bool() ? "! " : " ");
  CAF_CHECK_EQUAL(words, R"("accepted" "accepted" "accepted"! )");
}

CAF_TEST(nor is one that comes late in a great batch) {
  server->stop();
  lose_one();
  serve();
  json::array all{schedule("c-lost", "s-1")};
  for (int i = 0; i < 998; ++i)
    all.push_back(schedule("c-" + std::to_string(i), "t-" + std::to_string(i)));
  all.push_back(event("c-last", "participant.accept", "s-1", "student:bob",
                      R"({"student":"bob"})"));
  CAF_CHECK_EQUAL(batch(text(all)).status, 503u);
  const auto again = batch(text(all)).json().as_array();
  CAF_CHECK_EQUAL(again.back().at("outcome").as_string(), "accepted");
}

CAF_TEST_FIXTURE_SCOPE_END()
