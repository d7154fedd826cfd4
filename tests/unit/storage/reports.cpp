// Lists by marks and by start, queues, and statistics of what is stored.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE reports
#include "storage/session_token.hpp"
#include "worlds.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::storage;
using namespace recapd::storage::test;
using workflows::session_mark;

namespace {

workflows::mark_set marks(std::initializer_list<std::size_t> numbers) {
  workflows::mark_set out;
  for (auto n : numbers)
    out.set(n);
  return out;
}
constexpr auto asked = workflows::number_of(session_mark::asked);
constexpr auto overdue = workflows::number_of(session_mark::overdue);
constexpr auto flagged = workflows::number_of(session_mark::flagged);
constexpr std::size_t same_id = 4;

commit starts(const std::string &id, int minute,
              const std::string &program = "default") {
  auto c = moves(id, 1);
  c.row->starts_at = at(minute);
  c.row->program = c.program = program;
  c.row->currency = "USD";
  return c;
}

commit marked(commit c, const workflows::mark_set &as,
              const std::string &state = "scheduled") {
  c.after->marks = as;
  c.after->state = state;
  return c;
}

/// Returns the ids of all pages, a comma between pages.
std::string pages(store &s, session_filter f) {
  std::string out;
  for (f.most = 2;;) {
    const auto page = s.list_sessions(f);
    out += ids(page);
    if (!page.more) return out;
    out += ", ";
    // Where a session starts is not in a test's events.
    const auto minute = std::stoi(page.back().id.substr(1)) / 10;
    CAF_REQUIRE(
        begin_behind(f, session_token(f.order, at(minute), page.back().id)));
  }
}

std::string shown(const page<statistics_group> &all) {
  std::string out;
  for (const auto &g : all) {
    out += g.key + " " + std::to_string(g.sessions) + "x"
           + std::to_string(g.minutes);
    for (const auto &[currency, amount] : g.pay)
      out += " " + std::to_string(amount) + currency;
    if (g.median_confirm_seconds)
      out += " ~" + std::to_string(*g.median_confirm_seconds).substr(0, 4);
    if (g.count > 0)
      out += " " + std::to_string(g.answered) + "/" + std::to_string(g.count);
    out += "; ";
  }
  return out;
}

commit counted(commit c, const std::string &state,
               const workflows::totals &counts, int day = 20780) {
  c.row->day = day;
  c.after->state = state;
  c.after->counts = counts;
  return c;
}

}  // namespace

STORE_TEST(sessions are listed by their start both ways in pages) {
  CAF_CHECK_EQUAL(
      append(*w.s, {starts("s11", 1), starts("s50", 5), starts("s12", 1),
                    starts("s30", 3), starts("s51", 5, "night")}),
      "ok ok ok ok ok");
  using enum session_order;
  CAF_CHECK_EQUAL(pages(*w.s, {.order = starts_at}), "s11 s12, s30 s50, s51");
  CAF_CHECK_EQUAL(pages(*w.s, {.order = starts_at_down}),
                  "s51 s50, s30 s12, s11");
  CAF_CHECK_EQUAL(pages(*w.s, {.order = id}), "s11 s12, s30 s50, s51");
  CAF_CHECK_EQUAL(pages(*w.s, {.from = at(3), .order = starts_at_down}),
                  "s51 s50, s30");
  CAF_CHECK_EQUAL(pages(*w.s, {.tutor = "ann", .order = starts_at_down}),
                  "s51 s50, s30 s12, s11");
  CAF_CHECK_EQUAL(pages(*w.s, {.state = "scheduled", .order = starts_at}),
                  "s11 s12, s30 s50, s51");
  const program_set both{std::vector<std::string>{"night", "default"}};
  CAF_CHECK_EQUAL(pages(*w.s, {.programs = both, .order = starts_at_down}),
                  "s51 s50, s30 s12, s11");
  CAF_CHECK_EQUAL(pages(*w.s, {.program = "night", .order = starts_at}), "s51");
}

CAF_TEST(a token is of one order and of no other) {
  using enum session_order;
  const std::vector<session_order> orders{id, starts_at, starts_at_down};
  for (const auto made : orders)
    for (const auto asked_for : orders) {
      session_filter f{.order = asked_for};
      CAF_CHECK_EQUAL(begin_behind(f, session_token(made, at(7), "s-1")),
                      made == asked_for);
      CAF_CHECK_EQUAL(f.after, made == asked_for ? "s-1" : "");
    }
  for (const auto *text : {"", ".", "7.", "7.a b", "x.s1", "--7.s1", "7"}) {
    session_filter f{.order = starts_at};
    CAF_CHECK(!begin_behind(f, text));
  }
}

STORE_TEST(sessions are found by their marks as long as they have them) {
  CAF_CHECK_EQUAL(
      append(*w.s, {marked(starts("s1", 1), marks({same_id, flagged})),
                    marked(starts("s2", 2, "night"), marks({asked}), "missed"),
                    marked(starts("s3", 3), marks({same_id, overdue})),
                    starts("s4", 4)}),
      "ok ok ok ok");
  const auto list = [&](std::initializer_list<std::size_t> by,
                        const std::string &tutor = "") {
    return ids(w.s->list_sessions({.tutor = tutor, .marks = marks(by)}));
  };
  CAF_CHECK_EQUAL(list({same_id}), "s1 s3");
  CAF_CHECK_EQUAL(list({same_id}, "ann"), "s1 s3");
  CAF_CHECK_EQUAL(list({same_id}, "tom"), "");
  CAF_CHECK_EQUAL(list({asked}), "s2");
  CAF_CHECK_EQUAL(list({same_id, overdue}), "s3");
  CAF_CHECK_EQUAL(
      ids(w.s->list_sessions({.state = "missed", .marks = marks({asked})})),
      "s2");
  CAF_CHECK_EQUAL(
      ids(w.s->list_sessions({.program = "night", .marks = marks({same_id})})),
      "");
  auto next = moves("s1", 2);
  next.before->marks = marks({same_id, flagged});
  next.after->marks = marks({asked});
  CAF_CHECK_EQUAL(append(*w.s, {next}), "ok");
  CAF_CHECK_EQUAL(list({same_id}), "s3");
  CAF_CHECK_EQUAL(list({asked}), "s1 s2");
  // Two commits of one session, of which the second takes away what the first
  // has brought.
  auto there = moves("s4", 2);
  there.after->marks = marks({overdue});
  auto gone = moves("s4", 3);
  gone.before->marks = marks({overdue});
  CAF_CHECK_EQUAL(append(*w.s, {there, gone}), "ok ok");
  CAF_CHECK_EQUAL(list({overdue}), "s3");
}

STORE_TEST(queues count what waits for staff within programmes) {
  CAF_CHECK(w.s->count_queues({}) == queue_counts{});
  CAF_CHECK_EQUAL(
      append(*w.s, {marked(starts("s1", 1), marks({same_id, flagged})),
                    marked(starts("s2", 2, "night"), marks({asked}), "missed"),
                    marked(starts("s3", 3), {}, "missed"),
                    marked(starts("s4", 4), marks({overdue}),
                           "awaiting_student_recap"),
                    marked(starts("s5", 5), marks({same_id}), "paid"),
                    marked(starts("s6", 6), {}, "disputed")}),
      "ok ok ok ok ok ok");
  for (const auto *event : {R"({"subject":"s2"})", "not JSON"})
    w.s->write_dead_letter({.event = event,
                            .reason = "r",
                            .code = "malformed",
                            .ingress = "inbox",
                            .received_at = at(0),
                            .at = at(0)},
                           std::nullopt);
  CAF_CHECK((w.s->count_queues({})
             == queue_counts{.asked = 1,
                             .missed = 2,
                             .overdue = 1,
                             .flagged = 1,
                             .disputed = 1,
                             .dead_letters = 2}));
  CAF_CHECK((w.s->count_queues({std::vector<std::string>{"night"}})
             == queue_counts{.asked = 1, .missed = 1, .dead_letters = 1}));
  CAF_CHECK(
      (w.s->count_queues({std::vector<std::string>{}}) == queue_counts{}));
  CAF_CHECK((w.s->find_oldest_waiting()
             == oldest_waiting{.asked = at(2),
                               .missed = at(2),
                               .overdue = at(4),
                               .disputed = at(6)}));
  CAF_CHECK_EQUAL(w.s->count_untaken(1).dead_letters, 1);
  CAF_CHECK((w.s->count_untaken(9) == untaken{.dead_letters = 2}));
}

STORE_TEST(sessions are added up by what is asked for) {
  const workflows::totals paid{.minutes = 60, .confirm_seconds = 90, .pay = 7};
  auto euro = counted(starts("s4", 4), "paid",
                      {.minutes = 5, .confirm_seconds = 11, .pay = 3}, 20785);
  euro.row->currency = "EUR";
  euro.row->tutor = "tom";
  CAF_CHECK_EQUAL(
      append(*w.s,
             {counted(starts("s1", 1), "paid", paid),
              counted(starts("s2", 2), "paid", {20, 91, 0}, 20783),
              counted(starts("s3", 3, "night"), "missed", {}, 20784), euro}),
      "ok ok ok ok");
  const auto by = [&](statistic what, statistics_query of = {}) {
    of.by = what;
    return shown(w.s->statistics(of));
  };
  using enum statistic;
  CAF_CHECK_EQUAL(by(state), "missed 1x0; paid 3x85 3EUR 7USD ~90.0; ");
  CAF_CHECK_EQUAL(by(program), "default 3x85 3EUR 7USD ~90.0; night 1x0; ");
  CAF_CHECK_EQUAL(by(tutor), "ann 3x80 7USD ~90.5; tom 1x5 3EUR ~11.0; ");
  CAF_CHECK_EQUAL(by(course), "math 4x85 3EUR 7USD ~90.0; ");
  // 2026-11-23 is a Monday.
  CAF_CHECK_EQUAL(by(day), "2026-11-23 1x60 7USD ~90.0; 2026-11-26 1x20 0USD"
                           " ~91.0; 2026-11-27 1x0; 2026-11-28 1x5 3EUR"
                           " ~11.0; ");
  CAF_CHECK_EQUAL(by(state, {.from = at(2), .to = at(4)}),
                  "missed 1x0; paid 1x20 0USD ~91.0; ");
  CAF_CHECK_EQUAL(by(state, {.program = "night"}), "missed 1x0; ");
  CAF_CHECK_EQUAL(by(state, {.programs = {std::vector<std::string>{"night"}}}),
                  "missed 1x0; ");
  CAF_CHECK_EQUAL(by(state, {.program = "no'such"}), "");
  CAF_CHECK_EQUAL(by(tutor, {.most_groups = 1}), "ann 3x80 7USD ~90.5; ");
  CAF_CHECK(w.s->statistics({.by = tutor, .most_groups = 1}).more);
  CAF_CHECK(!w.s->statistics({.by = tutor, .most_groups = 2}).more);
  // What is corrected or taken back later counts as it is then.
  auto less = moves("s1", 2);
  less.before = standing{.state = "paid", .counts = paid};
  less.after = standing{.state = "paid", .counts = {50, 90, 6}};
  auto none = moves("s2", 2);
  none.before = standing{.state = "paid", .counts = {20, 91, 0}};
  none.after = standing{.state = "voided", .counts = {{}, 91, 0}};
  CAF_CHECK_EQUAL(append(*w.s, {less, none}), "ok ok");
  CAF_CHECK_EQUAL(by(state), "missed 1x0; paid 2x55 3EUR 6USD ~50.5;"
                             " voided 1x0 0USD ~91.0; ");
}

STORE_TEST(weeks begin on the policys day and are named by their Thursday) {
  std::vector<commit> commits;
  for (int i = 0; i < 15; ++i)
    commits.push_back(counted(starts("s" + std::to_string(i), i), "paid",
                              {.minutes = 1 << i}, 20817 + i));
  for (const auto &answer : w.s->append(commits))
    CAF_CHECK(!answer);
  for (int first = 1; first <= 7; ++first) {
    std::map<std::string, std::int64_t> expected;
    for (int i = 0; i < 15; ++i)
      expected[workflows::week_name(
          workflows::week_thursday(20817 + i, first))] += 1 << i;
    std::map<std::string, std::int64_t> found;
    for (const auto &g :
         w.s->statistics({.by = statistic::week, .week_starts_on = first}))
      found[g.key] = g.minutes;
    CAF_CHECK(found == expected);
  }
}

STORE_TEST(refusals are counted by code of sessions that exist) {
  const auto refused = [](const std::string &id, const std::string &session,
                          const std::string &codes) {
    auto c = refuses(id, session);
    c.outcome->outcome =
        R"({"id":")" + id
        + R"(","source":"app","outcome":"refused","refusals":[)" + codes + "]}";
    return c;
  };
  const auto code = [](const std::string &name) {
    return R"({"code":")" + name + R"(","detail":"d"})";
  };
  CAF_CHECK_EQUAL(
      append(*w.s, {starts("s1", 1), starts("s2", 2, "night"),
                    refused("c1", "s1",
                            code("too-early") + "," + code("recap-too-short")),
                    refused("c2", "s1", code("too-early")),
                    refused("c3", "s2", code("wrong-state")),
                    refused("c4", "s2", code("malformed")),
                    refused("c5", "s9", code("unknown-session"))}),
      "ok ok ok ok ok ok ok");
  statistics_query of{.by = statistic::refusal};
  CAF_CHECK_EQUAL(shown(w.s->statistics(of)),
                  "recap-too-short 0x0 0/1; too-early 0x0 0/2;"
                  " wrong-state 0x0 0/1; ");
  of.from = at(2);
  CAF_CHECK_EQUAL(shown(w.s->statistics(of)), "wrong-state 0x0 0/1; ");
}

STORE_TEST(a reminder is answered within a day and not later) {
  const auto reminds = [](commit c, const std::string &kind, int minute) {
    c.reminded.push_back(
        {.seq = c.events.back().seq, .kind = kind, .at = at(minute)});
    return c;
  };
  const auto answers = [](commit c, const std::string &kind, int minute) {
    c.answered.push_back({.kind = kind, .at = at(minute)});
    return c;
  };
  const int day = 24 * 60;
  CAF_CHECK_EQUAL(append(*w.s, {starts("s1", 1), starts("s2", 2)}), "ok ok");
  CAF_CHECK_EQUAL(append(*w.s, {reminds(moves("s1", 2), "due", 10),
                                reminds(moves("s2", 2), "due", 10)}),
                  "ok ok");
  CAF_CHECK_EQUAL(append(*w.s, {reminds(moves("s1", 3), "due", 20),
                                reminds(moves("s2", 3), "other", 20)}),
                  "ok ok");
  // The first one's day is over; another kind's reminders are not asked for.
  CAF_CHECK_EQUAL(append(*w.s, {answers(moves("s1", 4), "due", day + 20),
                                answers(moves("s2", 4), "due", day + 10)}),
                  "ok ok");
  // In one call, in the order of the versions.
  CAF_CHECK_EQUAL(append(*w.s, {reminds(moves("s2", 5), "late", 5),
                                answers(moves("s2", 6), "late", 6),
                                reminds(moves("s2", 7), "late", 7)}),
                  "ok ok ok");
  CAF_CHECK_EQUAL(shown(w.s->statistics({.by = statistic::reminder})),
                  "due 0x0 2/3; late 0x0 1/2; other 0x0 0/1; ");
  CAF_CHECK_EQUAL(
      shown(w.s->statistics({.by = statistic::reminder, .to = at(2)})),
      "due 0x0 1/2; ");
}
