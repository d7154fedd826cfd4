// check: silent on what the engine writes, loud on everything else.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE checking
#include <algorithm>

#include "caf/test/unit_test.hpp"
#include "storage/postgres/store.hpp"
#include "stories.hpp"

using namespace recapd;
using namespace recapd::storage;
using namespace recapd::storage::postgres;
using namespace recapd::storage::test;
using workflows::test::story;

namespace {

namespace wf = workflows;

void write(store &s, const story &told, const std::string &id) {
  for (const auto &c : commits_of(told, id))
    CAF_REQUIRE_EQUAL(append(s, {c}), "ok");
}

void write_stories(store &s) {
  auto open = unlimited();
  open.ready();
  auto paid = unlimited();
  paid.ready().logged().submitted().completed().settled();
  auto voided = paid;
  voided.given(wf::void_session{.note = "no"}, wf::test::eve,
               wf::test::start + std::chrono::hours{9});
  auto corrected = paid;
  for (const int minutes : {30, 90})
    corrected.given(wf::correct_minutes{.minutes = minutes, .note = "seen"},
                    wf::test::eve, wf::test::start + std::chrono::hours{8});
  corrected.given(wf::void_session{.note = "no"}, wf::test::eve,
                  wf::test::start + std::chrono::hours{9});
  save_policies(s, paid);
  write(s, open, "s1");
  write(s, paid, "s2");
  write(s, voided, "s3");
  write(s, corrected, "s4");
  const auto command = refuses("c1", "s1");
  CAF_REQUIRE_EQUAL(append(s, {command}), "ok");
}

/// True if one of the sentences has all these words.
bool found(const violations &all, const std::vector<std::string> &words) {
  for (const auto &sentence : all)
    CAF_MESSAGE(sentence);
  return std::any_of(all.begin(), all.end(), [&](const auto &sentence) {
    return std::all_of(words.begin(), words.end(), [&](const auto &word) {
      return sentence.find(word) != std::string::npos;
    });
  });
}

/// What check says after `sql` went behind the engine's back.
violations after(const std::string &sql) {
  auto &database = pg_database::emptied();
  const auto s = postgres::open_store(database.url());
  write_stories(*s);
  postgres::connection{database.url()}.script(sql);
  return s->check();
}

}  // namespace

STORE_TEST(what the engine writes keeps every invariant) {
  CAF_CHECK(w.s->check().empty());
  write_stories(*w.s);
  for (int again = 0; again < 2; ++again)
    for (const auto &sentence : w.s->check())
      CAF_ERROR(w.kind << ": " << sentence);
}

STORE_TEST(a session listed by what its history does not say is found) {
  write_stories(*w.s);
  auto open = unlimited();
  open.ready();
  auto commits = commits_of(open, "s8");
  commits[0].row->course = "latin";
  commits[1].after->state = "missed";
  commits[1].after->next_timer = at(7);
  commits[0].row->currency = "EUR";
  commits[0].row->day += 2;
  commits[1].after->marks.set(0);
  commits[1].after->counts = {.minutes = 5, .confirm_seconds = 6, .pay = 7};
  commits[1].reminded = {{.seq = 2, .kind = "tutor_recap_due", .at = at(1)}};
  CAF_CHECK_EQUAL(append(*w.s, commits), "ok ok");
  for (const auto *column :
       {"course", "state", "timer", "currency", "day", "minutes",
        "confirm_seconds", "pay", "marks", "reminders"})
    CAF_CHECK(found(w.s->check(), {"s8", column}));
}

STORE_TEST(a counter that nobody holds is found in each store) {
  write_stories(*w.s);
  auto c = raises(refuses("c9", "s1"), week("zoe"), 30, 900);
  CAF_CHECK_EQUAL(append(*w.s, {c}), "ok");
  CAF_CHECK(found(w.s->check(), {"zoe", "30", "hold 0"}));
}

CAF_TEST(what is changed behind the engines back is found) {
  const struct {
    std::string_view what;
    std::string sql;
    std::vector<std::string> words;
  } damages[] = {
      {"a lost event",
       "DELETE FROM journal WHERE session_id = 's2' AND before = 1",
       {"s2", "gap"}},
      {"a lost last event",
       "DELETE FROM journal AS j USING sessions AS s WHERE s.id = 's2'"
       " AND j.session_id = s.id AND j.before = (SELECT max(before)"
       " FROM journal WHERE session_id = s.id)",
       {"s2", "state"}},
      {"all events lost",
       "DELETE FROM journal WHERE session_id = 's2' AND before IS NOT NULL",
       {"s2", "no events"}},
      {"a changed event",
       "UPDATE journal SET events = replace(events, '60',"
       " '55') WHERE session_id = 's2'",
       {"tutor_week of ann", "60", "55"}},
      {"an unreadable event",
       "UPDATE journal SET events = rtrim(events, '}') WHERE before = 0"
       " AND session_id = 's1'",
       {"s1", "event 1"}},
      {"a lost transfer", "TRUNCATE ledger", {"s2", "ledger"}},
      {"a lost correction",
       "SET session_replication_role = replica;"
       "DELETE FROM ledger WHERE kind = 'correction'",
       {"s4", "ledger"}},
      {"a changed counter",
       "UPDATE usage SET used = used + 5, cap = NULL WHERE kind = 0",
       {"tutor_week of ann", "65", "60"}},
      {"an outcome that is none",
       "UPDATE journal SET outcome = '[]' WHERE id = 'c1'",
       {"c1"}},
      {"a policy that is lost", "DELETE FROM policies", {"no policy"}},
  };
  for (const auto &d : damages) {
    CAF_MESSAGE(d.what);
    CAF_CHECK(found(after(d.sql), d.words));
  }
}

CAF_TEST(a changed column is found) {
  CAF_CHECK(found(after("UPDATE sessions SET tutor = 'tom' WHERE id = 's1'"),
                  {"s1", "tutor"}));
  CAF_CHECK(found(after("UPDATE standings SET next_timer = NULL"), {"never"}));
  CAF_CHECK(found(after("DELETE FROM standings"), {"s1", "state"}));
  CAF_CHECK(found(after("UPDATE sessions SET pay = 1 WHERE id = 's2'"),
                  {"s2", "pay"}));
  CAF_CHECK(found(after("UPDATE standings SET minutes = 7"), {"minutes"}));
  CAF_CHECK(found(after("DELETE FROM marks"), {"marks"}));
  CAF_CHECK(found(after("INSERT INTO marks VALUES (7, 3, 'ghost')"),
                  {"ghost", "marked 7"}));
  CAF_CHECK(
      found(after("UPDATE standings SET flagged = NOT flagged"), {"marks"}));
  CAF_CHECK(found(after("INSERT INTO standings VALUES ('ghost', 3, 'missed')"),
                  {"ghost", "missed"}));
}

CAF_TEST(a session that vanished is found) {
  const auto all = after("DELETE FROM sessions WHERE id = 's2'");
  CAF_CHECK(found(all, {"events", "s2"}));
  CAF_CHECK(found(all, {"ledger", "s2"}));
}

CAF_TEST(an event of no session is found whatever its number) {
  const auto all =
      after("INSERT INTO journal SELECT 'ghost', bucket, 6, 7, 1, at,"
            " who, position + 1, events FROM journal"
            " WHERE before > 0 ORDER BY position DESC LIMIT 1");
  CAF_CHECK(found(all, {"events", "ghost"}));
}

CAF_TEST(a version that its events do not make is found) {
  const auto all =
      after("UPDATE journal SET source = 'app', id = 'c7',"
            " scope = '', content = decode(md5('c'), 'hex'), version = 77"
            " WHERE session_id = 's1' AND before = 1");
  CAF_CHECK(found(all, {"c7", "no event 77"}));
}
