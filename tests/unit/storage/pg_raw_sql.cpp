// What PostgreSQL itself refuses, whoever writes.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE pg_raw_sql
#include "pg_fixture.hpp"

using recapd::workflows::transfer_kind;

namespace {

/// A session that is paid, with a counter full to its cap and an inbox row.
struct fixture : raw_fixture {
  fixture() {
    auto c = accepts("c1", raises(moves("s1", 1, 2), week("ann"), 90, 90));
    CAF_REQUIRE_EQUAL(append(*s, {pays(c, transfer_kind::settlement)}), "ok");
  }

  /// A row of the ledger: its session, kind, bucket, accounts and money.
  std::string inserted(const std::string &values) {
    return tried("INSERT INTO ledger (session_id, kind, bucket, from_account,"
                 " to_account, amount, currency, at) VALUES ("
                 + values + ", now())");
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(pg_raw_sql_tests, fixture)

CAF_TEST(a second owner cannot start from the same version) {
  for (const auto *versions : {"0, 1", "0, 9"})
    CAF_CHECK(refused(
        "INSERT INTO journal (session_id, bucket, before, version,"
        " at, who, position, draw, events) VALUES ('s1', 0, "
            + std::string{versions} + ", now(), 'y', 1, 1, E'x\\t\\t{}')",
        "journal_version"));
}

CAF_TEST(an event after one that was lost has another value drawn) {
  CAF_CHECK_EQUAL(append(*s, {moves("a", 1, 2)}), "ok");
  const auto lost = s->history("a");
  CAF_CHECK_EQUAL(lost.at(1).draw, lost.at(0).draw);
  const auto feed = s->read_feed(0, 10);
  CAF_CHECK_EQUAL(feed.back().event.draw, lost.at(1).draw);
  for (const auto *of_a : {"journal WHERE session_id", "sessions WHERE id",
                           "standings WHERE session_id"})
    CAF_CHECK_EQUAL(tried("DELETE FROM " + std::string{of_a} + " = 'a'"),
                    "done");
  CAF_CHECK_EQUAL(append(*s, {moves("a", 1, 2)}), "ok");
  const auto later = s->history("a");
  CAF_CHECK_EQUAL(later.at(1).seq, lost.at(1).seq);
  CAF_CHECK(later.at(1).draw != lost.at(1).draw);
}

CAF_TEST(a command cannot be recorded twice) {
  CAF_CHECK(refused("INSERT INTO journal (session_id, bucket, version, at, who,"
                    " source, id, scope, content, outcome, command, decided)"
                    " SELECT"
                    " session_id, bucket, 0, at, who, source, id, scope,"
                    " content, '{}', '{}', 1"
                    " FROM journal WHERE source IS NOT NULL",
                    "journal_command"));
}

CAF_TEST(what nothing tells must be stored) {
  CAF_CHECK(refused("UPDATE journal SET outcome = NULL, told_until = now()"
                    " WHERE source IS NOT NULL",
                    "commands_are_told"));
  for (const auto *what : {"command = '{}'", "command = '{}', source = NULL"})
    CAF_CHECK(refused("UPDATE journal SET " + std::string{what}
                          + " WHERE source IS NOT NULL",
                      "commands_are_told"));
  for (const auto *what :
       {"version = before, command = '{}'", "version = 0, command = '{}'",
        "events = NULL", "position = NULL", "before = NULL", "draw = NULL",
        "decided = 1"})
    CAF_CHECK(refused("UPDATE journal SET " + std::string{what},
                      "versions_are_whole"));
}

CAF_TEST(usage cannot pass its cap nor fall below zero) {
  CAF_CHECK(refused("UPDATE usage SET used = used + 1", "usage_within_cap"));
  CAF_CHECK(refused("UPDATE usage SET cap = 89", "usage_within_cap"));
  CAF_CHECK(refused("UPDATE usage SET used = -1", "usage_not_negative"));
}

CAF_TEST(a session cannot be settled twice) {
  CAF_CHECK(refused("INSERT INTO ledger SELECT * FROM ledger", "ledger_pkey"));
  CAF_CHECK(says(inserted("'s1', 'settlement', 0, 'a', 'b', 1, 'USD'"),
                 "ledger_pkey"));
}

CAF_TEST(a reversal must undo exactly the settlement) {
  for (const auto *other : {
           "'s9', 'reversal', 0, 'tutor:ann', 'program:p', 1500, 'USD'",
           "'s1', 'reversal', 0, 'tutor:ann', 'program:p', 1499, 'USD'",
           "'s1', 'reversal', 0, 'tutor:ann', 'program:p', 1500, 'EUR'",
           "'s1', 'reversal', 0, 'program:p', 'tutor:ann', 1500, 'USD'",
       })
    CAF_CHECK(says(inserted(other), "RC002"));
  CAF_CHECK_EQUAL(
      inserted("'s1', 'reversal', 0, 'tutor:ann', 'program:p', 1500, 'USD'"),
      "done");
}

CAF_TEST(a correction stands on what was paid and leaves it that) {
  const auto correct = [&](int n, const std::string &from,
                           const std::string &to, int amount) {
    return tried("INSERT INTO ledger (session_id, kind, n, bucket,"
                 " from_account, to_account, amount, currency, at)"
                 " VALUES ('s1', 'correction', "
                 + std::to_string(n) + ", 0, '" + from + "', '" + to + "', "
                 + std::to_string(amount) + ", 'USD', now())");
  };
  const std::string p = "program:p", ann = "tutor:ann";
  CAF_CHECK(says(correct(2, p, ann, 1), "RC002"));
  CAF_CHECK(says(correct(0, p, ann, 1), "ledger_numbered"));
  CAF_CHECK(says(correct(1, p, ann, 0), "ledger_numbered"));
  CAF_CHECK(says(correct(1, ann, p, 1501), "RC002"));
  CAF_CHECK(says(correct(1, p, "tutor:tom", 1), "RC002"));
  CAF_CHECK(refused("INSERT INTO ledger SELECT 's9', 'correction', bucket,"
                    " from_account, to_account, 1, currency, at, 1"
                    " FROM ledger",
                    "RC002"));
  CAF_CHECK_EQUAL(correct(1, ann, p, 500), "done");
  CAF_CHECK(says(correct(1, p, ann, 5), "ledger_pkey"));
  const auto reverse = [&](int amount) {
    return inserted("'s1', 'reversal', 0, 'tutor:ann', 'program:p', "
                    + std::to_string(amount) + ", 'USD'");
  };
  CAF_CHECK(says(reverse(1500), "RC002"));
  CAF_CHECK_EQUAL(reverse(1000), "done");
  CAF_CHECK(says(correct(2, p, ann, 5), "RC002"));
  // Two that would leave the net as it was.
  CAF_CHECK(refused("BEGIN; INSERT INTO ledger VALUES"
                    " ('s1', 'correction', 0, 'program:p', 'tutor:ann', 5,"
                    " 'USD', now(), 2), ('s1', 'correction', 0, 'tutor:ann',"
                    " 'program:p', 5, 'USD', now(), 3); COMMIT",
                    "RC002"));
  raw.script("ROLLBACK");
}

CAF_TEST(whatever the callers path a corrections net is looked at) {
  CAF_CHECK(refused("SET search_path = pg_catalog; INSERT INTO public.ledger"
                    " VALUES ('s1', 'correction', 0, 'tutor:ann', 'program:p',"
                    " 1501, 'USD', now(), 1)",
                    "RC002"));
  CAF_CHECK_EQUAL(tried("SET search_path = pg_catalog;"
                        " INSERT INTO public.ledger VALUES ('s1',"
                        " 'correction', 0, 'tutor:ann', 'program:p', 1500,"
                        " 'USD', now(), 1)"),
                  "done");
  raw.script("RESET search_path");
}

CAF_TEST(a ledger in any order is restored) {
  CAF_CHECK_EQUAL(append(*s, {corrects(moves("s1", 3), 1, 100),
                              corrects(moves("s1", 4), 2, -100),
                              pays(moves("s1", 5), transfer_kind::reversal)}),
                  "ok ok ok");
  raw.script("SET session_replication_role = replica;"
             "CREATE TEMPORARY TABLE dump AS SELECT * FROM ledger;"
             "DELETE FROM ledger; SET session_replication_role = origin");
  CAF_CHECK_EQUAL(tried("INSERT INTO ledger SELECT * FROM dump"
                        " ORDER BY kind DESC, n DESC"),
                  "done");
  raw.script("DROP TABLE dump");
}

CAF_TEST(of two writers at once the second is checked by what the first left) {
  postgres::connection other{database.url()};
  raw.script("BEGIN; SET CONSTRAINTS ALL IMMEDIATE; INSERT INTO ledger VALUES"
             " ('s1', 'correction', 0, 'tutor:ann', 'program:p', 500, 'USD',"
             " now(), 1)");
  // The second writer waits for the settlement's row, which the first has
  // locked.
  CAF_CHECK_EQUAL(tried_by(other, "SET lock_timeout = '50ms';"
                                  " INSERT INTO ledger VALUES ('s1',"
                                  " 'reversal', 0, 'tutor:ann', 'program:p',"
                                  " 1500, 'USD', now(), 0)")
                      .substr(0, 5),
                  "55P03");
  raw.script("COMMIT");
  CAF_CHECK_EQUAL(tried_by(other, "INSERT INTO ledger VALUES ('s1',"
                                  " 'reversal', 0, 'tutor:ann', 'program:p',"
                                  " 1500, 'USD', now(), 0)")
                      .substr(0, 5),
                  "RC002");
}

CAF_TEST(the ledger cannot be unbalanced) {
  CAF_CHECK(refused("UPDATE ledger SET amount = amount + 1", "RC002"));
  CAF_CHECK(refused("DELETE FROM ledger", "RC002"));
  CAF_CHECK(
      says(inserted("'s2', 'settlement', 0, 'a', 'b', -1, 'USD'"), "23514"));
  CAF_CHECK(says(inserted("'s2', 'settlement', 0, 'a', 'a', 1, 'USD'"),
                 "ledger_two_accounts"));
  const auto sums = raw.script("SELECT sum(amount) FROM ledger_entries");
  CAF_CHECK_EQUAL(sums.number(0, 0), 0);
}

CAF_TEST(any clients insert is an inbox row with its moment and a wake up) {
  const auto listener = postgres::open_listener(database.url(), "recapd_inbox");
  raw.script("INSERT INTO inbox (event) VALUES ('{\"a\":1}')");
  CAF_CHECK(listener->wait(std::chrono::seconds{30}));
  const auto rows = s->read_inbox(0, 10);
  CAF_REQUIRE_EQUAL(rows.size(), 1u);
  CAF_CHECK_EQUAL(rows[0].event, "{\"a\":1}");
  const auto clock =
      raw.script("SELECT " + postgres::micros("clock_timestamp()"));
  CAF_CHECK(rows[0].received_at <= clock.at(0, 0));
  CAF_CHECK(rows[0].received_at > clock.at(0, 0) - std::chrono::minutes{5});
}

CAF_TEST(inbox rows take the manual clocks time while it is active) {
  s->save_manual_clock(at(3));
  raw.script("INSERT INTO inbox (event) VALUES ('a')");
  s->save_manual_clock(std::nullopt);
  raw.script("INSERT INTO inbox (event) VALUES ('b')");
  const auto rows = s->read_inbox(0, 10);
  CAF_CHECK(rows[0].received_at == at(3));
  CAF_CHECK(rows[1].received_at != at(3));
  CAF_CHECK(s->load_manual_clock() == at(3));
}

CAF_TEST(an outcome can be read as jsonb) {
  const auto rows = raw.script("SELECT outcome->>'outcome' FROM outcomes"
                               " WHERE source = 'app' AND id = 'c1'");
  CAF_CHECK_EQUAL(rows.text(0, 0), "accepted");
}

CAF_TEST(data that cannot be stored fails alone) {
  auto poison = moves("s4", 1);
  poison.events[0].data = std::string("a\0b", 3);
  auto invalid = moves("s5", 1);
  invalid.row->course = "\xff";
  CAF_CHECK_EQUAL(append(*s, {moves("s3", 1), poison, invalid, moves("s6", 1)}),
                  "ok unavailable unavailable ok");
  CAF_CHECK_EQUAL(ids(s->list_sessions({})), "s1 s3 s6");
}

CAF_TEST(a constraint named in the data is not taken for the constraint) {
  auto c = accepts("usage_within_cap", moves("s2", 1));
  CAF_CHECK_EQUAL(append(*s, {c}), "ok");
  raw.script("ALTER TABLE sessions ADD CONSTRAINT odd CHECK (id <> 's7')");
  auto odd = moves("s7", 1);
  odd.row->course = "journal_command";
  CAF_CHECK_EQUAL(append(*s, {odd, moves("s8", 1)}), "unavailable ok");
  raw.script("ALTER TABLE sessions DROP CONSTRAINT odd");
}

CAF_TEST_FIXTURE_SCOPE_END()
