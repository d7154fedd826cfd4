// Erasing what one person wrote.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE erasing
#include "storage/erasing.hpp"

#include <set>

#include "worlds.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;
using recapd::workflows::person;
using recapd::workflows::role;

namespace {

const person ann{role::tutor, "ann"}, bob{role::student, "bob"},
    eve{role::support, "eve"}, ada{role::admin, "ada"};

erasure of(const person &who) {
  return {.who = who, .by = ada, .at = at(90)};
}

event_row wrote(int seq, const std::string &type, const person &by,
                const std::string &data, const std::string &told = {}) {
  return {.seq = seq,
          .type = type,
          .at = at(seq),
          .by = recapd::workflows::to_string(by),
          .data = "{\"v\":1," + data + "}",
          .notifications = told};
}

std::string recap(const std::string &words) {
  return R"("recap":{"topics_covered":")" + words
         + R"(","how_tutee_did":"","next_steps":")" + words + "\"}";
}

commit says(const std::string &session, event_row e) {
  auto c = moves(session, e.seq);
  c.events = {std::move(e)};
  if (c.row) c.new_students = {"bob"};
  return c;
}

/// A command of the inbox, whose stored outcome shows both recaps.
commit by_inbox(commit c) {
  const auto id = "c-" + c.session;
  c = accepts(id, std::move(c));
  c.outcome->told_for = std::chrono::hours{1};
  c.outcome->who = c.events.front().by;
  c.outcome->outcome =
      R"({"id":"c","session":{"tutor":"ann","tutor_recap":{"topics_covered":)"
      R"("fractions","how_tutee_did":"","next_steps":"fractions"},)"
      R"("participants":[{"student":"bob","recap":{"topics_covered":"decimals",)"
      R"("how_tutee_did":"","next_steps":"decimals"}}]}})";
  return c;
}

/// A session of ann's and bob's in which everybody wrote, eve last.
void write_all(store &s, const std::string &id) {
  CAF_REQUIRE_EQUAL(
      append(
          s,
          {says(id, wrote(1, "tutor_recap.submitted", ann, recap("fractions"))),
           by_inbox(says(id, wrote(2, "student_recap.submitted", bob,
                                   R"("student":"bob",)" + recap("decimals")))),
           says(id,
                wrote(3, "session.update_denied", eve, R"("note":"refused")",
                      R"([{"kind":"support_denied","to":"tutor:ann",)"
                      R"("data":{"tutor":"ann","note":"refused"}}])"))}),
      "ok ok ok");
}

std::string all_of(store &s, const std::string &id) {
  std::string all;
  for (const auto &e : s.history(id))
    all += e.type + e.data + e.notifications + "\n";
  const std::vector<command_key> key{{"app", "c-" + id}};
  if (const auto row = s.find_outcomes(key).front()) all += row->outcome;
  return all;
}

bool contains(const std::string &all, std::string_view part) {
  return all.find(part) != std::string::npos;
}

std::string ids_of(store &s, const person &who, int limit) {
  std::set<std::string> sorted;
  std::string after;
  do {
    const auto found = s.find_written(who, after, limit);
    sorted.insert(found.ids.begin(), found.ids.end());
    after = found.next;
  } while (!after.empty());
  std::string all;
  for (const auto &id : sorted)
    all += id + " ";
  return all;
}

}  // namespace

STORE_TEST(what one person wrote is erased and what others wrote stays) {
  write_all(*w.s, "s1");
  const auto before = w.s->history("s1");
  CAF_CHECK(w.s->erase_texts("s1", of(bob)));
  auto all = all_of(*w.s, "s1");
  CAF_CHECK(!contains(all, "decimals"));
  CAF_CHECK(contains(all, "fractions"));
  CAF_CHECK(contains(all, "refused"));
  CAF_CHECK(contains(all, R"("next_steps":"[erased]")"));
  CAF_CHECK(contains(all, R"("figures":{"characters":16,"words":1})"));
  CAF_CHECK(contains(all, R"(person.erased{"v":1,"who":"student:bob"})"));

  CAF_CHECK(w.s->erase_texts("s1", of(ann)));
  CAF_CHECK(w.s->erase_texts("s1", of(eve)));
  all = all_of(*w.s, "s1");
  for (const auto *word : {"decimals", "fractions", "refused"})
    CAF_CHECK(!contains(all, word));
  CAF_CHECK(contains(all, R"("data":{"tutor":"ann","note":"[erased]"})"));

  const auto after = w.s->history("s1");
  CAF_REQUIRE_EQUAL(after.size(), 6u);
  for (std::size_t i = 0; i < before.size(); ++i) {
    CAF_CHECK_EQUAL(after[i].seq, before[i].seq);
    CAF_CHECK_EQUAL(after[i].draw, before[i].draw);
    CAF_CHECK_EQUAL(after[i].by, before[i].by);
    CAF_CHECK_EQUAL(after[i].command_id, before[i].command_id);
    CAF_CHECK(after[i].at == before[i].at);
  }
  CAF_CHECK_EQUAL(after[5].by, "admin:ada");
  CAF_CHECK(after[5].at == at(90));
  CAF_CHECK(w.s->find_outcomes(std::vector<command_key>{{"app", "c-s1"}})[0]);
}

STORE_TEST(an erasure that finds nothing writes nothing) {
  write_all(*w.s, "s1");
  CAF_CHECK(w.s->erase_texts("s1", of(bob)));
  CAF_CHECK(!w.s->erase_texts("s1", of(bob)));
  CAF_CHECK(!w.s->erase_texts("s1", of(person{role::student, "cal"})));
  CAF_CHECK(!w.s->erase_texts("none", of(bob)));
  CAF_CHECK_EQUAL(version_of(*w.s, "s1"), 4);
  CAF_CHECK_EQUAL(append(*w.s, {moves("s1", 5)}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {moves("s1", 4)}), "version_conflict");
  CAF_CHECK(!w.s->erase_texts("s1", of(bob)));
}

STORE_TEST(sessions in which somebody wrote are found in parts) {
  for (const auto *id : {"s1", "s2", "s3"})
    write_all(*w.s, id);
  auto other = moves("s4", 1);
  other.row->tutor = "zoe";
  CAF_REQUIRE_EQUAL(append(*w.s, {other}), "ok");
  for (const int limit : {1, 2, 3, 100})
    for (const auto &who : {ann, bob, eve})
      CAF_CHECK_EQUAL(ids_of(*w.s, who, limit), "s1 s2 s3 ");
  CAF_CHECK_EQUAL(ids_of(*w.s, {role::tutor, "eve"}, 2), "");
  CAF_CHECK_EQUAL(ids_of(*w.s, {role::support, "ann"}, 2), "");
}

STORE_TEST(texts of letters and waiting rows are replaced in their place) {
  w.s->save_manual_clock(at(1));
  w.s->insert_inbox("a");
  w.s->insert_inbox("b");
  w.s->forward(std::vector<inbox_row>{{.event = "c", .received_at = at(2)}});
  w.s->replace_waiting(1, "[erased]");
  w.s->replace_waiting(3, "{\"x\":\"[erased]\"}");
  w.s->replace_waiting(9, "[erased]");
  const auto rows = w.s->read_inbox(0, 9);
  CAF_REQUIRE_EQUAL(rows.size(), 3u);
  CAF_CHECK_EQUAL(rows[0].event, "[erased]");
  CAF_CHECK(rows[0].received_at == at(1));
  CAF_CHECK_EQUAL(rows[1].event, "b");
  CAF_CHECK_EQUAL(rows[2].event, "{\"x\":\"[erased]\"}");
  CAF_CHECK(rows[2].taken);

  w.s->write_dead_letter({.event = "d",
                          .reason = "why",
                          .code = "malformed",
                          .ingress = "inbox",
                          .received_at = at(1),
                          .at = at(2)},
                         std::nullopt);
  w.s->replace_letter(1, "[erased]");
  w.s->replace_letter(2, "[erased]");
  const auto letters = w.s->list_dead_letters(0, 9);
  CAF_REQUIRE_EQUAL(letters.size(), 1u);
  CAF_CHECK_EQUAL(letters[0].event, "[erased]");
  CAF_CHECK_EQUAL(letters[0].reason, "why");
}

CAF_TEST(a message loses the texts of its sender and nothing else) {
  const auto erased = [](std::string text, const person &who) {
    erase_from_message(text, who);
    return text;
  };
  const std::string theirs =
      R"({"id":"1","subject":"s1","authid":"tutor:ann","data":{"reason":"ill",)"
      R"("student":"bob","wrong":[{"more":"ill"},7],"recap":{"next_steps":"x"}}})";
  CAF_CHECK_EQUAL(
      erased(theirs, ann),
      R"({"id":"1","subject":"s1","authid":"tutor:ann","data":)"
      R"({"reason":"[erased]","student":"bob","wrong":[{"more":"[erased]"},7],)"
      R"("recap":{"next_steps":"[erased]"}}})");
  CAF_CHECK_EQUAL(erased(theirs, bob), theirs);
  CAF_CHECK_EQUAL(erased(theirs, {role::support, "ann"}), theirs);
  CAF_CHECK_EQUAL(erased("{bad: tutor:ann wrote", ann), "[erased]");
  for (const auto *others : {"{bad: tutor:anna wrote",
                             R"({"authid": "student:bob", "x": "tutor:ann")",
                             R"({"authid":"tutor:ann-2","x)", "", "ill"})
    CAF_CHECK_EQUAL(erased(others, ann), others);
  CAF_CHECK_EQUAL(erased(R"({"authid" : "tutor:ann","x": "student:bob)", ann),
                  "[erased]");
}
