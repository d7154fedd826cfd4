// What clients of the database can do, and what they cannot whatever they set.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE pg_clients
#include <limits>

#include "pg_fixture.hpp"

using recapd::workflows::transfer_kind;

namespace {

/// The clock stands at minute 3, so that each other moment was given by a
/// client.
struct fixture : raw_fixture {
  fixture() { s->save_manual_clock(at(3)); }

  std::vector<std::string> names(const std::string &sql) {
    const auto rows = raw.script(sql);
    std::vector<std::string> out;
    for (int i = 0; i < rows.size(); ++i)
      out.push_back(rows.text(i, 0));
    return out;
  }
};

constexpr auto ours = " pronamespace = 'public'::regnamespace";

}  // namespace

CAF_TEST_FIXTURE_SCOPE(pg_clients_tests, fixture)

CAF_TEST(no function looks anything up by its callers path) {
  // A function in standard SQL has no body to look up when it is called.
  CAF_CHECK(
      !names(std::string{"SELECT oid::regprocedure FROM pg_proc WHERE"} + ours)
           .empty());
  for (const auto &f :
       names(std::string{"SELECT oid::regprocedure FROM pg_proc WHERE"} + ours
             + " AND prosqlbody IS NULL AND NOT coalesce("
               "   'search_path=public, pg_temp' = ANY (proconfig), false)"))
    CAF_CHECK_EQUAL(f, "with SET search_path FROM CURRENT");
}

CAF_TEST(no function can be called by everybody) {
  for (const auto &f :
       names(std::string{"SELECT p.oid::regprocedure FROM pg_proc AS p,"
                         " aclexplode(coalesce(p.proacl,"
                         "   acldefault('f', p.proowner))) AS a WHERE"}
             + ours + " AND a.grantee = 0"))
    CAF_CHECK_EQUAL(f, "with REVOKE ALL ON FUNCTION … FROM PUBLIC");
}

CAF_TEST(a client sets neither moment nor seq nor bucket) {
  for (const std::string as : {"origin", "replica", "local"}) {
    CAF_MESSAGE(as);
    raw.script("SET session_replication_role = " + as);
    for (const auto *sql : {
             "INSERT INTO inbox (event, received_at)"
             " VALUES ('e', 'infinity'), ('e', '-infinity')",
             "INSERT INTO inbox (seq, event) OVERRIDING SYSTEM VALUE"
             " VALUES (-9223372036854775808, 'e')",
             "INSERT INTO inbox OVERRIDING USER VALUE"
             " SELECT 7, 'e', '294276-01-01', -3",
             "INSERT INTO inbox (event, bucket, received_at)"
             " VALUES ('e', 32767, '-infinity') ON CONFLICT DO NOTHING",
         })
      CAF_CHECK_EQUAL(tried(sql), "done");
  }
  const auto rows = s->read_inbox(0, 100);
  CAF_REQUIRE_EQUAL(rows.size(), 15u);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAF_CHECK_EQUAL(rows[i].seq, static_cast<std::int64_t>(i) + 1);
    CAF_CHECK(rows[i].received_at == at(3));
    CAF_CHECK(rows[i].trouble == row_trouble::none);
  }
  bucket_set first;
  first.set(0);
  CAF_CHECK(s->read_inbox(14, 1, first).at(0).ours);
  for (const std::string as : {"origin", "replica"}) {
    raw.script("SET session_replication_role = " + as);
    CAF_CHECK(refused("UPDATE inbox SET received_at = 'infinity'", "RC004"));
    CAF_CHECK(refused("UPDATE inbox SET event = event", "RC004"));
    CAF_CHECK(refused("INSERT INTO inbox (seq, event) VALUES (1, 'e')"
                      " ON CONFLICT ON CONSTRAINT inbox_pkey"
                      " DO UPDATE SET received_at = 'infinity';"
                      " UPDATE inbox SET seq = 0",
                      "RC004"));
  }
}

CAF_TEST(what a client names like a table or function of ours is not used) {
  for (const auto *sql : {
           "CREATE TEMPORARY TABLE manual_clock (now timestamptz,"
           " active boolean)",
           "INSERT INTO pg_temp.manual_clock VALUES ('infinity', true)",
           "CREATE SCHEMA hostile",
           "CREATE FUNCTION hostile.recapd_now() RETURNS timestamptz"
           " LANGUAGE sql AS $$ SELECT 'infinity'::timestamptz $$",
           "CREATE FUNCTION hostile.pg_notify(text, text) RETURNS void"
           " LANGUAGE plpgsql AS $$ BEGIN RAISE 'taken'; END $$",
           "CREATE FUNCTION hostile.nextval(regclass) RETURNS bigint"
           " LANGUAGE sql AS $$ SELECT 0 $$",
           "CREATE FUNCTION hostile.json_build_object(VARIADIC \"any\")"
           " RETURNS json LANGUAGE internal AS 'json_build_object'",
       })
    CAF_CHECK_EQUAL(tried(sql), "done");
  for (const auto *path :
       {"''", "hostile", "hostile, pg_catalog, public", "pg_temp"}) {
    raw.script(std::string{"SET search_path = "} + path);
    CAF_CHECK_EQUAL(tried("INSERT INTO public.inbox (event) VALUES ('e')"),
                    "done");
    CAF_CHECK_EQUAL(tried("SELECT * FROM public.outcomes"), "done");
    CAF_CHECK_EQUAL(tried("SELECT * FROM public.dead_letters"), "done");
  }
  for (const auto &row : s->read_inbox(0, 100))
    CAF_CHECK(row.received_at == at(3));
  raw.script("SET search_path = public; DROP SCHEMA hostile CASCADE");
}

CAF_TEST(an event of more than 64 KiB is refused where it is inserted) {
  const auto insert = [&](const std::string &expression) {
    return tried("INSERT INTO inbox (event) SELECT " + expression);
  };
  CAF_CHECK_EQUAL(insert("repeat('x', 65536)"), "done");
  CAF_CHECK_EQUAL(insert("repeat('ü', 32768)"), "done");
  for (const auto *longer :
       {"repeat('x', 65537)", "repeat('ü', 32768) || 'x'",
        "repeat('x', 20000000) FROM generate_series(1, 20)"})
    CAF_CHECK(insert(longer).find("inbox_event_at_most_64_kib")
              != std::string::npos);
  raw.script("SET session_replication_role = replica");
  CAF_CHECK(insert("repeat('x', 65537)").starts_with("23514"));
  CAF_CHECK_EQUAL(s->read_inbox(0, 10).size(), 2u);
}

CAF_TEST(what nodes hand to each other may be longer) {
  const std::string text(100'000, 'x');
  s->forward(std::vector<inbox_row>{
      {.seq = 0, .ours = true, .event = text, .received_at = at(1)}});
  const auto rows = s->read_inbox(0, 10);
  CAF_REQUIRE_EQUAL(rows.size(), 1u);
  CAF_CHECK(rows[0].event == text);
  CAF_CHECK(rows[0].taken);
  CAF_CHECK(rows[0].trouble == row_trouble::none);
}

CAF_TEST(rows that were forced in are read in part and in order) {
  raw.script("ALTER TABLE inbox DISABLE TRIGGER USER;"
             "ALTER TABLE inbox DROP CONSTRAINT inbox_event_at_most_64_kib;"
             "INSERT INTO inbox (seq, event, received_at, bucket) VALUES"
             " (-9223372036854775808, 'a', 'infinity', 0),"
             " (-5, 'b', '-infinity', -1),"
             " (0, 'c', '294276-12-31 23:59:59+00', 32767),"
             " (3, repeat('ü', 10000000), now(), 1024),"
             " (4, 'd', '4713-01-01 00:00:00+00 BC', 0),"
             " (9223372036854775807, 'e', now(), 0)");
  bucket_set first;
  first.set(0);
  const seq_range whole{.low = std::numeric_limits<std::int64_t>::min()};
  const auto rows = s->read_inbox_among({&whole, 1}, 10, first);
  raw.script("DELETE FROM inbox; "
             "ALTER TABLE inbox ADD CONSTRAINT inbox_event_at_most_64_kib"
             " CHECK (octet_length(event) <= 65536)");
  // What was switched off is on again at the next start.
  migrate(database.url());
  raw.script("SET session_replication_role = replica");
  CAF_CHECK_EQUAL(tried("INSERT INTO inbox (event, received_at)"
                        " VALUES ('e', 'infinity')"),
                  "done");
  CAF_CHECK(s->read_inbox(0, 10).at(0).received_at == at(3));
  CAF_REQUIRE_EQUAL(rows.size(), 6u);
  using enum row_trouble;
  const row_trouble expected[] = {no_moment, no_moment, no_moment,
                                  too_long,  no_moment, none};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAF_CHECK(rows[i].ours);
    CAF_CHECK(rows[i].trouble == expected[i]);
    CAF_CHECK(rows[i].event.size() <= 4 * (max_letter_bytes + 1));
  }
}

STORE_TEST(a letter keeps the beginning of what is too long) {
  dead_letter letter;
  letter.reason = "It is long.";
  for (const std::size_t bytes : {65'535u, 65'536u, 65'537u, 300'001u}) {
    letter.event = "x";
    while (letter.event.size() < bytes)
      letter.event += "ü";
    w.s->write_dead_letter(letter, std::nullopt);
  }
  const auto all = w.s->list_dead_letters(0, 10);
  CAF_REQUIRE_EQUAL(all.size(), 4u);
  CAF_CHECK_EQUAL(all[0].event.size(), 65'535u);
  CAF_CHECK_EQUAL(all[0].reason, "It is long.");
  for (std::size_t i = 1; i < all.size(); ++i) {
    CAF_CHECK_EQUAL(all[i].event.size(), 65'535u);
    CAF_CHECK_EQUAL(all[i].reason,
                    "It is long. Of the text the beginning is kept.");
  }
}

STORE_TEST(many letters are one statement and take their rows away) {
  w.s->save_manual_clock(at(1));
  for (const auto *text : {"a", "b", "c"})
    w.s->insert_inbox(text);
  std::vector<dead_letter> letters(2);
  letters[0].event = "c";
  letters[0].inbox_seq = 3;
  letters[1].event = "a";
  letters[1].inbox_seq = 1;
  w.s->write_dead_letters(letters);
  const auto rows = w.s->read_inbox(0, 10);
  CAF_REQUIRE_EQUAL(rows.size(), 1u);
  CAF_CHECK_EQUAL(rows[0].event, "b");
  const auto all = w.s->list_dead_letters(0, 10);
  CAF_REQUIRE_EQUAL(all.size(), 2u);
  CAF_CHECK_EQUAL(all[0].event, "c");
}

CAF_TEST(letters of any moment can be listed) {
  raw.script("INSERT INTO dead_letters (event, reason, code, ingress,"
             " received_at, at) VALUES ('e', 'r', 'c', 'inbox', 'infinity',"
             " '-infinity')");
  CAF_CHECK_EQUAL(s->list_dead_letters(0, 10).size(), 1u);
}

CAF_TEST(a subject is found wherever the program finds it) {
  bucket_set right;
  right.set(recapd::workflows::bucket_of("s1"));
  std::int64_t seq = 0;
  for (const auto &text : std::vector<std::string>{
           R"({"subject": "s1", "x": 1e-20000})",
           R"({"subject": "s1", "x": 0.)" + std::string(20'000, '1') + "}",
           R"({"sub\u006aect": "\u0073\u0031"})",
           R"({"a": [[[[[[{"subject": "s2"}]]]]]], "subject": "s1"})"}) {
    s->insert_inbox(text);
    CAF_CHECK(s->read_inbox(seq++, 1, right).at(0).ours);
  }
  bucket_set first;
  first.set(0);
  for (const auto &text : std::vector<std::string>{
           R"({"subject": "s1", "x": "\u0000"})",
           R"({"subject": "s1", "x": "\ud800"})", std::string(60'000, '['),
           R"({"subject": "s1", "x": )" + std::string(60'000, '[') + "}"}) {
    s->insert_inbox(text);
    CAF_CHECK(s->read_inbox(seq++, 1, first).at(0).ours);
  }
}

CAF_TEST(a ledger comes back in any order) {
  auto c = accepts("c1", moves("s1", 1, 2));
  CAF_REQUIRE_EQUAL(append(*s, {pays(c, transfer_kind::settlement)}), "ok");
  auto back = accepts("c2", moves("s1", 3));
  CAF_REQUIRE_EQUAL(append(*s, {pays(back, transfer_kind::reversal)}), "ok");
  raw.script("CREATE TEMPORARY TABLE dumped AS SELECT * FROM ledger;"
             "ALTER TABLE ledger DISABLE TRIGGER ledger_append_only;"
             "DELETE FROM ledger;"
             "ALTER TABLE ledger ENABLE TRIGGER ledger_append_only");
  CAF_CHECK_EQUAL(tried("INSERT INTO ledger SELECT * FROM dumped"
                        " ORDER BY kind"),
                  "done");
  CAF_CHECK_EQUAL(names("SELECT kind FROM ledger").size(), 2u);
}

CAF_TEST_FIXTURE_SCOPE_END()
