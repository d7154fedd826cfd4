// What-if: recorded commands decided anew under another policy.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE whatif

#include <caf/test/dsl.hpp>
#include <deque>

#include "story.hpp"
#include "workflows/whatif/term.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

/// Returns a refused command as the journal keeps it.
replay_command kept(const command &c, int version,
                    const std::vector<refusal> &why) {
  return *parse_replay_text(to_replay_text(
      c, {.version = version, .policy_version = 1, .why = in_figures(why)}));
}

/// Sessions as an engine decides and records them under `r`, with counters that
/// they share.
class recorder {
public:
  rules r;
  const program_set *programs = nullptr;  ///< in which senders may act
  bool away = false;  ///< the engine does not look by itself

  /// Decides a command about a session at once; returns true if it was taken.
  bool send(const std::string &id, const command &c, const person &by,
            instant at) {
    auto &one = session_of(id);
    while (!away && due(one, at))
      look(id, *due(one, at));
    facts f{.by = by,
            .received_at = at,
            .now = at,
            .decided_by = &r,
            .policy_version = 1,
            .used = {},
            .programs = programs};
    for (const auto &claim : claims(one.state, c, f))
      f.used.push_back(used_[claim.key]);
    const auto d = decide(one.state, c, f);
    if (d.has_value()) {
      write(one, {.at = at, .by = by}, *d);
      return true;
    }
    one.record.entries.push_back(
        {.at = at, .by = by, .refused = kept(c, one.state.version, d.error())});
    return false;
  }

  /// Lets the engine look at a session.
  void look(const std::string &id, instant at) {
    auto &one = session_of(id);
    const facts f{.by = engine_itself,
                  .received_at = at,
                  .now = at,
                  .decided_by = &r,
                  .policy_version = 1,
                  .used = {}};
    const auto d = decide(one.state, fire_timers{}, f);
    if (!d->empty())
      write(one, {.at = at, .by = engine_itself, .by_command = false}, *d);
  }

  /// Erases what a person wrote in a session.
  void erase(const std::string &id, const person &who, instant at) {
    auto &one = session_of(id);
    const person admin{.as = role::admin, .id = "ada"};
    write(one, {.at = at, .by = admin, .by_command = false},
          {{.seq = one.state.version + 1,
            .at = at,
            .by = admin,
            .what = person_erased{.who = who}}});
  }

  /// Schedules a session a day before it begins; its students all go.
  void ready(const std::string &id, const schedule_session &what = plan()) {
    CAF_REQUIRE(send(id, what, sis, what.starts_at - 24h));
    for (const auto &student : what.students)
      CAF_REQUIRE(send(id, accept_invitation{student},
                       {.as = role::student, .id = student},
                       what.starts_at - 23h));
  }

  /// Returns the term of all sessions by other rules, played up to `now`.
  /// Sessions whose ids begin with `other` are followed.
  const term &replayed(const rules &by, instant now) {
    by_ = by;
    const rulebook were = [this](int, auto, auto) -> const rules & {
      return r;
    };
    would_ = [this](int, auto, auto) -> const rules & { return by_; };
    auto &t = terms_.emplace_back(would_, now);
    for (const auto &[id, one] : sessions_)
      if (id.starts_with("other"))
        t.add_followed(make_script(one.record, were));
      else
        t.add_replayed(make_script(one.record, were));
    CAF_REQUIRE(t.play([] { return true; }));
    return t;
  }

  /// Returns how the only session differs by other rules; nothing: it does not.
  std::optional<whatif_difference> difference(const rules &by, instant now) {
    std::optional<whatif_difference> found;
    replayed(by, now).each([&](const script &of, const replay &played) {
      found = difference_of(of, played);
    });
    return found;
  }

private:
  struct recorded {
    session state;
    session_record record;
  };
  recorded &session_of(const std::string &id) {
    auto &one = sessions_[id];
    one.state.id = one.record.id = id;
    return one;
  }
  /// Returns when the engine looks at a session next, if before `until`.
  std::optional<instant> due(const recorded &one, instant until) const {
    const auto timer = next_timer(one.state, r);
    return timer && timer->fires_at < until ? std::optional{timer->fires_at}
                                            : std::nullopt;
  }
  void write(recorded &one, record_entry entry, std::vector<event> events) {
    if (auto paid = settlement_after(one.state, events, r))
      events.push_back(*paid);
    for (const auto &e : events) {
      const auto done = happen(one.state, e);
      for (const auto &c : done.claims)
        used_[c.key] += c.amount;
      for (const auto &c : done.released)
        used_[c.key] -= c.amount;
    }
    entry.events = std::move(events);
    one.record.entries.push_back(std::move(entry));
  }

  std::map<std::string, recorded> sessions_;
  std::map<usage_key, std::int64_t> used_;
  rules by_;
  rulebook would_;
  std::deque<term> terms_;
};

/// A session that was paid: 60 minutes, recaps of 150 characters, with a recap
/// that was too short before.
recorder paid_one() {
  recorder all;
  all.ready("s1");
  CAF_REQUIRE(!all.send("s1", complete_of(60, recap_of(100)), ann, start + 1h));
  CAF_REQUIRE(all.send("s1", complete_of(60), ann, start + 75min));
  CAF_REQUIRE(all.send("s1", submit_recap{good}, bob, start + 3h));
  return all;
}

schedule_session plan_at(instant starts_at) {
  auto p = plan();
  p.starts_at = starts_at;
  return p;
}

constexpr auto much_later = 2400h;

}  // namespace

CAF_TEST(the policy that was gives what was) {
  auto all = paid_one();
  CAF_CHECK(!all.difference(all.r, start + much_later));
  const auto sums = all.replayed(all.r, start + much_later).summary();
  CAF_CHECK_EQUAL(sums.sessions, 1);
  CAF_CHECK_EQUAL(sums.was.paid, 1);
  CAF_CHECK_EQUAL(sums.was.minutes, 60);
  CAF_CHECK_EQUAL(sums.was.pay.at("USD"), 1500);
  CAF_CHECK_EQUAL(
      sums.was.refused.at(std::size_t(refusal_code::recap_too_short)), 1);
  CAF_CHECK(sums.was == sums.would);
}

CAF_TEST(a shorter recap would have been taken when it was sent) {
  auto all = paid_one();
  auto other = all.r;
  other.min_recap_characters = 100;
  const auto d = all.difference(other, start + much_later);
  CAF_REQUIRE(d);
  CAF_CHECK_EQUAL(
      d->why, "session.complete by tutor:ann at 2026-11-23T15:30:00Z would be "
              "taken; it was refused (recap too short).");
  CAF_CHECK(d->was.refused == std::vector{refusal_code::recap_too_short});
  CAF_CHECK(d->would.refused == std::vector{refusal_code::wrong_state});
  CAF_CHECK(d->would.state == session_status::paid);
}

CAF_TEST(a longer recap would have been refused and the session missed) {
  auto all = paid_one();
  auto other = all.r;
  other.min_recap_characters = 200;
  const auto d = all.difference(other, start + much_later);
  CAF_REQUIRE(d);
  CAF_CHECK(d->would.state == session_status::missed);
  CAF_CHECK(!d->would.minutes && !d->would.pay);
  CAF_CHECK_EQUAL(d->would.reminders, 4);
  CAF_CHECK_EQUAL(d->was.reminders, 0);
  const auto early = all.difference(other, start + 71h);
  CAF_REQUIRE(early);
  CAF_CHECK(early->would.state == session_status::scheduled);
}

CAF_TEST(another rate pays what names none) {
  auto all = paid_one();
  auto named = plan_at(start + 24h);
  named.rate_per_hour = 3000;
  all.ready("s2", named);
  CAF_REQUIRE(all.send("s2", complete_of(30), ann, named.starts_at + 1h));
  CAF_REQUIRE(all.send("s2", submit_recap{good}, bob, named.starts_at + 2h));
  auto other = all.r;
  other.rate_per_hour = 2000;
  const auto sums = all.replayed(other, start + much_later).summary();
  CAF_CHECK_EQUAL(sums.was.pay.at("USD"), 3000);
  CAF_CHECK_EQUAL(sums.would.pay.at("USD"), 3500);
}

CAF_TEST(the reason gives money as the decimals of its currency are) {
  auto all = paid_one();
  auto other = all.r;
  other.rate_per_hour = 2000;
  const auto dearer = all.difference(other, start + much_later);
  CAF_REQUIRE(dearer);
  CAF_CHECK_EQUAL(dearer->why, "It would have 20.00 USD, not 15.00 USD.");
  other.currency = "JPY";
  const auto yen = all.difference(other, start + much_later);
  CAF_REQUIRE(yen);
  CAF_CHECK_EQUAL(yen->why, "It would have 2000 JPY, not 15.00 USD.");
}

CAF_TEST(another currency alone is the reason) {
  recorder unpaid;
  unpaid.ready("s1");
  auto other = unpaid.r;
  other.currency = "EUR";
  const auto d = unpaid.difference(other, start);
  CAF_REQUIRE(d);
  CAF_CHECK_EQUAL(d->why, "It would be in EUR, not USD.");
}

CAF_TEST(a lower cap refuses whoever comes later) {
  recorder all;
  const auto second = plan_at(start + 24h);
  all.ready("a", second);
  all.ready("b");
  CAF_REQUIRE(all.send("b", log_of(60), ann, start + 1h));
  CAF_REQUIRE(all.send("a", log_of(45), ann, start + 26h));
  auto other = all.r;
  other.limits.tutor_minutes_per_week = 90;
  std::map<std::string, whatif_difference> found;
  all.replayed(other, start + 30h)
      .each([&](const script &of, const replay &played) {
        if (auto d = difference_of(of, played)) found[of.id] = *d;
      });
  CAF_CHECK_EQUAL(found.size(), 1u);
  CAF_CHECK(found.at("a").would.refused
            == std::vector{refusal_code::tutor_weekly_limit});
}

CAF_TEST(a higher cap lets in what was refused) {
  recorder all;
  all.r.limits.tutor_minutes_per_week = 90;
  const auto second = plan_at(start + 24h);
  all.ready("other", plan());
  all.ready("s2", second);
  CAF_REQUIRE(all.send("other", log_of(60), ann, start + 1h));
  CAF_REQUIRE(!all.send("s2", log_of(45), ann, start + 26h));
  CAF_REQUIRE(all.send("s2", log_of(30), ann, start + 27h));
  auto other = all.r;
  other.limits.tutor_minutes_per_week = 104;
  const auto still = all.difference(other, start + 30h);
  CAF_CHECK(!still);
  other.limits.tutor_minutes_per_week = 105;
  const auto d = all.difference(other, start + 30h);
  CAF_REQUIRE(d);
  CAF_CHECK(d->would.minutes == 45);
  CAF_CHECK(d->would.refused == std::vector{refusal_code::wrong_state});
}

CAF_TEST(hours that are given back by a miss make room) {
  recorder all;
  all.r.limits.tutor_minutes_per_week = 90;
  all.ready("a", plan());
  all.ready("b", plan_at(start + 24h));
  CAF_REQUIRE(all.send("a", log_of(60), ann, start + 1h));
  CAF_REQUIRE(!all.send("b", log_of(60), ann, start + 60h));
  CAF_REQUIRE(all.send("a", submit_recap{good}, ann, start + 71h));
  auto other = all.r;
  other.log_window = 48h;
  std::map<std::string, whatif_difference> found;
  all.replayed(other, start + 65h)
      .each([&](const script &of, const replay &played) {
        if (auto d = difference_of(of, played)) found[of.id] = *d;
      });
  CAF_CHECK(found.at("a").would.state == session_status::missed);
  CAF_CHECK(found.at("b").would.minutes == 60);
}

CAF_TEST(what falls due by both policies is as late as it was) {
  recorder all;
  all.ready("s1");
  CAF_REQUIRE(all.send("s1", complete_of(60), ann, start + 1h));
  all.away = true;
  all.look("s1", start + 1h + 60h);  // it was away for two reminders
  CAF_REQUIRE(all.send("s1", submit_recap{good}, bob, start + 1h + 61h));
  CAF_CHECK(!all.difference(all.r, start + much_later));
  auto other = all.r;
  other.reminders[reminder_kind::student_recap_reminder] = {12h, 24h, 48h};
  const auto d = all.difference(other, start + much_later);
  CAF_REQUIRE(d);
  CAF_CHECK_EQUAL(d->was.reminders, 2);
  CAF_CHECK_EQUAL(d->would.reminders, 3);
}

CAF_TEST(an erasure is no look at what fell due) {
  recorder all;
  all.ready("s1");
  CAF_REQUIRE(all.send("s1", complete_of(60), ann, start + 1h));
  all.away = true;
  all.erase("s1", ann, start + 1h + 40h);
  all.look("s1", start + 1h + 60h);  // it was away for two reminders
  CAF_REQUIRE(all.send("s1", submit_recap{good}, bob, start + 1h + 61h));
  all.erase("s1", bob, start + 1h + 70h);
  CAF_CHECK(!all.difference(all.r, start + much_later));
  all.replayed(all.r, start + much_later)
      .each([](const script &of, const replay &played) {
        CAF_CHECK(of.was == played.would());
        CAF_CHECK_EQUAL(of.was.reminders[reminder_kind::student_recap_reminder],
                        1);
      });
}

CAF_TEST(a silent student is confirmed when the other policy says) {
  recorder all;
  all.ready("s1");
  CAF_REQUIRE(all.send("s1", complete_of(60), ann, start + 1h));
  auto other = all.r;
  other.auto_confirm_after = 10h;
  const auto before = all.difference(other, start + 10h);
  CAF_CHECK(!before);
  const auto d = all.difference(other, start + 11h);
  CAF_REQUIRE(d);
  CAF_CHECK(d->would.state == session_status::paid);
  CAF_CHECK(d->would.pay == 1500);
  CAF_CHECK_EQUAL(d->why,
                  "It would be paid, not awaiting_student_recap. It would have "
                  "15.00 USD, not no pay.");
}

CAF_TEST(who may not act in the programme is refused by any policy) {
  recorder all;
  all.ready("s1");
  const program_set others{.only = std::vector<std::string>{"others"}};
  all.programs = &others;
  CAF_REQUIRE(!all.send("s1", log_of(60), ann, start + 1h));
  CAF_CHECK(!all.difference(all.r, start + 2h));
}

CAF_TEST(all sessions that count in a week begin within its span) {
  for (const int first : {1, 7}) {
    const int thursday = week_thursday(local_day(start, "UTC"), first);
    const auto span = span_of(thursday, first);
    for (const auto *zone : {"UTC", "Pacific/Kiritimati", "Etc/GMT+12"})
      for (auto t = start - 10 * 24h; t < start + 10 * 24h; t += 30min) {
        const whereabouts at{.starts_at = t, .timezone = zone, .program = {}};
        if (week_of(at, first) == thursday)
          CAF_CHECK(t >= span.from && t < span.to);
      }
  }
}

CAF_TEST(a replay stops when it is told to) {
  auto all = paid_one();
  const rulebook were = [&](int, auto, auto) -> const rules & { return all.r; };
  term t{were, start};
  session_record one{.id = "x"};
  const refusal why{.code = refusal_code::not_allowed, .detail = {}};
  one.entries.push_back(
      {.at = start, .by = sis, .refused = kept(plan(), 0, {why})});
  t.add_replayed(make_script(one, were));
  CAF_CHECK(!t.play([] { return false; }));
}
