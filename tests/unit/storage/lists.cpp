// Lists for people: sessions by filter, accounts, refused commands.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE lists
#include "worlds.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;
using recapd::workflows::transfer_kind;

namespace {

commit of(const std::string &id, const std::string &state,
          const std::string &tutor, const std::string &course,
          const std::string &student) {
  auto c = moves(id, 1);
  c.after->state = state;
  c.row->tutor = tutor;
  c.row->course = course;
  c.new_students = {student};
  return c;
}

void fill(store &s) {
  CAF_CHECK_EQUAL(append(s, {of("s1", "scheduled", "ann", "math", "bob"),
                             of("s2", "paid", "ann", "latin", "cal"),
                             of("S3", "paid", "tom", "math", "bob"),
                             of("s4", "missed", "tom", "latin", "bob")}),
                  "ok ok ok ok");
}

std::string entries(const account_page &page) {
  std::string out;
  for (const auto &e : page.entries)
    out += e.session + ":" + std::to_string(e.amount) + e.currency + " ";
  return out;
}

commit paid(const std::string &session, int minutes, std::int64_t amount,
            const std::string &currency = "USD") {
  auto c = pays(moves(session, 1), transfer_kind::settlement, amount);
  c.events.back().at = at(minutes);
  c.payment->currency = currency;
  return c;
}

}  // namespace

STORE_TEST(each filter finds its sessions and all must hold) {
  fill(*w.s);
  const auto list = [&](const session_filter &f) {
    return ids(w.s->list_sessions(f));
  };
  CAF_CHECK_EQUAL(list({}), "S3 s1 s2 s4");
  CAF_CHECK_EQUAL(list({.state = "paid"}), "S3 s2");
  CAF_CHECK_EQUAL(list({.state = "missed"}), "s4");
  CAF_CHECK_EQUAL(list({.state = "no'such"}), "");
  CAF_CHECK_EQUAL(list({.tutor = "ann"}), "s1 s2");
  CAF_CHECK_EQUAL(list({.student = "bob"}), "S3 s1 s4");
  CAF_CHECK_EQUAL(list({.takes_part = "bob"}), "S3 s1 s4");
  CAF_CHECK_EQUAL(list({.takes_part = "tom"}), "S3 s4");
  CAF_CHECK_EQUAL(list({.student = "bob", .takes_part = "tom"}), "S3 s4");
  CAF_CHECK_EQUAL(list({.takes_part = "nobody"}), "");
  CAF_CHECK_EQUAL(list({.course = "math"}), "S3 s1");
  CAF_CHECK_EQUAL(list({.tutor = "tom", .student = "bob", .course = "latin"}),
                  "s4");
  CAF_CHECK_EQUAL(list({.state = "paid", .student = "bob"}), "S3");
  CAF_CHECK_EQUAL(list({.state = "missed", .student = "bob"}), "s4");
  CAF_CHECK_EQUAL(list({.state = "paid", .tutor = "ann"}), "s2");
  CAF_CHECK_EQUAL(list({.state = "missed", .course = "latin"}), "s4");
  CAF_CHECK_EQUAL(list({.tutor = "a\xff"}), "");
}

STORE_TEST(sessions are found by programme and start) {
  const auto in = [](const std::string &id, const std::string &program,
                     int starts) {
    auto c = moves(id, 1);
    c.row->program = program;
    c.row->starts_at = at(starts);
    return c;
  };
  CAF_CHECK_EQUAL(append(*w.s, {in("s1", "day", 0), in("s2", "night", 5),
                                in("s3", "night", 9), in("s4", "dusk", 9)}),
                  "ok ok ok ok");
  const auto list = [&](const session_filter &f) {
    return ids(w.s->list_sessions(f));
  };
  const auto among = [](std::vector<std::string> programs) {
    return program_set{std::move(programs)};
  };
  CAF_CHECK_EQUAL(list({.program = "night"}), "s2 s3");
  CAF_CHECK_EQUAL(list({.program = "no'such"}), "");
  CAF_CHECK_EQUAL(list({.programs = among({"day", "dusk"})}), "s1 s4");
  CAF_CHECK_EQUAL(list({.program = "night", .programs = among({"day"})}), "");
  CAF_CHECK_EQUAL(list({.state = "scheduled", .programs = among({"night"})}),
                  "s2 s3");
  CAF_CHECK_EQUAL(list({.from = at(5)}), "s2 s3 s4");
  CAF_CHECK_EQUAL(list({.to = at(5)}), "s1");
  CAF_CHECK_EQUAL(list({.program = "night", .from = at(5), .to = at(9)}), "s2");
  CAF_CHECK_EQUAL(list({.programs = among({"night"}), .after = "s2"}), "s3");
}

STORE_TEST(what is of other programmes is not among what is shown) {
  const auto in = [](const std::string &program, commit c) {
    c.row->program = c.program = program;
    return c;
  };
  auto first = in("day", paid("s1", 1, 100));
  auto second = in("night", paid("s2", 2, 30));
  first.events[0].notifications =
      R"([{"kind":"k","to":"tutor:ann"},{"kind":"k","to":"support"}])";
  second.events[0].notifications = R"([{"kind":"k","to":"support"}])";
  CAF_CHECK_EQUAL(append(*w.s, {first, second}), "ok ok");
  const program_set night{std::vector<std::string>{"night"}};
  const auto account = w.s->account("tutor:ann", "", 10, night);
  CAF_CHECK_EQUAL(entries(account), "s2:30USD ");
  CAF_REQUIRE_EQUAL(account.balances.size(), 1u);
  CAF_CHECK_EQUAL(account.balances[0].second, 30);
  CAF_CHECK_EQUAL(entries(w.s->account("tutor:ann", "", 10)),
                  "s1:100USD s2:30USD ");
  const auto told = w.s->list_notified({.among = night}, 0, 10);
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK_EQUAL(told[0].session, "s2");
  const auto told_to = [&](const notified_filter &of) {
    std::string sessions;
    const auto rows = w.s->list_notified(of, 0, 10);
    for (const auto &row : rows)
      sessions += row.session + " ";
    return sessions;
  };
  CAF_CHECK_EQUAL(told_to({.to = "support"}), "s1 s2 ");
  CAF_CHECK_EQUAL(told_to({.to = "support", .among = night}), "s2 ");
  CAF_CHECK_EQUAL(told_to({.to = "tutor:ann"}), "s1 ");
  CAF_CHECK_EQUAL(told_to({.to = "tutor:ann", .among = night}), "");
  CAF_CHECK_EQUAL(told_to({.session = "s1", .to = "tutor:ann"}), "s1 ");
  CAF_CHECK_EQUAL(told_to({.session = "s2", .to = "tutor:ann"}), "");
  CAF_CHECK_EQUAL(told_to({.to = "tutor:an"}), "");

  for (const auto *event :
       {R"({"subject":"s1"})", R"({"subject":"s2"})", R"({"subject":"s9"})",
        R"({"subject":7})", "not JSON"})
    w.s->write_dead_letter({.event = event,
                            .reason = "r",
                            .code = "malformed",
                            .ingress = "inbox",
                            .received_at = at(0),
                            .at = at(0)},
                           std::nullopt);
  const auto letters = w.s->list_dead_letters(0, 10, night);
  CAF_REQUIRE_EQUAL(letters.size(), 1u);
  CAF_CHECK_EQUAL(letters[0].event, R"({"subject":"s2"})");
  CAF_CHECK_EQUAL(w.s->list_dead_letters(0, 10).size(), 5u);
  for (const auto &letter : w.s->list_dead_letters(0, 10))
    CAF_CHECK((w.s->retry_dead_letter(letter.id, night)
               == (letter.id == letters[0].id ? letter_retry::moved
                                              : letter_retry::absent)));
  CAF_CHECK_EQUAL(w.s->list_dead_letters(0, 10).size(), 4u);
}

STORE_TEST(pages continue after the last id) {
  fill(*w.s);
  CAF_CHECK_EQUAL(ids(w.s->list_sessions({.most = 2})), "S3 s1");
  CAF_CHECK_EQUAL(ids(w.s->list_sessions({.after = "s1", .most = 2})), "s2 s4");
  CAF_CHECK_EQUAL(ids(w.s->list_sessions({.student = "bob", .after = "S3"})),
                  "s1 s4");
  CAF_CHECK_EQUAL(ids(w.s->list_sessions({.after = "s4"})), "");
}

STORE_TEST(states are counted) {
  fill(*w.s);
  const auto counts = w.s->count_by_state();
  CAF_CHECK(counts
            == (std::vector<std::pair<std::string, std::int64_t>>{
                {"missed", 1}, {"paid", 2}, {"scheduled", 1}}));
}

STORE_TEST(an account shows both sides of each transfer) {
  CAF_CHECK_EQUAL(append(*w.s, {paid("s1", 5, 1500)}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {pays(moves("s1", 2), transfer_kind::reversal)}),
                  "ok");
  CAF_CHECK_EQUAL(append(*w.s, {paid("s2", 9, 700, "EUR")}), "ok");
  const auto tutor = w.s->account("tutor:ann", "", 10);
  // The reversal's event is the earlier one here.
  CAF_CHECK_EQUAL(entries(tutor), "s1:-1500USD s1:1500USD s2:700EUR ");
  CAF_CHECK(tutor.entries[0].kind == transfer_kind::reversal);
  CAF_CHECK(tutor.entries[1].at == at(5));
  CAF_CHECK(tutor.balances
            == (std::vector<std::pair<std::string, std::int64_t>>{{"EUR", 700},
                                                                  {"USD", 0}}));
  const auto program = w.s->account("program:p", "", 10);
  CAF_CHECK_EQUAL(entries(program), "s1:1500USD s1:-1500USD s2:-700EUR ");
  CAF_CHECK(w.s->account("tutor:none", "", 10).balances.empty());
}

STORE_TEST(an accounts pages have every entry once) {
  std::vector<commit> commits;
  for (int i = 0; i < 7; ++i)
    commits.push_back(paid("s" + std::to_string(i), i / 3, 100 + i));
  (void)w.s->append(commits);
  std::string all, after;
  int pages = 0;
  do {
    const auto page = w.s->account("tutor:ann", after, 3);
    all += entries(page);
    after = page.next;
    ++pages;
  } while (!after.empty());
  CAF_CHECK_EQUAL(pages, 3);
  CAF_CHECK_EQUAL(all, "s0:100USD s1:101USD s2:102USD s3:103USD s4:104USD"
                       " s5:105USD s6:106USD ");
  CAF_CHECK_EQUAL(w.s->account("tutor:ann", "", 7).next, "");
  CAF_CHECK_EQUAL(w.s->account("tutor:ann", "no token", 9).entries.size(), 7u);
}
