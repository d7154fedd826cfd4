// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE disbursements
#include "caf/test/unit_test.hpp"

#include <boost/json/parse.hpp>
#include <map>
#include <rapidcheck.h>

#include "story.hpp"
#include "workflows/disbursement/disbursement.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;
using enum disbursement_status;

namespace {

constexpr std::string_view new_york_zone = "America/New_York";

disbursement opened_by_run() {
  disbursement d;
  d.id = "d1";
  return evolve(d, {.seq = 1,
                    .at = at("2026-11-27T11:00:00Z"),
                    .by = sis,
                    .what = disbursement_opened{.run = "r",
                                                .program = "default",
                                                .tutor = "ann",
                                                .amount = 1500,
                                                .currency = "USD",
                                                .transfers = 1,
                                                .by = std::nullopt}});
}

report_result says(disbursement_status result, std::int64_t amount = 1500) {
  return {.result = result, .amount = amount, .currency = "USD"};
}

result_decision decided(const disbursement &d, const report_result &c,
                        const person &by = sis) {
  return decide(d, c,
                {.by = by,
                 .engine = who("system:recapd"),
                 .received_at = at("2026-11-28T11:00:00Z")});
}

/// What each result is answered in turn: the state after it, `again` where
/// nothing happens, or the refusal.
std::string answers(const std::vector<report_result> &all) {
  auto d = opened_by_run();
  std::string line;
  for (const auto &c : all) {
    const auto got = decided(d, c);
    if (!line.empty()) line += ' ';
    for (const auto &e : got.events)
      d = evolve(d, e);
    if (!got.refusals.empty())
      line += to_string(got.refusals.front().code);
    else
      line += got.events.empty() ? "again" : to_string(d.status);
  }
  return line;
}

instant run_after(std::string_view moment, const disbursement_rules &r = {}) {
  return next_run(r, new_york_zone, at(moment));
}

}  // namespace

CAF_TEST(a result moves a disbursement on and the same again changes nothing) {
  CAF_CHECK_EQUAL(answers({says(sent), says(sent), says(confirmed), says(sent),
                           says(confirmed)}),
                  "sent again confirmed again again");
  CAF_CHECK_EQUAL(answers({says(confirmed), says(sent)}), "confirmed again");
  CAF_CHECK_EQUAL(answers({says(failed), says(failed)}), "failed again");
}

CAF_TEST(of contradicting results only a confirmed one that returned is taken) {
  CAF_CHECK_EQUAL(answers({says(confirmed), says(failed), says(returned),
                           says(confirmed), says(failed)}),
                  "confirmed wrong-state returned again wrong-state");
  CAF_CHECK_EQUAL(answers({says(failed), says(confirmed), says(returned)}),
                  "failed wrong-state wrong-state");
  CAF_CHECK_EQUAL(answers({says(returned), says(confirmed)}),
                  "returned wrong-state");
}

CAF_TEST(another amount is refused and told to support once) {
  const auto d = opened_by_run();
  auto other = says(confirmed, 1400);
  const auto first = decided(d, other);
  CAF_REQUIRE_EQUAL(first.refusals.size(), 1u);
  CAF_CHECK(first.refusals.front().code == refusal_code::amount_mismatch);
  CAF_REQUIRE_EQUAL(first.events.size(), 1u);
  const auto after = evolve(d, first.events.front());
  CAF_CHECK(after.status == open);
  const auto told = notices_of(after, first.events.front());
  CAF_REQUIRE_EQUAL(told.size(), 1u);
  CAF_CHECK_EQUAL(told.front().to, "support");
  CAF_CHECK(decided(after, other).events.empty());
  other.currency = "EUR";
  CAF_CHECK_EQUAL(decided(after, other).events.size(), 1u);
}

CAF_TEST(only system says what became of a disbursement) {
  for (const auto &by : {ann, eve, who("admin:ada")}) {
    const auto got = decided(opened_by_run(), says(confirmed), by);
    CAF_REQUIRE_EQUAL(got.refusals.size(), 1u);
    CAF_CHECK(got.refusals.front().code == refusal_code::not_allowed);
  }
  disbursement none;
  CAF_CHECK(decided(none, says(sent)).refusals.front().code
            == refusal_code::unknown_disbursement);
}

CAF_TEST(what failed or returned gives the money back and is told) {
  for (const auto result : {failed, returned}) {
    const auto d = opened_by_run();
    const auto e = decided(d, says(result)).events.front();
    const auto after = evolve(d, e);
    const auto back = transfer_of(after, e);
    CAF_REQUIRE(back);
    CAF_CHECK_EQUAL(back->from, "clearing:default");
    CAF_CHECK_EQUAL(back->to, "tutor:ann");
    CAF_CHECK_EQUAL(back->amount, 1500);
    CAF_CHECK_EQUAL(notices_of(after, e).size(), 2u);
  }
  const auto e = decided(opened_by_run(), says(confirmed)).events.front();
  CAF_CHECK(!transfer_of(evolve(opened_by_run(), e), e));
}

CAF_TEST(an event is read as it was written) {
  auto failure = says(failed);
  failure.reason = "no such account";
  const std::vector<disbursement_event_body> all{
      disbursement_opened{.run = "r",
                          .program = "p",
                          .tutor = "ann",
                          .amount = 1,
                          .currency = "USD",
                          .transfers = 2,
                          .by = disbursement_way::http},
      disbursement_moved{.to = sent},
      disbursement_moved{.to = failed, .reason = "no"},
      disbursement_mismatched{failure}};
  for (const auto &e : all) {
    const auto read =
        parse_disbursement_event(type_of(e), boost::json::parse(to_text(e)));
    CAF_REQUIRE(read.has_value());
    CAF_CHECK(*read == e);
  }
}

CAF_TEST(runs are due by the local day and time) {
  CAF_CHECK_EQUAL(format_rfc3339(run_after("2026-11-23T10:00:00Z")),
                  "2026-11-27T11:00:00Z");
  CAF_CHECK_EQUAL(format_rfc3339(run_after("2026-11-27T11:00:00Z")),
                  "2026-12-04T11:00:00Z");
  CAF_CHECK_EQUAL(format_rfc3339(run_after("2026-11-27T10:59:59Z")),
                  "2026-11-27T11:00:00Z");
  // On the day on which clocks go forward 02:30 is skipped, and when they go
  // back 01:30 comes twice.
  disbursement_rules sunday;
  sunday.on = 7;
  sunday.at_minute = 150;
  CAF_CHECK_EQUAL(format_rfc3339(run_after("2026-03-07T10:00:00Z", sunday)),
                  "2026-03-08T07:00:00Z");
  sunday.at_minute = 90;
  CAF_CHECK_EQUAL(format_rfc3339(run_after("2026-10-31T10:00:00Z", sunday)),
                  "2026-11-01T05:30:00Z");
  CAF_CHECK_EQUAL(format_rfc3339(run_after("2026-11-01T05:30:00Z", sunday)),
                  "2026-11-08T06:30:00Z");
}

CAF_TEST(what was missed is one run) {
  const disbursement_rules r;
  const auto since = at("2026-10-01T00:00:00Z");
  const auto due = due_run(r, new_york_zone, since, at("2026-11-30T00:00:00Z"));
  CAF_REQUIRE(due);
  CAF_CHECK_EQUAL(format_rfc3339(*due), "2026-11-27T11:00:00Z");
  CAF_CHECK(!due_run(r, new_york_zone, *due, at("2026-12-04T10:59:59Z")));
  CAF_CHECK(due_run(r, new_york_zone, *due, at("2026-12-04T11:00:00Z")));
}

CAF_TEST(ids follow from what they are for and are ids) {
  const auto run = run_id("night", new_york_zone, at("2026-11-27T11:00:00Z"));
  CAF_CHECK_EQUAL(run, "night-2026-11-27-0600");
  const std::string longest(64, 'p');
  const auto digest =
      run_id(longest, new_york_zone, at("2026-11-27T11:00:00Z"));
  CAF_CHECK(valid_id(digest));
  CAF_CHECK(digest
            != run_id(longest, new_york_zone, at("2026-12-04T11:00:00Z")));
  const auto id = disbursement_id(run, "ann", "USD");
  CAF_CHECK(valid_id(id));
  CAF_CHECK_EQUAL(id, disbursement_id(run, "ann", "USD"));
  CAF_CHECK(id != disbursement_id(run, "ann", "EUR"));
  CAF_CHECK(id != disbursement_id(run, "bob", "USD"));
}

CAF_TEST(a key is no id and has the bucket of the plain one) {
  const auto key = disbursement_key("d1");
  CAF_CHECK(!valid_id(key));
  CAF_CHECK_EQUAL(bucket_of(key), bucket_of("d1"));
  CAF_CHECK(disbursement_of(key) == std::string_view{"d1"});
  CAF_CHECK(!disbursement_of("d1"));
  CAF_CHECK(!disbursement_of(runs_key("default")));
  CAF_CHECK(runs_of(runs_key("default")) == std::string_view{"default"});
}

CAF_TEST(a plan pays positive sums that are not below the minimum) {
  CAF_CHECK(rc::check("plans", [] {
    std::vector<waiting_transfer> all;
    for (const auto *tutor : {"ann", "bob", "cal"})
      for (const auto *currency : {"EUR", "USD"})
        for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
          all.push_back({.tutor = tutor,
                         .currency = currency,
                         .session = "s" + std::to_string(i),
                         .amount = *rc::gen::inRange(-30, 60)});
    const std::int64_t minimum = *rc::gen::inRange(0, 50);
    std::map<std::pair<std::string, std::string>, std::int64_t> sums;
    for (const auto &t : all)
      sums[{t.tutor, t.currency}] += t.amount;
    std::erase_if(sums, [&](const auto &one) {
      return one.second < minimum || one.second <= 0;
    });
    std::map<std::pair<std::string, std::string>, std::int64_t> planned;
    for (const auto &p : plan_disbursements(all, minimum)) {
      std::int64_t sum = 0;
      for (const auto &t : p.transfers) {
        RC_ASSERT(t.tutor == p.tutor && t.currency == p.currency);
        sum += t.amount;
      }
      RC_ASSERT(sum == p.amount);
      RC_ASSERT(planned.emplace(std::pair{p.tutor, p.currency}, sum).second);
    }
    RC_ASSERT(planned == sums);
  }));
}

CAF_TEST(the policy says when and how) {
  const auto read = [](std::string_view text) {
    policy_error error;
    const auto p = parse_policy(boost::json::parse(text).as_object(), error);
    CAF_MESSAGE(error.path << " " << error.expected);
    return p;
  };
  CAF_CHECK(!read("{}")->base.disbursements);
  const auto p = read(R"({"disbursements": {"every": "week", "on": "monday",
    "at": "18:30", "after_settled": "7d", "minimum": 500, "by": "http"},
    "programs": {"night": {"disbursements": {"on": "sunday"}},
                 "day": {"disbursements": null}}})");
  CAF_REQUIRE(p);
  CAF_CHECK((*p->base.disbursements
             == disbursement_rules{.on = 1,
                                   .at_minute = 18 * 60 + 30,
                                   .after_settled = std::chrono::hours{168},
                                   .minimum = 500,
                                   .by = disbursement_way::http}));
  CAF_CHECK_EQUAL(p->rules_for("night", "").disbursements->on, 7);
  CAF_CHECK_EQUAL(p->rules_for("night", "").disbursements->minimum, 500);
  CAF_CHECK(!p->rules_for("day", "").disbursements);
  policy_error error;
  CAF_CHECK(parse_policy(to_json(*p), error) == p);
  for (const auto *wrong :
       {R"({"disbursements": {"every": "month"}})",
        R"({"disbursements": {"at": "24:00"}})",
        R"({"disbursements": {"on": "someday"}})",
        R"({"disbursements": {"minimum": -1}})",
        R"({"disbursements": {"by": "mail"}})", R"({"disbursements": 5})",
        R"({"courses": {"C": {"disbursements": null}}})"})
    CAF_CHECK(!read(wrong));
}
