// Connections that end.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE pg_breaks
#include "pg_fixture.hpp"

namespace {

struct fixture : pg_fixture {
  /// Ends every connection to the database and waits until they are gone.
  void end_connections() {
    postgres::connection{pg_database::server()}.script(
        "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity"
        " WHERE datname = '"
        + database.name() + "'");
  }

  void allow_connections(bool allowed) {
    postgres::connection{pg_database::server()}.script(
        "ALTER DATABASE " + database.name() + " WITH ALLOW_CONNECTIONS "
        + (allowed ? "true" : "false"));
  }

  /// The fault that is thrown.
  template <class F> std::string thrown(F f) {
    try {
      f();
      return "nothing";
    } catch (const storage_error &e) {
      CAF_MESSAGE(e.what());
      return std::string{to_string(e.code())};
    }
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(pg_breaks_tests, fixture)

CAF_TEST(a connection that ended while idle is opened anew unnoticed) {
  CAF_CHECK_EQUAL(append(*s, {moves("s1", 1)}), "ok");
  end_connections();
  CAF_CHECK_EQUAL(append(*s, {moves("s1", 2)}), "ok");
  end_connections();
  CAF_CHECK_EQUAL(s->history("s1").size(), 2u);
}

CAF_TEST(a connection that ends in an append leaves the outcome unknown) {
  postgres::connection{database.url()}.script(
      "CREATE FUNCTION end_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
      " PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(30);"
      " RETURN NULL; END $$;"
      "CREATE TRIGGER end_it AFTER INSERT ON journal FOR EACH STATEMENT"
      " EXECUTE FUNCTION end_it()");
  CAF_CHECK_EQUAL(
      thrown([&] { (void)append(*s, {accepts("c1", moves("s1", 1))}); }),
      "outcome_unknown");
  postgres::connection{database.url()}.script(
      "DROP TRIGGER end_it ON journal; DROP FUNCTION end_it");
  CAF_CHECK(!s->find_outcomes(std::vector<command_key>{{"app", "c1"}})[0]);
  CAF_CHECK_EQUAL(append(*s, {accepts("c1", moves("s1", 1))}), "ok");
}

CAF_TEST(without a server nothing is written and later it goes on) {
  allow_connections(false);
  end_connections();
  CAF_CHECK_EQUAL(thrown([&] { (void)append(*s, {moves("s1", 1)}); }),
                  "unavailable");
  CAF_CHECK_EQUAL(thrown([&] { (void)s->history("s1"); }), "unavailable");
  CAF_CHECK_EQUAL(thrown([&] { (void)postgres::open_store(database.url()); }),
                  "unavailable");
  allow_connections(true);
  CAF_CHECK_EQUAL(append(*s, {moves("s1", 1)}), "ok");
}

CAF_TEST(a database that is read only unless told otherwise is written) {
  postgres::connection{pg_database::server()}.script(
      "ALTER DATABASE " + database.name()
      + " SET default_transaction_read_only = on");
  end_connections();
  CAF_CHECK_EQUAL(append(*s, {moves("s1", 1)}), "ok");
}

CAF_TEST(a listener says once that it may have missed something) {
  const auto listener = postgres::open_listener(database.url(), "recapd_inbox");
  CAF_CHECK(!listener->wait(std::chrono::milliseconds{0}));
  end_connections();
  const auto until_thrown = [&] {
    for (int i = 0; i < 3; ++i)
      (void)listener->wait(std::chrono::milliseconds{1000});
  };
  CAF_CHECK_EQUAL(thrown(until_thrown), "unavailable");
  CAF_CHECK(listener->wait(std::chrono::milliseconds{0}));
  CAF_CHECK(!listener->wait(std::chrono::milliseconds{0}));
  s->insert_inbox("a");
  CAF_CHECK(listener->wait(std::chrono::seconds{30}));
}

CAF_TEST_FIXTURE_SCOPE_END()
