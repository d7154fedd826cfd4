// The inbox and the dead letters.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE inboxes
#include "worlds.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;

namespace {

dead_letter letter(const std::string &event) {
  return {.id = 0,
          .event = event,
          .reason = "it is no event",
          .code = "malformed",
          .ingress = "inbox",
          .received_at = at(1),
          .at = at(2)};
}

std::string texts(const std::vector<inbox_row> &rows) {
  std::string out;
  for (const auto &row : rows)
    out += std::to_string(row.seq) + row.event + " ";
  return out;
}

}  // namespace

STORE_TEST(inbox rows come in order with the manual clocks time) {
  w.s->save_manual_clock(at(1));
  w.s->insert_inbox("a");
  w.s->save_manual_clock(at(7));
  w.s->insert_inbox("b");
  w.s->insert_inbox("c");
  const auto rows = w.s->read_inbox(0, 10);
  CAF_CHECK_EQUAL(texts(rows), "1a 2b 3c ");
  CAF_CHECK(rows[0].received_at == at(1));
  CAF_CHECK(rows[1].received_at == at(7));
  CAF_CHECK_EQUAL(texts(w.s->read_inbox(0, 2)), "1a 2b ");
  CAF_CHECK_EQUAL(texts(w.s->read_inbox(2, 2)), "3c ");
}

STORE_TEST(of another nodes rows only the seqs are read) {
  w.s->save_manual_clock(at(1));
  w.s->insert_inbox(R"({"subject": "s1", "data": {"subject": "s2"}})");
  w.s->forward(std::vector<inbox_row>{{.seq = 0,
                                       .ours = true,
                                       .event = R"({"subject": "s2"})",
                                       .received_at = at(5)}});
  w.s->insert_inbox("no event at all");
  bucket_set ours;
  ours.set(recapd::workflows::bucket_of("s2"));
  const auto rows = w.s->read_inbox(0, 10, ours);
  CAF_REQUIRE_EQUAL(rows.size(), 3u);
  CAF_CHECK_EQUAL(texts(rows), "1 2{\"subject\": \"s2\"} 3 ");
  CAF_CHECK(!rows[0].ours);
  CAF_CHECK(rows[1].ours);
  CAF_CHECK(rows[1].received_at == at(5));
  ours.reset().set(0);
  CAF_CHECK(w.s->read_inbox(2, 10, ours)[0].ours);
}

STORE_TEST(rows of every session lie in the bucket the program computes) {
  w.s->save_manual_clock(at(1));
  for (int i = 0; i < 40; ++i) {
    const auto id = std::string(static_cast<std::size_t>(i % 9) + 1, 'Z') + "_-"
                    + std::to_string(i * 7919);
    w.s->insert_inbox("{\"subject\":\"" + id + "\"}");
    bucket_set ours;
    ours.set(recapd::workflows::bucket_of(id));
    CAF_CHECK(w.s->read_inbox(i, 1, ours).at(0).ours);
    CAF_CHECK(!w.s->read_inbox(i, 1, ~ours).at(0).ours);
  }
}

STORE_TEST(the commit that decides a row takes it away) {
  w.s->save_manual_clock(at(0));
  for (const auto *text : {"a", "b", "c", "d"})
    w.s->insert_inbox(text);
  auto accepted = accepts("c1", moves("s1", 1));
  accepted.inbox_seq = 1;
  auto refused = refuses("c2", "s2");
  refused.inbox_seq = 3;
  commit duplicate;
  duplicate.session = "s3";
  duplicate.inbox_seq = 4;
  CAF_CHECK_EQUAL(append(*w.s, {accepted, refused, duplicate}), "ok ok ok");
  CAF_CHECK_EQUAL(texts(w.s->read_inbox(0, 10)), "2b ");
}

STORE_TEST(a dead letter that is written twice is there once) {
  auto first = letter("{bad");
  first.ingress = "nats";
  first.origin = "RECAPD 7 1";
  auto again = first;
  again.at = at(9);
  auto other = first;
  other.origin = "RECAPD 7 2";
  for (const auto &one : {first, again, other, again})
    w.s->write_dead_letter(one, std::nullopt);
  // A letter without an origin is never the same as another.
  w.s->write_dead_letter(letter("x"), std::nullopt);
  w.s->write_dead_letter(letter("x"), std::nullopt);
  const auto letters = w.s->list_dead_letters(0, 10);
  CAF_REQUIRE_EQUAL(letters.size(), 4u);
  CAF_CHECK_EQUAL(letters[0].origin, "RECAPD 7 1");
  CAF_CHECK(letters[0].at == at(2));
  CAF_CHECK_EQUAL(letters[1].origin, "RECAPD 7 2");
  CAF_CHECK_EQUAL(letters[3].origin, "");
}

STORE_TEST(a letter that fails again is the same letter) {
  w.s->save_manual_clock(at(1));
  w.s->insert_inbox("{bad");
  w.s->write_dead_letter(letter("{bad"), 1);
  w.s->write_dead_letter(letter("other"), std::nullopt);
  const auto before = w.s->list_dead_letters(0, 10);
  CAF_REQUIRE(w.s->retry_dead_letter(before[0].id) == letter_retry::moved);
  const auto rows = w.s->read_inbox(0, 10);
  CAF_REQUIRE_EQUAL(rows.size(), 1u);
  auto again = letter("{bad");
  again.reason = "it is still no event";
  again.at = at(9);
  w.s->write_dead_letter(again, rows[0].seq);
  const auto after = w.s->list_dead_letters(0, 10);
  CAF_REQUIRE_EQUAL(after.size(), 2u);
  CAF_CHECK_EQUAL(after[0].id, before[0].id);
  CAF_CHECK_EQUAL(after[0].reason, "it is still no event");
  CAF_CHECK(after[0].at == at(9));
  w.s->write_dead_letter(letter("new"), std::nullopt);
  CAF_CHECK(w.s->list_dead_letters(0, 10)[2].id > before[1].id);
}

STORE_TEST(a row that became a dead letter leaves the inbox and can come back) {
  w.s->save_manual_clock(at(1));
  w.s->insert_inbox("{bad");
  w.s->write_dead_letter(letter("{bad"), 1);
  w.s->write_dead_letter(letter("other"), std::nullopt);
  CAF_CHECK(w.s->read_inbox(0, 10).empty());
  const auto letters = w.s->list_dead_letters(0, 10);
  CAF_REQUIRE_EQUAL(letters.size(), 2u);
  CAF_CHECK_EQUAL(letters[0].event, "{bad");
  CAF_CHECK_EQUAL(letters[0].reason, "it is no event");
  CAF_CHECK_EQUAL(letters[0].code, "malformed");
  CAF_CHECK_EQUAL(letters[0].ingress, "inbox");
  CAF_CHECK(letters[0].received_at == at(1));
  CAF_CHECK(letters[0].at == at(2));
  CAF_CHECK_EQUAL(w.s->list_dead_letters(letters[0].id, 10).size(), 1u);
  CAF_CHECK_EQUAL(w.s->list_dead_letters(0, 1).size(), 1u);

  w.s->save_manual_clock(at(50));
  CAF_CHECK(w.s->retry_dead_letter(letters[0].id) == letter_retry::moved);
  CAF_CHECK(w.s->retry_dead_letter(letters[0].id) == letter_retry::absent);
  CAF_CHECK_EQUAL(w.s->list_dead_letters(0, 10).size(), 1u);
  const auto rows = w.s->read_inbox(0, 10);
  CAF_REQUIRE_EQUAL(rows.size(), 1u);
  CAF_CHECK_EQUAL(rows[0].event, "{bad");
  // A letter that is tried again is decided by the moment it first came.
  CAF_CHECK(rows[0].received_at == at(1));
}

STORE_TEST(what was going out is no row of the inbox again) {
  auto one = letter("{}");
  one.direction = letter_direction::out;
  w.s->write_dead_letter(one, std::nullopt);
  w.s->write_dead_letter(letter("{}"), std::nullopt);
  const auto letters = w.s->list_dead_letters(0, 10);
  CAF_REQUIRE_EQUAL(letters.size(), 2u);
  CAF_CHECK(letters[0].direction == letter_direction::out);
  CAF_CHECK(letters[1].direction == letter_direction::in);
  CAF_CHECK(w.s->retry_dead_letter(letters[0].id) == letter_retry::outgoing);
  CAF_CHECK_EQUAL(w.s->list_dead_letters(0, 10).size(), 2u);
  CAF_CHECK(w.s->read_inbox(0, 10).empty());
}
