// The role recapd_producer: what it may, and that it may nothing else.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE pg_producers
#include <atomic>
#include <list>
#include <thread>

#include "pg_fixture.hpp"
#include "storage/postgres/holder.hpp"

namespace {

struct fixture : raw_fixture {
  fixture() {
    s->save_manual_clock(at(3));
    raw.script("DROP ROLE IF EXISTS recapd_test_sender;"
               "CREATE ROLE recapd_test_sender IN ROLE recapd_producer");
  }
  ~fixture() {
    try {
      raw.script("RESET SESSION AUTHORIZATION;"
                 "DROP ROLE recapd_test_sender");
    } catch (const postgres::error &) {
      // Left for the next one to drop.
    }
  }

  void become_sender() {
    raw.script("SET SESSION AUTHORIZATION recapd_test_sender");
  }

  std::string listed(const std::string &sql) {
    const auto rows = raw.script(sql);
    std::string out;
    for (int i = 0; i < rows.size(); ++i)
      out += (i == 0 ? "" : " ") + rows.text(i, 0);
    return out;
  }
};

/// Another name for the role while the object lives, as if there were none.
class no_producer {
public:
  no_producer() {
    raw_.script("ALTER ROLE recapd_producer RENAME TO recapd_test_hidden");
  }
  ~no_producer() {
    try {
      raw_.script("DROP ROLE IF EXISTS recapd_producer;"
                  "ALTER ROLE recapd_test_hidden RENAME TO recapd_producer");
    } catch (const postgres::error &e) {
      CAF_MESSAGE(e.what());
    }
  }
  no_producer(const no_producer &) = delete;
  no_producer &operator=(const no_producer &) = delete;

private:
  postgres::connection raw_{pg_database::server()};
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(pg_producers_tests, fixture)

CAF_TEST(a producer inserts events and reads what became of them) {
  auto by_inbox = accepts("c1", moves("s1", 1));
  by_inbox.outcome->told_for = std::chrono::hours{1};
  CAF_REQUIRE_EQUAL(append(*s, {by_inbox, accepts("c2", moves("s2", 1))}),
                    "ok ok");
  CAF_CHECK_EQUAL(listed("SELECT id FROM outcomes ORDER BY id"), "c1 c2");
  dead_letter letter;
  letter.reason = "why";
  s->write_dead_letter(letter, std::nullopt);
  become_sender();
  CAF_CHECK_EQUAL(tried("INSERT INTO inbox (event) VALUES ('a'), ('b')"),
                  "done");
  CAF_CHECK_EQUAL(listed("SELECT outcome ->> 'id' FROM outcomes"), "c1");
  CAF_CHECK_EQUAL(listed("SELECT reason FROM dead_letters"), "why");
  CAF_CHECK_EQUAL(s->read_inbox(0, 10).size(), 2u);
}

CAF_TEST(an outcome is told for its time and anew when it is asked for again) {
  auto first = accepts("c1", moves("s1", 1));
  first.outcome->told_for = std::chrono::hours{1};
  CAF_REQUIRE_EQUAL(append(*s, {first}), "ok");
  const auto stored = [this] {
    return *s->find_outcomes(std::vector<command_key>{{"app", "c1"}}).front();
  };
  CAF_CHECK(stored().told_for > std::chrono::minutes{59});
  raw.script("UPDATE journal SET told_until = now()");
  const auto row = stored();
  CAF_CHECK_EQUAL(row.told_for.count(), 0);
  become_sender();
  CAF_CHECK_EQUAL(listed("SELECT id FROM outcomes"), "");
  commit again;
  again.session = "s1";
  again.asked_again = row;
  again.asked_again->told_for = std::chrono::hours{1};
  CAF_REQUIRE_EQUAL(append(*s, {again}), "ok");
  CAF_CHECK_EQUAL(listed("SELECT id FROM outcomes"), "c1");
}

CAF_TEST(a producers open transaction holds no event back) {
  raw.script("ALTER ROLE recapd_test_sender LOGIN");
  postgres::connection sender{database.as("recapd_test_sender")};
  sender.in_transaction([&] {
    sender.script("INSERT INTO inbox (event) VALUES ('a')");
    CAF_REQUIRE_EQUAL(append(*s, {moves("s1", 1)}), "ok");
    CAF_CHECK_EQUAL(s->read_feed(0, 10).size(), 1u);
    CAF_CHECK(!open_feed_holders(database.url())->look());
  });
}

CAF_TEST(a producer has no other right) {
  // Rights by name, over everything there is in the schema.
  CAF_CHECK_EQUAL(
      listed("SELECT c.relname || ':' || p.what FROM pg_class AS c,"
             " unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE',"
             "   'REFERENCES', 'TRIGGER']) AS p (what)"
             " WHERE c.relnamespace = 'public'::regnamespace"
             "   AND c.relkind IN ('r', 'v', 'm', 'p', 'f')"
             "   AND has_table_privilege('recapd_test_sender', c.oid, p.what)"
             " ORDER BY 1"),
      "dead_letters:SELECT outcomes:SELECT");
  CAF_CHECK_EQUAL(
      listed("SELECT c.relname || '.' || a.attname || ':' || p.what"
             " FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid,"
             " unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES'])"
             "   AS p (what)"
             " WHERE c.relnamespace = 'public'::regnamespace"
             "   AND c.relkind IN ('r', 'v', 'm', 'p', 'f') AND a.attnum > 0"
             "   AND NOT a.attisdropped"
             "   AND c.relname NOT IN ('dead_letters', 'outcomes')"
             "   AND has_column_privilege('recapd_test_sender', c.oid,"
             "     a.attnum, p.what)"),
      "inbox.event:INSERT");
  CAF_CHECK_EQUAL(
      listed("SELECT c.relname FROM pg_class AS c,"
             " unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) AS p (what)"
             " WHERE c.relnamespace = 'public'::regnamespace"
             "   AND c.relkind = 'S'"
             "   AND has_sequence_privilege('recapd_test_sender', c.oid,"
             "     p.what)"),
      "");
  CAF_CHECK_EQUAL(
      listed("SELECT oid::regprocedure FROM pg_proc"
             " WHERE pronamespace = 'public'::regnamespace"
             "   AND has_function_privilege('recapd_test_sender', oid,"
             "     'EXECUTE')"),
      "");
  CAF_CHECK_EQUAL(
      listed("SELECT p.what FROM unnest(ARRAY['CREATE']) AS p (what)"
             " WHERE has_schema_privilege('recapd_test_sender', 'public',"
             "   p.what)"
             "   OR has_database_privilege('recapd_test_sender',"
             "     current_database(), p.what)"),
      "");
}

CAF_TEST(what a producer may not is refused) {
  raw.script("INSERT INTO inbox (event) VALUES ('other')");
  become_sender();
  for (const auto *sql : {
           "INSERT INTO inbox (event, received_at) VALUES ('e', now())",
           "INSERT INTO inbox (seq, event) OVERRIDING SYSTEM VALUE"
           " VALUES (-1, 'e')",
           "INSERT INTO inbox (event, bucket) VALUES ('e', 1)",
           "INSERT INTO inbox (event) VALUES ('e') RETURNING seq",
           "SELECT event FROM inbox",
           "UPDATE inbox SET event = ''",
           "DELETE FROM inbox",
           "TRUNCATE inbox",
           "DO $$ BEGIN LOCK TABLE inbox; END $$",
           "CREATE TRIGGER t BEFORE INSERT ON inbox FOR EACH ROW"
           " EXECUTE FUNCTION inbox_enter()",
           "CREATE RULE r AS ON INSERT TO inbox DO INSTEAD NOTHING",
           "ALTER TABLE inbox DISABLE TRIGGER USER",
           "CREATE TEMPORARY TABLE t (seq bigint, event text, bucket smallint);"
           "CREATE TRIGGER t BEFORE INSERT ON t FOR EACH ROW"
           " EXECUTE FUNCTION inbox_enter()",
           "INSERT INTO forwarded (event, received_at, taken)"
           " VALUES ('e', now(), true)",
           "SELECT * FROM waiting",
           "SELECT * FROM journal",
           "SELECT * FROM commands",
           "SELECT * FROM session_events",
           "SELECT * FROM manual_clock",
           "INSERT INTO manual_clock (now, active) VALUES (now(), true)",
           "DELETE FROM dead_letters",
           "SELECT recapd_now()",
           "SELECT recapd_bucket('{}')",
           "SELECT nextval('inbox_seq_seq')",
           "SELECT setval('inbox_seq_seq', 1)",
           "CREATE TABLE mine (a int)",
           "SET session_replication_role = replica",
       }) {
    CAF_MESSAGE(sql);
    CAF_CHECK_EQUAL(tried(sql).substr(0, 5), "42501");
  }
  CAF_CHECK_EQUAL(tried("UPDATE outcomes SET id = ''").substr(0, 5), "55000");
}

CAF_TEST(nobody writes by a view) {
  for (const auto *view : {"outcomes", "commands", "session_events"})
    CAF_CHECK_EQUAL(tried("DELETE FROM " + std::string{view}).substr(0, 5),
                    "55000");
}

CAF_TEST(rights that an operator gave by hand work as well) {
  auto by_inbox = accepts("c1", moves("s1", 1));
  by_inbox.outcome->told_for = std::chrono::hours{1};
  CAF_REQUIRE_EQUAL(append(*s, {by_inbox}), "ok");
  raw.script("REVOKE recapd_producer FROM recapd_test_sender;"
             "GRANT INSERT ON inbox TO recapd_test_sender;"
             "GRANT SELECT ON outcomes TO recapd_test_sender");
  become_sender();
  CAF_CHECK_EQUAL(tried("INSERT INTO inbox (event, received_at)"
                        " VALUES ('e', 'infinity')"),
                  "done");
  CAF_CHECK_EQUAL(listed("SELECT id FROM outcomes"), "c1");
  raw.script("RESET SESSION AUTHORIZATION;"
             "REVOKE ALL ON inbox, outcomes FROM recapd_test_sender");
  CAF_CHECK(s->read_inbox(0, 10).at(0).received_at == at(3));
}

CAF_TEST(the rights come back at the next start) {
  raw.script("REVOKE ALL ON inbox, outcomes FROM recapd_producer;"
             "REVOKE INSERT (event) ON inbox FROM recapd_producer");
  CAF_CHECK_EQUAL(migrate(database.url()).to_run, "");
  become_sender();
  CAF_CHECK_EQUAL(tried("INSERT INTO inbox (event) VALUES ('e')"), "done");
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(databases that are made together make one role) {
  pg_database::emptied();
  const no_producer hidden;
  std::list<pg_database> fresh;
  for (const auto *name : {"one", "two", "three", "four"})
    fresh.emplace_back(name);
  std::atomic<int> failed{0};
  {
    std::vector<std::jthread> threads;
    for (const auto &database : fresh)
      threads.emplace_back([&] {
        try {
          if (!migrate(database.url()).to_run.empty()) ++failed;
        } catch (const std::exception &) {
          ++failed;
        }
      });
  }
  CAF_CHECK_EQUAL(failed.load(), 0);
}

CAF_TEST(who may make no role says what must be run and goes on) {
  pg_database::emptied();
  const no_producer hidden;
  postgres::connection server{pg_database::server()};
  server.script("DROP ROLE IF EXISTS recapd_test_owner;"
                "CREATE ROLE recapd_test_owner LOGIN");
  {
    const pg_database fresh{"owned"};
    server.script("ALTER DATABASE " + fresh.name()
                  + " OWNER TO recapd_test_owner");
    const auto url = fresh.as("recapd_test_owner");
    const auto notes = migrate(url);
    CAF_MESSAGE(notes.to_run);
    CAF_CHECK(notes.to_run.starts_with("CREATE ROLE recapd_producer NOLOGIN;"));
    const auto s = postgres::open_store(url);
    CAF_CHECK_EQUAL(append(*s, {accepts("c1", moves("s1", 1))}), "ok");
    s->insert_inbox("e");
    CAF_CHECK_EQUAL(s->read_inbox(0, 10).size(), 1u);
    // Nothing is left to do once the statements of the note were run.
    postgres::connection{fresh.url()}.script(notes.to_run);
    CAF_CHECK_EQUAL(migrate(url).to_run, "");
  }
  server.script("DROP ROLE recapd_test_owner");
}
