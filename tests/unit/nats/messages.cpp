// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE nats_messages
#include <rapidcheck.h>

#include "gateway/nats/consumers.hpp"
#include "gateway/nats/message.hpp"
#include "workflows/utf8.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::gateway;
using namespace recapd::gateway::nats;

namespace {

constexpr auto event =
    R"({"specversion":"1.0","id":"1","source":"/t","subject":"s-1",
        "type":"recapd.participant.accept","authid":"student:bob",
        "data":{"student":"bob"})";

nats::message structured(const std::string &more = "") {
  return {.subject = "recapd.commands.7.s-1", .data = event + more + "}"};
}

std::string detail_of(const nats::message &m) {
  const auto read = decode_message(m, {});
  return read.command.has_value() ? "" : read.command.error().detail;
}

}  // namespace

CAF_TEST(the reply subject of either kind of server is understood) {
  const auto old = parse_delivery(
      "$JS.ACK.RECAPD.recapd-p1-9-2.3.11.17.1795460000000000123.4");
  CAF_REQUIRE(old.has_value());
  CAF_CHECK_EQUAL(old->consumer, "recapd-p1-9-2");
  CAF_CHECK_EQUAL(old->stream_seq, 11u);
  CAF_CHECK_EQUAL(old->consumer_seq, 17u);
  CAF_CHECK_EQUAL(old->stored_at.time_since_epoch().count(), 1795460000000000);
  const auto later = parse_delivery(
      "$JS.ACK._.hash.RECAPD.c.3.11.17.1795460000000000123.4.random");
  CAF_REQUIRE(later.has_value());
  CAF_CHECK_EQUAL(later->consumer, "c");
  CAF_CHECK_EQUAL(later->consumer_seq, 17u);
  for (const auto *text : {"", "$JS.ACK.a.b", "_INBOX.x.y.1.2.3.4.5.6",
                           "$JS.ACK.RECAPD.c.3.x.17.1.4"})
    CAF_CHECK(!parse_delivery(text));
}

CAF_TEST(a whole partition is one of which every bucket is ours) {
  storage::bucket_set ours;
  for (std::size_t b = 3; b < ours.size(); b += 8)
    ours.set(b);
  auto whole = whole_partitions(ours, 8);
  for (unsigned p = 0; p < 8; ++p)
    CAF_CHECK_EQUAL(whole[p], p == 3);
  for (const bool one : whole_partitions(ours, 4))
    CAF_CHECK(!one);
  whole = whole_partitions(ours, 16);
  CAF_CHECK(whole[3] && whole[11] && !whole[4]);
  CAF_CHECK(rc::check("a session's partition holds its bucket", [] {
    const auto session = *rc::gen::nonEmpty<std::string>();
    storage::bucket_set one;
    one.set(workflows::bucket_of(session));
    RC_ASSERT(whole_partitions(one, workflows::bucket_count)[partition_of(
        session, workflows::bucket_count)]);
  }));
}

CAF_TEST(replyto is read from the event) {
  CAF_CHECK_EQUAL(decode_message(structured(), {}).replyto, "");
  const auto read = decode_message(structured(R"(,"replyto":"a.b")"), {});
  CAF_CHECK(read.command.has_value());
  CAF_CHECK_EQUAL(read.replyto, "a.b");
}

CAF_TEST(a replyto that would do harm is refused) {
  for (const auto *good : {"a", "_INBOX.x.1", "my.recapd.outcomes"})
    CAF_CHECK(valid_replyto(good));
  for (const auto *bad : {"", " ", "a b", "a.*", ">", "a..b", ".a", "a.",
                          "$JS.ACK.x", "recapd.commands.s-1", "a\r\nPUB"})
    CAF_CHECK(!valid_replyto(bad));
  CAF_CHECK(
      detail_of(structured(R"(,"replyto":"$SYS.x")")).starts_with("replyto: "));
  CAF_CHECK(detail_of(structured(R"(,"replyto":[])")).starts_with("replyto: "));
}

CAF_TEST(a message published for another session is refused) {
  auto m = structured();
  CAF_CHECK_EQUAL(detail_of(m), "");
  m.subject = "recapd.commands.7.s-2";
  CAF_CHECK(detail_of(m).starts_with("subject: "));
}

CAF_TEST(a binary message becomes a dead letter in the structured form) {
  const nats::message m{.subject = "recapd.commands.7.s-1",
                        .headers = {{"CE-Id", "a%20b"}, {"other", "x"}},
                        .data = R"({"student":"bob"})"};
  CAF_CHECK_EQUAL(letter_text(m), R"({"id":"a b","data":{"student":"bob"}})");
}

CAF_TEST(the headers of a binary message may be quoted) {
  const nats::message m{
      .subject = "recapd.commands.7.s-1",
      .headers = {{"ce-specversion", "\"1.0\""},
                  {"ce-id", "\"a b\""},
                  {"ce-source", "\"/test\""},
                  {"ce-type", "recapd.participant.accept"},
                  {"ce-subject", "\"s-1\""},
                  {"ce-authid", "student:bob"},
                  {"ce-replyto", "\"answers.here\""},
                  {"Content-Type", "Application/merge-patch+json"}},
      .data = R"({"student":"bob"})"};
  CAF_CHECK_EQUAL(detail_of(m), "");
  CAF_CHECK_EQUAL(decode_message(m, {}).replyto, "answers.here");
  CAF_CHECK(letter_text(m).starts_with(
      R"({"specversion":"1.0","id":"a b","source":"/test",)"));
}

CAF_TEST(another charset is refused in either mode) {
  auto quoted = structured();
  quoted.headers = {{"ce-id", "x"}};
  for (auto m : {structured(), quoted}) {
    std::erase_if(m.headers,
                  [](const auto &h) { return h.first == "Content-Type"; });
    m.headers.emplace_back("Content-Type", "application/json; charset=latin1");
    CAF_CHECK(detail_of(m).starts_with("content-type: the charset"));
  }
}

CAF_TEST(a dead letter is text that the database can hold) {
  CAF_CHECK(rc::check("valid UTF-8 without NUL", [] {
    const auto bytes = *rc::gen::arbitrary<std::string>();
    const auto text =
        letter_text({.subject = {}, .reply = {}, .headers = {}, .data = bytes});
    RC_ASSERT(workflows::valid_utf8(text));
    RC_ASSERT(text.find('\0') == std::string::npos);
    if (workflows::valid_utf8(bytes) && bytes.find('\0') == std::string::npos)
      RC_ASSERT(text == bytes);
  }));
}

CAF_TEST(a letter has no NUL wherever it stood) {
  auto m = structured();
  m.data = std::string("\xc3\xa9\0a", 4);
  CAF_CHECK_EQUAL(letter_text(m), "\xc3\xa9\xef\xbf\xbd"
                                  "a");
}
