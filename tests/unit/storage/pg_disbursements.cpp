// What PostgreSQL itself refuses of disbursements, whoever writes.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE pg_disbursements
#include "disbursing.hpp"
#include "pg_fixture.hpp"

namespace {

namespace wf = recapd::workflows;

/// Two sessions of ann are paid, and `d1` pays out the first.
struct fixture : raw_fixture {
  fixture() {
    settle(*s, "s1", "s2");
    CAF_REQUIRE_EQUAL(append(*s, {opens("d1", {line("s1")}, 1500)}), "ok");
  }

  /// Writes a disbursement of 1500 whole, but for what `but` changes first.
  std::string opened(const std::string &id, const std::string &session,
                     const std::string &amount = "1500",
                     const std::string &tutor = "ann") {
    return tried(
        "BEGIN; INSERT INTO disbursements (id, bucket, run, program, tutor,"
        " currency, amount, transfers, opened_at, state, version, changed_at)"
        " VALUES ('"
        + id + "', 0, 'r" + id + "', 'default', '" + tutor + "', 'USD', "
        + amount
        + ", 1, now(), 'open', 1, now());"
          "INSERT INTO disbursed VALUES ('"
        + session + "', 'settlement', 0, '" + id
        + "'); INSERT INTO ledger (session_id, kind, bucket, from_account,"
          " to_account, amount, currency, at) VALUES ('disbursement:"
        + id + "', 'disbursement', 0, 'tutor:" + tutor
        + "', 'clearing:default', " + amount + ", 'USD', now()); COMMIT");
  }

  std::string given_back(const std::string &amount) {
    return "INSERT INTO ledger (session_id, kind, bucket, from_account,"
           " to_account, amount, currency, at) VALUES ('disbursement:d1',"
           " 'give_back', 0, 'clearing:default', 'tutor:ann', "
           + amount + ", 'USD', now());";
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(pg_disbursement_tests, fixture)

CAF_TEST(a whole one is taken) {
  CAF_CHECK_EQUAL(opened("d2", "s2"), "done");
  CAF_CHECK(sound(*s));
}

CAF_TEST(no transfer is paid out twice) {
  CAF_CHECK(says(opened("d2", "s1"), "disbursed_once"));
}

CAF_TEST(a disbursement is what its transfers come to) {
  CAF_CHECK(says(opened("d2", "s2", "1499"), "do not come to it"));
  CAF_CHECK(says(opened("d2", "s3"), "do not come to it"));
  CAF_CHECK(says(opened("d2", "s2", "1500", "bob"), "do not come to it"));
  CAF_CHECK(says(opened("d2", "s2", "0"), "disbursements_amount_check"));
}

CAF_TEST(it is in the ledger once and once more when the money is back) {
  CAF_CHECK(refused(given_back("1500"), "ledger does not say the same"));
  CAF_CHECK(refused("BEGIN; UPDATE disbursements SET state = 'failed';"
                    "COMMIT",
                    "ledger does not say the same"));
  CAF_CHECK(refused("BEGIN; UPDATE disbursements SET state = 'failed';"
                        + given_back("1499") + "COMMIT",
                    "ledger does not say the same"));
  CAF_CHECK_EQUAL(tried("BEGIN; UPDATE disbursements SET state = 'failed';"
                        + given_back("1500") + "COMMIT"),
                  "done");
  CAF_CHECK(refused(given_back("1500"), "ledger_pkey"));
  CAF_CHECK_EQUAL(opened("d2", "s1"), "done");
  CAF_CHECK(refused("UPDATE disbursements SET state = 'open' WHERE id = 'd1'",
                    "does not become open"));
}

CAF_TEST(what it is of does not change and it is never deleted) {
  for (const auto *sql :
       {"UPDATE disbursements SET amount = 1", "DELETE FROM disbursements",
        "UPDATE disbursements SET tutor = 'bob'", "DELETE FROM disbursed",
        "UPDATE disbursed SET n = 1",
        "UPDATE disbursements SET state = 'confirmed';"
        "UPDATE disbursements SET state = 'failed'"})
    CAF_CHECK(refused(sql, "RC002"));
  CAF_CHECK(
      refused("UPDATE disbursed SET released = true", "do not come to it"));
}

CAF_TEST(a ledger row of a disbursement has its key) {
  CAF_CHECK(refused("INSERT INTO ledger (session_id, kind, bucket,"
                    " from_account, to_account, amount, currency, at) VALUES"
                    " ('s1', 'disbursement', 0, 'tutor:ann',"
                    " 'clearing:default', 1, 'USD', now())",
                    "ledger_whose"));
}

CAF_TEST(a check finds what was done behind the triggers) {
  CAF_CHECK(sound(*s));
  CAF_REQUIRE_EQUAL(tried("ALTER TABLE disbursements DISABLE TRIGGER USER;"
                          "UPDATE disbursements SET amount = 1400;"
                          "ALTER TABLE disbursements ENABLE TRIGGER USER"),
                    "done");
  const auto found = s->check();
  CAF_CHECK(std::ranges::any_of(found, [](const auto &sentence) {
    return has(sentence, "disbursement d1");
  }));
  CAF_CHECK(std::ranges::any_of(found, [](const auto &sentence) {
    return has(sentence, "clearing:default");
  }));
}

CAF_TEST_FIXTURE_SCOPE_END()
