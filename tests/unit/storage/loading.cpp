// What actors load: in the order asked, with gaps where there is nothing.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE loading
#include "worlds.hpp"

#include "caf/test/unit_test.hpp"
#include "workflows/ids.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;
using recapd::workflows::bucket_of;
using recapd::workflows::limit_kind;
using recapd::workflows::usage_key;

namespace {

using keys = std::vector<command_key>;

std::string sessions(const std::vector<timer_row> &timers) {
  std::string out;
  for (const auto &t : timers)
    out += (out.empty() ? "" : " ") + t.session;
  return out;
}

commit timed(const std::string &session, int first,
             std::optional<instant> timer, std::optional<instant> before = {}) {
  auto c = moves(session, first);
  c.after->next_timer = timer;
  if (c.before) c.before->next_timer = before;
  return c;
}

}  // namespace

STORE_TEST(sessions come in the order asked) {
  CAF_CHECK_EQUAL(append(*w.s, {moves("a", 1), moves("b", 1, 2)}), "ok ok");
  const auto found = w.s->load_events(std::vector<session_version>{
      {.session = "b"}, {.session = "none"}, {.session = "a"}, {"b", 1}});
  std::string all;
  for (const auto &one : found)
    all += one.id + std::to_string(one.events.size()) + " ";
  CAF_CHECK_EQUAL(all, "b2 none0 a1 b1 ");
  CAF_CHECK_EQUAL(found[0].events[1].seq, 2);
  CAF_CHECK(w.s->load_events({}).empty());
}

STORE_TEST(counters of one name are apart by kind and item and period) {
  const usage_key tutor{limit_kind::tutor_week, "x", "", 7};
  const usage_key course{limit_kind::course_week, "x", "", 7};
  const usage_key student{limit_kind::student_course_week, "x", "bob", 7};
  const usage_key later{limit_kind::tutor_week, "x", "", 14};
  auto c = raises(moves("s1", 1), tutor, 1, 900);
  c = raises(c, course, 2, {});
  c = raises(c, student, 3, 180);
  CAF_CHECK_EQUAL(append(*w.s, {raises(c, later, 4, 900)}), "ok");
  const auto used =
      w.s->load_usage(std::vector{later, student, usage_key{}, course, tutor});
  CAF_CHECK(used == (std::vector<std::int64_t>{4, 3, 0, 2, 1}));
}

STORE_TEST(outcomes come in the order asked and whole) {
  CAF_CHECK_EQUAL(
      append(*w.s, {accepts("c1", moves("s1", 1)), refuses("c2", "s2", at(5))}),
      "ok ok");
  const auto found = w.s->find_outcomes(
      keys{{"app", "c2"}, {"app", "c3"}, {"web", "c1"}, {"app", "c1"}});
  CAF_REQUIRE_EQUAL(found.size(), 4u);
  CAF_REQUIRE(found[0] && found[3]);
  CAF_CHECK(!found[1] && !found[2]);
  CAF_CHECK(found[0]->refused());
  CAF_CHECK(found[0]->content == (digest{0xff, 0}));
  CAF_CHECK(found[0]->received_at == at(5));
  CAF_CHECK_EQUAL(found[0]->session, "s2");
  CAF_CHECK_EQUAL(found[3]->version, 1);
  CAF_CHECK(found[3]->content == (digest{1, 2, 3}));
  CAF_CHECK_EQUAL(found[3]->outcome,
                  R"({"id":"c1","source":"app","outcome":"accepted"})");
}

STORE_TEST(the same source and id may be several senders own) {
  const auto of = [](commit c, const std::string &scope) {
    c.outcome->scope = scope;
    c.outcome->who = "tutor:" + c.session;
    return c;
  };
  CAF_CHECK_EQUAL(
      append(*w.s, {of(accepts("c1", moves("s1", 1)), "tutor:ann"),
                    of(refuses("c1", "s2", at(5)), "student:bob"),
                    accepts("c1", moves("s3", 1)),
                    of(accepts("c1", moves("s4", 1)), "tutor:ann")}),
      "ok ok ok duplicate_command");
  CAF_CHECK_EQUAL(append(*w.s, {accepts("c1", moves("s5", 1))}),
                  "duplicate_command");
  const auto found = w.s->find_outcomes(keys{{"app", "c1", "student:bob"},
                                             {"app", "c1"},
                                             {"app", "c1", "tutor:eve"},
                                             {"app", "c1", "tutor:ann"}});
  CAF_CHECK(found[0] && found[1] && !found[2] && found[3]);
  CAF_CHECK_EQUAL(found[0]->session, "s2");
  CAF_CHECK_EQUAL(found[0]->who, "tutor:s2");
  CAF_CHECK_EQUAL(found[0]->scope, "student:bob");
  CAF_CHECK_EQUAL(found[1]->session, "s3");
  CAF_CHECK_EQUAL(found[3]->session, "s1");
}

STORE_TEST(an id that cannot be stored is not found and hides no other) {
  CAF_CHECK_EQUAL(append(*w.s, {accepts("c1", moves("s1", 1))}), "ok");
  const auto found = w.s->find_outcomes(
      keys{{"app", std::string("c\0", 2)}, {"\xff", "c1"}, {"app", "c1"}});
  CAF_CHECK(!found[0] && !found[1] && found[2]);
}

STORE_TEST(timers come earliest first then by session) {
  CAF_CHECK_EQUAL(append(*w.s, {timed("s4", 1, at(5)), timed("s3", 1, at(9)),
                                timed("s2", 1, at(5)), timed("s1", 1, at(7)),
                                timed("s0", 1, {})}),
                  "ok ok ok ok ok");
  std::vector<unsigned> all;
  for (unsigned b = 0; b < recapd::workflows::bucket_count; ++b)
    all.push_back(b);
  const auto due = [&](int minutes, int limit) {
    return sessions(w.s->load_timers(all, at(minutes), limit));
  };
  CAF_CHECK_EQUAL(due(9, 10), "s2 s4 s1 s3");
  CAF_CHECK_EQUAL(due(8, 10), "s2 s4 s1");
  CAF_CHECK_EQUAL(due(9, 3), "s2 s4 s1");
  CAF_CHECK_EQUAL(due(4, 10), "");
  CAF_CHECK_EQUAL(due(9, 0), "");
  CAF_CHECK(w.s->load_timers(all, at(9), 1)[0].at == at(5));
}

STORE_TEST(timers of other buckets stay out) {
  CAF_CHECK_EQUAL(append(*w.s, {timed("s1", 1, at(5)), timed("s2", 1, at(6))}),
                  "ok ok");
  CAF_REQUIRE(bucket_of("s1") != bucket_of("s2"));
  const std::vector one{bucket_of("s2")};
  CAF_CHECK_EQUAL(sessions(w.s->load_timers(one, at(9), 10)), "s2");
  CAF_CHECK_EQUAL(sessions(w.s->load_timers({}, at(9), 10)), "");
}

STORE_TEST(a timer moves and goes with its session) {
  const std::vector one{bucket_of("s1")};
  CAF_CHECK_EQUAL(append(*w.s, {timed("s1", 1, at(5))}), "ok");
  CAF_CHECK_EQUAL(append(*w.s, {timed("s1", 2, at(8), at(5))}), "ok");
  CAF_CHECK(w.s->load_timers(one, at(7), 10).empty());
  CAF_CHECK_EQUAL(sessions(w.s->load_timers(one, at(8), 10)), "s1");
  CAF_CHECK_EQUAL(append(*w.s, {timed("s1", 3, {}, at(8))}), "ok");
  CAF_CHECK(w.s->load_timers(one, at(99), 10).empty());
}

STORE_TEST(many timers in one bucket come in order however few are asked for) {
  std::vector<commit> commits;
  std::vector<std::string> expected;
  for (int i = 0; expected.size() < 60; ++i) {
    const auto id = "s" + std::to_string(i);
    if (bucket_of(id) % 128 != 3) continue;
    commits.push_back(
        timed(id, 1, at(1000 - static_cast<int>(expected.size()))));
    expected.push_back(id);
  }
  // One bucket that holds all of the earliest, among many that hold few.
  const auto crowded = bucket_of(expected[0]);
  for (int i = 0, n = 0; n < 40; ++i) {
    const auto id = "t" + std::to_string(i);
    if (bucket_of(id) != crowded) continue;
    commits.push_back(timed(id, 1, at(n++)));
  }
  (void)w.s->append(commits);
  std::vector<unsigned> buckets;
  for (unsigned b = 3; b < recapd::workflows::bucket_count; b += 128)
    buckets.push_back(b);
  const auto all = w.s->load_timers(buckets, at(2000), 1000);
  CAF_REQUIRE_EQUAL(all.size(), 100u);
  for (int limit : {1, 10, 35, 50, 99}) {
    const auto some = w.s->load_timers(buckets, at(2000), limit);
    CAF_CHECK_EQUAL(some.size(), static_cast<std::size_t>(limit));
    for (std::size_t i = 0; i < some.size(); ++i)
      CAF_CHECK_EQUAL(some[i].session, all[i].session);
  }
}
