// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE cloudevents
#include "gateway/wire/cloudevent.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "gateway/wire/outgoing.hpp"
#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd;
using namespace recapd::gateway;
namespace json = boost::json;

namespace {

const arrival trusted{.who = {}, .received_at = test::first_moment()};

decoded decode(const json::object &e, const arrival &how = trusted) {
  return decode_structured(json::serialize(e), how);
}

json::object good() {
  return test::event("c-1", "participant.accept", "s-1", "student:bob",
                     R"({"student":"bob"})");
}

json::object with(std::string_view name, json::value v) {
  auto e = good();
  e[name] = std::move(v);
  return e;
}

json::object without(std::string_view name) {
  auto e = good();
  e.erase(name);
  return e;
}

bool malformed(const json::object &e) {
  const auto d = decode(e);
  return !d.has_value() && d.error().code == workflows::refusal_code::malformed
         && !d.error().detail.empty();
}

constexpr auto trace =
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

decoded binary(std::vector<std::pair<std::string_view, std::string_view>> h,
               std::string_view body = R"({"student":"bob"})") {
  std::vector<std::pair<std::string_view, std::string_view>> all{
      {"ce-specversion", "1.0"}, {"CE-Id", "c-1"},
      {"ce-source", "/test"},    {"ce-type", "recapd.participant.accept"},
      {"ce-subject", "s-1"},     {"ce-authid", "student:bob"}};
  all.insert(all.end(), h.begin(), h.end());
  return decode_binary(all, body, trusted);
}

}  // namespace

CAF_TEST(a whole event becomes a submission) {
  auto e = good();
  e["traceparent"] = trace;
  const auto d = decode(e);
  CAF_REQUIRE(d.has_value());
  CAF_CHECK_EQUAL((*d).id, "c-1");
  CAF_CHECK_EQUAL((*d).source, "/test");
  CAF_CHECK_EQUAL((*d).session, "s-1");
  CAF_CHECK_EQUAL(workflows::to_string((*d).by), "student:bob");
  CAF_CHECK((*d).received_at == test::first_moment());
  CAF_CHECK_EQUAL((*d).traceparent, trace);
  CAF_CHECK((*d).what
            == workflows::command{workflows::accept_invitation{"bob"}});
}

CAF_TEST(any extension attribute is taken) {
  CAF_CHECK(decode(with("authtype", "user")).has_value());
  CAF_CHECK(decode(with("partitionkey", 7)).has_value());
  CAF_CHECK(decode(with("urgent", true)).has_value());
  CAF_CHECK(decode(with("aname23charactersinlength", "x")).has_value());
  CAF_CHECK(decode(with("traceparent", "nonsense")).has_value());
  CAF_CHECK(decode(with("traceparent", 1)).has_value());
  CAF_CHECK_EQUAL(
      std::string{(*decode(with("traceparent", "nonsense"))).traceparent}, "");
}

CAF_TEST(an absent attribute may be written as null) {
  CAF_CHECK(decode(with("time", nullptr)).has_value());
  CAF_CHECK(decode(with("data_base64", nullptr)).has_value());
}

CAF_TEST(an event that misses what is required is malformed) {
  for (const auto *name :
       {"specversion", "id", "source", "type", "subject", "authid", "data"})
    CAF_CHECK(malformed(without(name)));
}

CAF_TEST(a wrong attribute is malformed) {
  const std::vector<std::pair<std::string_view, json::value>> wrong{
      {"specversion", "0.3"},
      {"specversion", 1.0},
      {"id", ""},
      {"id", 7},
      {"id", "two\nlines"},
      {"id", json::string(1025, 'x')},
      {"source", ""},
      {"source", json::string(1025, 'x')},
      {"type", "session.schedule"},
      {"type", "recapd."},
      {"type", "recapd.timers.fire"},
      {"type", "recapd.session.explode"},
      {"subject", ""},
      {"subject", "a b"},
      {"subject", json::string(65, 'x')},
      {"time", "yesterday"},
      {"time", "2026-11-23T14:00:00"},
      {"datacontenttype", "text/plain"},
      {"authid", "bob"},
      {"authid", "boss:bob"},
      {"authid", "tutor:"},
      {"authid", 1},
      {"data_base64", "e30="},
      {"data", "{}"},
      {"data", json::object{}},
      {"data", json::object{{"student", "bob"}, {"more", 1}}}};
  for (const auto &[name, value] : wrong) {
    CAF_MESSAGE(name << " = " << json::serialize(value));
    CAF_CHECK(malformed(with(name, value)));
  }
}

CAF_TEST(the identity of a malformed event is told where it can be read) {
  const auto d = decode(with("type", "nonsense"));
  CAF_REQUIRE(!d.has_value());
  CAF_CHECK_EQUAL(std::string{d.error().id.value_or("")}, "c-1");
  const auto o = outcome_of(decode(with("id", "")).error());
  CAF_CHECK(o.at("id").is_null());
  CAF_CHECK_EQUAL(o.at("source").as_string(), "/test");
  CAF_CHECK_EQUAL(o.at("outcome").as_string(), "refused");
  CAF_CHECK(o.at("session").is_null());
  CAF_CHECK_EQUAL(o.at("refusals").at(0).at("code").as_string(), "malformed");
}

CAF_TEST(a member that appears twice makes an event malformed) {
  const auto d = decode_structured(
      R"({"specversion":"1.0","id":"a","source":"/t","id":"b"})", trusted);
  CAF_REQUIRE(!d.has_value());
  CAF_CHECK(!d.error().not_json);
}

CAF_TEST(an event larger than 64 KiB is malformed) {
  auto e = with("padding", json::string(64 * 1024, 'x'));
  CAF_CHECK(malformed(e));
  e["padding"] = json::string(60 * 1024, 'x');
  CAF_CHECK(decode(e).has_value());
}

CAF_TEST(the digest covers who says what and nothing else) {
  const auto base = (*decode(good())).content;
  CAF_CHECK((*decode(with("time", "2026-01-01T00:00:00Z"))).content == base);
  CAF_CHECK((*decode(with("id", "other"))).content == base);
  CAF_CHECK((*decode(with("traceparent", trace))).content == base);
  CAF_CHECK((*decode(with("subject", "s-2"))).content != base);
  CAF_CHECK((*decode(with("authid", "system:x"))).content != base);
  CAF_CHECK((*decode(with("type", "recapd.participant.decline"))).content
            != base);
  CAF_CHECK((*decode(with("data", json::object{{"student", "eve"}}))).content
            != base);
}

CAF_TEST(a proven caller needs no authid and may not name another) {
  const arrival bob{.who = {workflows::person{workflows::role::student, "bob"}},
                    .received_at = {}};
  const auto own = decode(without("authid"), bob);
  CAF_REQUIRE(own.has_value());
  CAF_CHECK_EQUAL(workflows::to_string((*own).by), "student:bob");
  CAF_CHECK((*own).content == (*decode(good())).content);
  const auto other = decode(with("authid", "student:eve"), bob);
  CAF_REQUIRE(!other.has_value());
  CAF_CHECK(other.error().code == workflows::refusal_code::not_allowed);
}

CAF_TEST(the binary mode says the same in header fields) {
  const auto d = binary({});
  CAF_REQUIRE(d.has_value());
  CAF_CHECK((*d).content == (*decode(good())).content);
  CAF_CHECK_EQUAL((*d).session, "s-1");
}

CAF_TEST(the binary mode resolves percent - encoded values) {
  const auto d = binary({{"ce-time", "2026-11-23T14%3A00%3A00Z"}});
  CAF_CHECK(d.has_value());
  CAF_CHECK(!binary({{"ce-time", "%zz"}}).has_value());
  CAF_CHECK(!binary({{"ce-time", "%00"}}).has_value());
}

CAF_TEST(a field given twice is malformed in the binary mode) {
  CAF_CHECK(!binary({{"ce-id", "c-2"}}).has_value());
}

CAF_TEST(the binary mode needs a body that is JSON) {
  CAF_CHECK(!binary({}, "").has_value());
  CAF_CHECK(!binary({}, "{").has_value());
  CAF_CHECK(!binary({}, "[]").has_value());
}

CAF_TEST(what is handed to another node decodes to the same command) {
  auto e = test::event("c-1", "session.complete", "s-1", "tutor:ann",
                       R"({"minutes":60,"leave_call":true,"recap":{
                       "topics_covered":"ä\n\"Ω","how_tutee_did":"",
                       "next_steps":""}})");
  e["traceparent"] = trace;
  const auto first = decode(e);
  CAF_REQUIRE(first.has_value());
  const auto again = decode_structured(encode_structured(*first), trusted);
  CAF_REQUIRE(again.has_value());
  CAF_CHECK((*again).content == (*first).content);
  CAF_CHECK_EQUAL((*again).id, "c-1");
  CAF_CHECK_EQUAL((*again).source, (*first).source);
  CAF_CHECK_EQUAL((*again).session, "s-1");
  CAF_CHECK((*again).by == (*first).by);
  CAF_CHECK_EQUAL((*again).traceparent, trace);
}

CAF_TEST(what is sent carries the trace and stable ids) {
  const storage::event_row row{
      .seq = 3,
      .type = "session.completed",
      .at = test::first_moment(),
      .by = "tutor:ann",
      .data = R"({"v":1})",
      .notifications =
          R"([{"kind":"session_completed","to":"tutor:ann","data":{"x":1}},
          {"kind":"session_completed","to":"student:bob","data":{}}])",
      .traceparent = trace};
  storage::feed_row in_feed{.session = "s-1", .event = row};
  const auto e = event_out(in_feed);
  CAF_CHECK_EQUAL(e.at("id").as_string(), "s-1:3");
  CAF_CHECK_EQUAL(e.at("type").as_string(), "recapd.event.session.completed");
  CAF_CHECK_EQUAL(e.at("traceparent").as_string(), trace);
  in_feed.event.draw = 0x0123abcd;
  const auto sent = notifications_out(in_feed);
  CAF_REQUIRE_EQUAL(sent.size(), 2u);
  CAF_CHECK_EQUAL(sent[1].at("id").as_string(), "s-1:3-0123abcd:1");
  CAF_CHECK_EQUAL(sent[0].at("type").as_string(),
                  "recapd.notify.session_completed");
  CAF_CHECK_EQUAL(json::serialize(sent[0].at("data")),
                  R"({"to":"tutor:ann","x":1})");
  CAF_CHECK(history_view(row).at("command").is_null());
}
CAF_TEST(the value of a header field may stand in quotes) {
  const std::vector<std::pair<std::string, std::string>> values{
      {R"("s1")", "s1"},
      {R"( "a b" )", "a b"},
      {R"("a\"b\\c")", R"(a"b\c)"},
      {R"("a%20b")", "a b"},
      {R"("")", ""},
      {"a%22b", "a\"b"},
      {R"(a"b")", R"(a"b")"},
      {R"("\%20")", " "},
      {"", ""}};
  for (const auto &[field, value] : values) {
    CAF_MESSAGE(field);
    CAF_CHECK_EQUAL(attribute_value(field).value_or("broken"), value);
  }
  for (const auto *field : {"\"", "\"a", R"("a"b")", R"("a\")", R"("a" b)", "%",
                            "%4", "%00", "%ff", "\xff"})
    CAF_CHECK(!attribute_value(field));
}
