// Mail to be sent: taken with the place in the feed, put together, given up.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE mails
#include "storage/mail.hpp"

#include "worlds.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;
using recapd::workflows::person;
using recapd::workflows::role;

namespace {

using id_list = std::vector<std::string>;

mail_row mail(int n, const std::string &to, int due) {
  return {.id = "s:1-0a:" + std::to_string(n),
          .to = to,
          .kind = "a_kind",
          .session = "s",
          .seq = 1,
          .index = n,
          .position = 7,
          .due_at = at(due)};
}

/// The numbers of rows, and in which mail they are.
std::string mails_in(const std::vector<mail_row> &rows) {
  std::string out;
  for (const auto &row : rows)
    out += std::to_string(row.index)
           + (row.letter.empty() ? "" : "@" + row.letter.substr(7)) + " ";
  return out;
}

std::string id_of_mail(int n) {
  return "s:1-0a:" + std::to_string(n);
}

}  // namespace

STORE_TEST(rows are taken with the place that lies behind them) {
  const auto m = w.open_mail();
  CAF_CHECK_EQUAL(w.s->load_sink(mail_sink).version, 0);
  CAF_CHECK(m->take(0, 5, {}));
  CAF_CHECK(!m->take(0, 6, std::vector{mail(0, "tutor:ann", 1)}));
  CAF_CHECK_EQUAL(m->count(), 0);
  CAF_CHECK(m->take(1, 7, std::vector{mail(0, "tutor:ann", 1)}));
  CAF_CHECK(m->take(2, 8, std::vector{mail(0, "tutor:ann", 2)}));
  CAF_CHECK_EQUAL(m->count(), 1);
  const auto at_end = w.s->load_sink(mail_sink);
  CAF_CHECK_EQUAL(at_end.position, 8);
  CAF_CHECK_EQUAL(at_end.version, 3);
  CAF_CHECK(m->waiting_of("tutor:ann", 9).front() == mail(0, "tutor:ann", 1));
}

STORE_TEST(who has waited longest is first) {
  const auto m = w.open_mail();
  CAF_REQUIRE(
      m->take(0, 7,
              std::vector{mail(0, "tutor:ann", 3), mail(1, "student:bob", 2),
                          mail(2, "tutor:ann", 9), mail(3, "student:cal", 9)}));
  CAF_CHECK(m->due_people(at(1), 9).empty());
  CAF_CHECK((m->due_people(at(3), 9) == id_list{"student:bob", "tutor:ann"}));
  CAF_CHECK((m->due_people(at(3), 1) == id_list{"student:bob"}));
  CAF_CHECK_EQUAL(mails_in(m->waiting_of("tutor:ann", 9)), "0 2 ");
  CAF_CHECK_EQUAL(mails_in(m->waiting_of("tutor:ann", 1)), "0 ");
  m->postpone("tutor:ann", at(5));
  CAF_CHECK((m->due_people(at(4), 9) == id_list{"student:bob"}));
  CAF_CHECK((m->due_people(at(8), 9) == id_list{"student:bob", "tutor:ann"}));
  CAF_CHECK(m->waiting_of("tutor:ann", 9).back().due_at == at(9));
}

STORE_TEST(a mail is tried when it is due and goes with its rows) {
  const auto m = w.open_mail();
  CAF_REQUIRE(
      m->take(0, 7,
              std::vector{mail(0, "tutor:ann", 1), mail(1, "student:bob", 1),
                          mail(2, "tutor:ann", 1)}));
  CAF_CHECK(m->next_letter(at(9), at(99)).empty());
  m->join(id_of_mail(0), id_list{id_of_mail(0), id_of_mail(2)});
  m->join(id_of_mail(2), id_list{id_of_mail(2)});
  m->join(id_of_mail(1), id_list{id_of_mail(1)});
  CAF_CHECK(m->waiting_of("tutor:ann", 9).empty());
  CAF_CHECK_EQUAL(mails_in(m->next_letter(at(9), at(99))), "0@0 2@0 ");
  m->try_later(id_of_mail(0), 1, at(20));
  CAF_CHECK_EQUAL(mails_in(m->next_letter(at(9), at(99))), "1@1 ");
  m->try_later(id_of_mail(1), 4, at(30));
  CAF_CHECK(m->next_letter(at(19), at(99)).empty());
  CAF_CHECK_EQUAL(mails_in(m->next_letter(at(20), at(99))), "0@0 2@0 ");
  CAF_CHECK(m->next_letter(at(20), at(99)).back().tries == 1);
  // The clock was set back.
  CAF_CHECK_EQUAL(mails_in(m->next_letter(at(1), at(25))), "1@1 ");
  m->remove(id_list{id_of_mail(0), id_of_mail(2)});
  CAF_CHECK_EQUAL(mails_in(m->next_letter(at(50), at(99))), "1@1 ");
  CAF_CHECK_EQUAL(m->count(), 1);
}

STORE_TEST(what is given up leaves a letter and who is not reached) {
  const person ann{role::tutor, "ann"}, bob{role::student, "bob"};
  w.s->save_person({.who = bob, .address = "new@x"});
  const auto m = w.open_mail();
  CAF_REQUIRE(m->take(
      0, 7, std::vector{mail(0, "tutor:ann", 1), mail(1, "student:bob", 1)}));
  const auto refused = [](int n, const person &who, const std::string &words) {
    return mail_refusal{.ids = {id_of_mail(n)},
                        .letters = {{.event = R"({"subject":"s"})",
                                     .reason = "no",
                                     .code = "refused",
                                     .ingress = mail_sink,
                                     .received_at = at(1),
                                     .at = at(2),
                                     .origin = "mail " + id_of_mail(n),
                                     .direction = letter_direction::out}},
                        .who = who,
                        .address = "old@x",
                        .since = {.at = at(2), .words = words}};
  };
  m->give_up(refused(0, ann, "first"));
  m->give_up(refused(0, ann, "again"));
  m->give_up(refused(1, bob, "gone"));
  CAF_CHECK_EQUAL(m->count(), 0);
  CAF_CHECK_EQUAL(w.s->list_dead_letters(0, 9).size(), 2u);
  const auto people = w.s->list_unreachable("", 9);
  CAF_REQUIRE_EQUAL(people.size(), 1u);
  CAF_CHECK(people.front().who == ann);
  CAF_CHECK((people.front().unreachable
             == unreachable_since{.at = at(2), .words = "first"}));
  CAF_CHECK(w.s->list_unreachable("tutor:ann", 9).empty());
  w.s->save_person({.who = ann, .address = ""});
  CAF_CHECK(w.s->list_unreachable("", 9).empty());
}
