// Statistics, queues and marks are those of the sessions' histories.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE statistics_laws
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "stories.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::storage;
using namespace recapd::storage::test;
using namespace recapd::workflows::test;
namespace wf = recapd::workflows;

namespace {

/// 0 to `count` - 1, each as likely in small cases as in large ones.
int pick(int count) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, count));
}

struct told_session {
  std::string id;
  story told = unlimited();
  std::vector<std::string> refused = {};  ///< codes
};

wf::schedule_session any_plan() {
  auto what = plan({"bob", "cal"}, pick(2) == 0 ? wf::modality::online
                                                : wf::modality::in_person);
  what.tutor = pick(4) == 0 ? "bob" : "ann";
  what.course = pick(2) == 0 ? "MATH101" : "LATIN";
  what.program = pick(2) == 0 ? "day" : "night";
  what.starts_at = start + 24h * pick(20) + 1h * pick(24);
  if (pick(2) == 0) what.currency = "EUR";
  if (pick(2) == 0) what.timezone = "Pacific/Kiritimati";
  return what;
}

/// Any command that somebody may send.
std::pair<wf::command, wf::person> any_command(const wf::session &s) {
  const wf::person tutor{.as = wf::role::tutor, .id = s.tutor};
  const auto student = pick(2) == 0 ? bob : cal;
  switch (pick(16)) {
  case 0:
    return {wf::accept_invitation{.student = student.id}, student};
  case 1:
    return {wf::decline_invitation{.student = student.id}, student};
  case 2:
    return {log_of(5 + 5 * pick(20)), tutor};
  case 3:
  case 4:
    return {complete_of(5 + 5 * pick(16), good, true), tutor};
  case 5:
  case 6:
    return {wf::submit_recap{.written = pick(3) == 0 ? recap_of(200) : good},
            student};
  case 7:
    return {wf::submit_recap{.written = good}, tutor};
  case 8:
    return {wf::request_support{.message = "ill"}, tutor};
  case 9:
    return {wf::reopen_session{.hours = 1 + pick(40), .note = "fair"}, eve};
  case 10:
    return {wf::correct_minutes{.minutes = 5 + 5 * pick(16), .note = "seen"},
            eve};
  case 11:
    return {wf::void_session{.note = "no"}, eve};
  case 12:
    return {wf::dispute_session{.reason = "less"},
            pick(2) == 0 ? tutor : student};
  case 13:
    return {wf::uphold_session{.note = "right"}, eve};
  case 14:
    return {wf::deny_update{.note = "no"}, eve};
  default:
    return {wf::cancel_session{.reason = "rain"}, tutor};
  }
}

/// A session that somebody does something with now and then.
told_session any_session(int number) {
  told_session out{.id = "s" + std::to_string(number)};
  auto &t = out.told;
  t.ready(any_plan());
  auto now = t.s.starts_at;
  for (int steps = pick(12); steps > 0; --steps) {
    now += 1min * pick(30 * 60);
    (void)t.fires(now);
    const auto [what, by] = any_command(t.s);
    const auto decided = t.when(what, by, now);
    if (decided.has_error())
      for (const auto &r : decided.error())
        out.refused.emplace_back(to_string(r.code));
    if (t.s.status == wf::session_status::completed) t.settled();
  }
  return out;
}

/// A command of the session that was refused for these codes.
commit refusal_of(const told_session &s) {
  std::string codes;
  for (const auto &code : s.refused)
    codes += (codes.empty() ? R"({"code":")" : R"(,{"code":")") + code + "\"}";
  auto c = refuses("r-" + s.id, s.id);
  c.outcome->outcome = R"({"id":"r-)" + s.id
                       + R"(","source":"app","outcome":"refused","refusals":[)"
                       + codes + "]}";
  return c;
}

/// What statistics are folded to, session by session.
struct folded {
  std::map<std::string, statistics_group> groups;
  std::map<std::string, std::vector<double>> waits;

  void add(const std::string &key, const wf::session &s,
           const std::vector<wf::event> &history) {
    auto &g = groups[key];
    ++g.sessions;
    using status = wf::session_status;
    const bool counts =
        s.status != status::missed && s.status != status::update_denied
        && s.status != status::cancelled && s.status != status::voided;
    if (counts) g.minutes += s.minutes.value_or(0);
    std::optional<std::int64_t> pay;
    std::optional<instant> asked, completed;
    for (const auto &e : history) {
      if (std::holds_alternative<wf::session_reopened>(e.what))
        asked = completed = std::nullopt;
      if (std::holds_alternative<wf::tutor_recap_submitted>(e.what))
        asked = e.at;
      if (std::holds_alternative<wf::session_completed>(e.what))
        completed = e.at;
      if (const auto *p = std::get_if<wf::session_paid>(&e.what))
        pay = p->payment.amount;
      if (const auto *c = std::get_if<wf::time_corrected>(&e.what);
          c != nullptr && c->payment)
        *pay += c->payment->to == "tutor:" + s.tutor ? c->payment->amount
                                                     : -c->payment->amount;
      if (const auto *v = std::get_if<wf::session_voided>(&e.what);
          v != nullptr && v->reversal)
        *pay -= v->reversal->amount;
    }
    if (pay) pay_in(g, s.currency) += *pay;
    if (completed)
      waits[key].push_back(std::floor(
          std::chrono::duration<double>(*completed - *asked).count()));
  }

  static std::int64_t &pay_in(statistics_group &g,
                              const std::string &currency) {
    auto at = std::ranges::find(g.pay, currency,
                                &std::pair<std::string, std::int64_t>::first);
    if (at == g.pay.end()) at = g.pay.insert(at, {currency, 0});
    return at->second;
  }

  page<statistics_group> done() {
    page<statistics_group> out;
    for (auto &[key, g] : groups) {
      g.key = key;
      std::sort(g.pay.begin(), g.pay.end());
      auto &of = waits[key];
      std::sort(of.begin(), of.end());
      if (!of.empty())
        g.median_confirm_seconds =
            (of[of.size() / 2] + of[(of.size() - 1) / 2]) / 2;
      out.push_back(g);
    }
    return out;
  }
};

std::string key_of(statistic by, const wf::session &s) {
  const auto day = wf::local_day(s.starts_at, s.timezone);
  switch (by) {
  case statistic::state:
    return std::string{to_string(s.status)};
  case statistic::day:
    return wf::day_name(day);
  case statistic::week:
    return wf::week_name(wf::week_thursday(day, 7));
  case statistic::course:
    return s.course;
  case statistic::tutor:
    return s.tutor;
  default:
    return s.program;
  }
}

/// Adds each reminder, and whether what it asks for came within a day.
void add_reminders(folded &to, const std::vector<wf::event> &history) {
  for (const auto &sent : history) {
    const auto *r = std::get_if<wf::reminder_sent>(&sent.what);
    if (r == nullptr) continue;
    auto &g = to.groups[std::string{to_string(r->kind)}];
    ++g.count;
    const bool of_tutor = to_string(r->kind).starts_with("tutor_recap");
    g.answered += std::ranges::any_of(history, [&](const wf::event &e) {
      const bool fits =
          of_tutor
              ? std::holds_alternative<wf::tutor_recap_submitted>(e.what)
              : std::holds_alternative<wf::student_recap_submitted>(e.what);
      return fits && e.seq > sent.seq && e.at >= sent.at
             && e.at - sent.at <= 24h;
    });
  }
}

page<statistics_group> expected(const std::vector<told_session> &all,
                                const statistics_query &of) {
  folded out;
  for (const auto &one : all) {
    const auto &s = one.told.s;
    if (of.from && s.starts_at < *of.from) continue;
    if (of.to && s.starts_at >= *of.to) continue;
    if (!of.programs.includes(s.program)) continue;
    if (of.by == statistic::refusal)
      for (const auto &code : one.refused)
        ++out.groups[code].count;
    else if (of.by == statistic::reminder)
      add_reminders(out, one.told.history);
    else
      out.add(key_of(of.by, s), s, one.told.history);
  }
  return out.done();
}

std::string text_of(const page<statistics_group> &all) {
  std::string out;
  for (const auto &g : all) {
    out += g.key + ": " + std::to_string(g.sessions) + ", "
           + std::to_string(g.minutes) + ", " + std::to_string(g.count) + "/"
           + std::to_string(g.answered);
    for (const auto &[currency, amount] : g.pay)
      out += " " + std::to_string(amount) + currency;
    if (g.median_confirm_seconds)
      out += " ~" + std::to_string(*g.median_confirm_seconds);
    out += "\n";
  }
  return out;
}

/// Writes the sessions' commits in one call or in many.
void write(store &s, const std::vector<told_session> &all, bool together) {
  for (const auto &one : all) {
    auto commits = commits_of(one.told, one.id);
    if (!one.refused.empty()) commits.push_back(refusal_of(one));
    for (std::size_t i = 0; i < commits.size();) {
      const auto n = together ? commits.size() : 1;
      for (const auto &answer : s.append(std::span{commits}.subspan(i, n)))
        RC_ASSERT(!answer);
      i += n;
    }
  }
}

queue_counts queues_of(const std::vector<told_session> &all,
                       const program_set &among) {
  queue_counts out;
  for (const auto &one : all) {
    const auto &s = one.told.s;
    if (!among.includes(s.program)) continue;
    const auto marks = wf::marks_of(s);
    out.asked += marks[wf::number_of(wf::session_mark::asked)];
    out.overdue += marks[wf::number_of(wf::session_mark::overdue)];
    out.flagged += marks[wf::number_of(wf::session_mark::flagged)];
    out.missed += s.status == wf::session_status::missed;
    out.disputed += s.status == wf::session_status::disputed;
  }
  return out;
}

}  // namespace

CAF_TEST(statistics are those that the histories of any sessions fold to) {
  CAF_CHECK(rc::check("statistics", [] {
    std::vector<told_session> all;
    for (int n = 1 + pick(4); n > 0; --n)
      all.push_back(any_session(n));
    const bool together = pick(4) > 0;
    program_set among;
    if (pick(2) == 0) among.only = {"day"};
    statistics_query asked{.programs = among, .week_starts_on = 7};
    if (pick(2) == 0) {
      asked.from = start + 24h * pick(20);
      asked.to = *asked.from + 24h * 8;
    }
    with_each_store([&](world &w) {
      save_policies(*w.s, all.front().told);
      write(*w.s, all, together);
      for (const auto &sentence : w.s->check())
        RC_FAIL(sentence);
      RC_ASSERT(w.s->count_queues(among) == queues_of(all, among));
      for (int by = 0; by <= static_cast<int>(statistic::reminder); ++by) {
        asked.by = static_cast<statistic>(by);
        RC_ASSERT(text_of(w.s->statistics(asked))
                  == text_of(expected(all, asked)));
      }
    });
  }));
}
