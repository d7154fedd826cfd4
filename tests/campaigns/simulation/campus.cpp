// SPDX-License-Identifier: Apache-2.0
#include "campus.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <map>

#include "workflows/json/session.hpp"

namespace recapd::simulation {

namespace wf = workflows;
using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using wf::role;

namespace {

constexpr int shortest_recap = 12;
constexpr int longest_recap = 40;

/// Marks a text by the person who writes it.
void sign(std::string &text, char mark) {
  if (!text.empty()) text.front() = mark;
}

/// Marks all texts of a command by who sends it.
void sign(actors::submission &s) {
  const auto mark = mark_of(s.by);
  if (!mark) return;
  std::visit(
      [mark = *mark](auto &c) {
        if constexpr (requires { c.written.next_steps; }) {
          sign(c.written.topics_covered, mark);
          sign(c.written.next_steps, mark);
        }
        if constexpr (requires { c.reason; }) sign(c.reason, mark);
        if constexpr (requires { c.message; }) sign(c.message, mark);
        if constexpr (requires { c.note; }) sign(c.note, mark);
      },
      s.what);
}

void hash_into(std::uint64_t &h, const std::string &text) {
  for (const char c : text)
    h = (h ^ std::uint8_t(c)) * 0x100000001B3ULL;
  h = (h ^ 0xFFU) * 0x100000001B3ULL;
}

storage::digest digest_of(const actors::submission &s) {
  storage::digest d{};
  for (std::size_t half = 0; half < 2; ++half) {
    std::uint64_t h = 0xCBF29CE484222325ULL + half;
    hash_into(h, std::string{wf::type_of(s.what)});
    hash_into(h, s.session);
    hash_into(h, wf::to_string(s.by));
    hash_into(h, boost::json::serialize(wf::to_json(s.what)));
    for (std::size_t i = 0; i < 8; ++i)
      d[half * 8 + i] = std::uint8_t(h >> (8 * i));
  }
  return d;
}

/// Writes the plan of one seed.
class author {
public:
  explicit author(std::uint64_t seed) : d_{seed, 1}, of_disputes_{seed, 3} {
    // Weeks in which a zone's clock changes, and the year.
    static const std::vector<std::chrono::sys_days> mondays{
        std::chrono::year{2026} / 10 / 26, std::chrono::year{2027} / 3 / 8,
        std::chrono::year{2026} / 12 / 28, std::chrono::year{2026} / 11 / 23};
    p_.begin = d_.of(mondays) + std::chrono::hours{d_.between(0, 100)};
    p_.policy = make_policy(seed, 0);
  }

  plan write() {
    rushes_ = d_.chance(400);
    if (d_.chance(600)) brokered_ = unsigned(d_.between(200, 700));
    rush_ = p_.begin + 70h;
    p_.sessions = std::size_t(d_.between(16, 40));
    for (std::size_t i = 0; i < p_.sessions; ++i)
      session(int(i));
    auto &all = p_.commands;
    std::stable_sort(all.begin(), all.end(),
                     [](const auto &a, const auto &b) { return a.at < b.at; });
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i].number = int(i);
    return std::move(p_);
  }

private:
  wf::person some_tutor() {
    return {role::tutor, "t" + std::to_string(d_.below(3))};
  }
  wf::person some_student() {
    if (d_.chance(30)) return {role::student, "t0"};
    return {role::student, "s" + std::to_string(d_.below(6))};
  }
  static wf::person the_system() { return {role::system, "sis"}; }
  static wf::person support() { return {role::support, "eve"}; }
  wf::person anybody() {
    switch (d_.below(4)) {
    case 0:
      return some_tutor();
    case 1:
      return some_student();
    case 2:
      return support();
    default:
      return the_system();
    }
  }
  std::int64_t some_minutes() {
    if (d_.chance(60)) return d_.of<std::int64_t>({0, -5, 91, 88, 1000, 1});
    return d_.of<std::int64_t>({30, 45, 60, 60, 90, 52, 88 - 3, 7});
  }
  ingress some_ingress() {
    if (d_.chance(350)) return ingress::inbox;
    return d_.chance(brokered_) ? ingress::broker : ingress::http;
  }
  wf::recap some_recap() {
    int n = d_.between(shortest_recap, longest_recap);
    if (d_.chance(120))
      n = d_.of<int>({shortest_recap - 1, shortest_recap, longest_recap,
                      longest_recap + 1, 0});
    const auto first = std::size_t(n / 2);
    wf::recap w{.topics_covered = std::string(first, 'a'),
                .next_steps = std::string(std::size_t(n) - first, 'b')};
    if (first > 2 && d_.chance(300)) w.topics_covered[1] = ' ';
    if (d_.chance(400)) w.topics_covered = words(first);
    // Some recaps also have characters that nobody sees.
    if (d_.chance(100))
      for (int i = d_.between(1, 30); i > 0; --i)
        w.how_tutee_did += d_.of<std::string>({"\u200b", "\u2800"});
    if (d_.chance(300)) w.next_steps += "  ";
    return w;
  }
  /// Different words in so many characters.
  static std::string words(std::size_t characters) {
    std::string all;
    while (all.size() < characters)
      all += all.size() % 2 == 0 ? char('a' + all.size() / 2) : ' ';
    if (!all.empty() && all.back() == ' ') all.back() = 'z';
    return all;
  }
  microseconds up_to(microseconds longest) {
    return microseconds{std::int64_t(d_.below(std::size_t(longest.count())))};
  }

  /// A command of this session's story; now and then doubled, late, or again
  /// under the same id with other content.
  void say(instant at, const wf::person &by, wf::command what) {
    planned c{.number = 0,
              .at = std::max(at, p_.begin),
              .via = some_ingress(),
              .copies = d_.chance(150) ? d_.between(2, 3) : 1,
              .lag = {},
              .what = {}};
    if (c.via == ingress::inbox && d_.chance(lags_)) c.lag = up_to(100h);
    c.what.source = by.as == role::system ? "sis" : "app";
    c.what.id = id_ + "-" + std::to_string(next_++);
    c.what.session = id_;
    c.what.by = by;
    c.what.what = std::move(what);
    sign(c.what);
    if (d_.chance(15)) c.what.session = "nowhere";
    c.what.content = digest_of(c.what);
    p_.commands.push_back(c);
    if (!d_.chance(25)) return;
    c.what.by = anybody();
    c.what.what = wf::cancel_session{.reason = "another"};
    sign(c.what);
    c.what.content = digest_of(c.what);
    c.at += up_to(2h);
    p_.commands.push_back(std::move(c));
  }
  /// Plans a command as say() does, received exactly at `at`.
  void say_exactly(instant at, const wf::person &by, wf::command what) {
    say(at, by, std::move(what));
    p_.commands.back().via = ingress::inbox;
    p_.commands.back().at = std::max(at, p_.begin);
  }

  void session(int n) {
    id_ = "l" + std::to_string(n);
    lags_ = 30;
    next_ = 0;
    tutor_ = some_tutor();
    if (rushes_ && d_.chance(500)) tutor_.id = "t0";
    starts_ = p_.begin
              + minutes{30} * d_.between(0, d_.chance(300) ? 40 : 2 * 24 * 6);
    schedule();
    answer_invitations();
    if (d_.chance(400)) call();
    if (d_.chance(500)) noise(starts_ - 10h, 20h);
    lags_ = 200;
    if (d_.chance(60))
      say(starts_ - up_to(5h), support(), wf::cancel_session{.reason = "ill"});
    if (d_.chance(820))
      log();
    else
      ask_support();
    noise(starts_, 200h);
  }

  void schedule() {
    wf::schedule_session c{.tutor = tutor_.id,
                           .course = "c" + std::to_string(d_.below(3)),
                           .starts_at = starts_,
                           .how = d_.chance(600) ? wf::modality::online
                                                 : wf::modality::in_person,
                           .students = {},
                           .program = d_.chance(300) ? "evening" : "default",
                           .rate_per_hour = std::nullopt,
                           .currency = std::nullopt,
                           .timezone = std::nullopt};
    if (d_.chance(300)) c.rate_per_hour = d_.of<std::int64_t>({1, 1999, 2345});
    if (d_.chance(200)) c.timezone = "Asia/Tokyo";
    if (d_.chance(100)) c.currency = "EUR";
    students_.clear();
    const auto wanted = std::size_t(d_.chance(250) ? d_.between(2, 3) : 1);
    while (students_.size() < wanted) {
      const auto s = some_student().id;
      if (std::find(students_.begin(), students_.end(), s) == students_.end())
        students_.push_back(s);
    }
    c.students = students_;
    scheduled_ = starts_ - up_to(30h);
    if (d_.chance(50)) scheduled_ = starts_ + up_to(80h);
    const auto who = d_.chance(500) ? tutor_ : the_system();
    if (who == tutor_ && d_.chance(900)) {
      c.rate_per_hour.reset();
      c.currency.reset();
    }
    say(scheduled_, d_.chance(30) ? anybody() : who, c);
    if (d_.chance(100)) say(scheduled_ + up_to(1h), who, c);
  }

  void answer_invitations() {
    if (d_.chance(100)) {
      const auto late = some_student().id;
      say(scheduled_ + up_to(1h), tutor_,
          wf::invite_participant{.student = late});
      students_.push_back(late);
    }
    for (const auto &s : students_) {
      const wf::person who{role::student, s};
      const auto at = scheduled_ + 1s + up_to(2h);
      if (d_.chance(30)) continue;
      if (d_.chance(60)) {
        say(at, who, wf::decline_invitation{.student = s});
        continue;
      }
      say(at, d_.chance(100) ? the_system() : who,
          wf::accept_invitation{.student = s});
      if (d_.chance(40))
        say(starts_ + up_to(1h), tutor_, wf::remove_participant{.student = s});
    }
  }

  void call() {
    auto all = std::vector{tutor_};
    for (const auto &s : students_)
      all.push_back({role::student, s});
    for (const auto &who : all) {
      if (d_.chance(150)) continue;
      say(starts_ + up_to(10min), who, wf::join_call{.participant = who});
      if (d_.chance(850))
        say(starts_ + 50min + up_to(10min), who,
            wf::leave_call{.participant = who});
      if (who.as == role::student && d_.chance(60))
        say(starts_ + 55min + up_to(10min), who,
            wf::decline_invitation{.student = who.id});
    }
  }

  wf::command log_command() {
    const bool leave = d_.chance(200);
    if (d_.chance(600))
      return wf::complete_session{.minutes = some_minutes(),
                                  .written = some_recap(),
                                  .leave_call = leave};
    return wf::log_time{.minutes = some_minutes(), .leave_call = leave};
  }

  /// When the tutor gets round to it; often at the last moment.
  instant tutors_moment() {
    const instant end = starts_ + p_.policy.base.log_window;
    if (d_.chance(100)) return end;
    if (d_.chance(40)) return end + 1us;
    if (d_.chance(100)) return starts_;
    // Everybody at once, so that the nodes' copies of the limits differ.
    if (rushes_ && starts_ < rush_ && rush_ < end && d_.chance(800))
      return rush_ + up_to(500ms);
    return starts_ + up_to(d_.chance(120) ? 90h : 20h);
  }

  void log() {
    auto at = tutors_moment();
    say_exactly(at, tutor_, log_command());
    if (d_.chance(350)) say(at + up_to(1h), tutor_, log_command());
    const bool rushed = rushes_ && at >= rush_ && at < rush_ + 1s;
    for (int more = rushed ? 2 : 0; more > 0; --more)
      say(at + up_to(30s), tutor_,
          wf::complete_session{.minutes = some_minutes(),
                               .written =
                                   d_.chance(500) ? wf::recap{} : some_recap(),
                               .leave_call = true});
    if (d_.chance(600)) {
      at += up_to(3h);
      say(at, tutor_, wf::submit_recap{.written = some_recap()});
    }
    for (const auto &s : students_) {
      if (d_.chance(150)) continue;
      const wf::person who{role::student, s};
      for (int i = d_.between(1, 2); i > 0; --i)
        say(at + up_to(d_.chance(200) ? 180h : 4h), who,
            wf::submit_recap{.written = some_recap()});
    }
    look_again(at);
    dispute(at);
    if (d_.chance(120))
      say(at + up_to(30h), support(), wf::void_session{.note = "error"});
  }

  /// What support finds wrong afterwards: a student who was not there, other
  /// minutes, and once more other ones.
  void look_again(instant at) {
    if (d_.chance(students_.size() > 1 ? 300 : 60))
      say(at + up_to(d_.chance(300) ? 90h : 4h), support(),
          wf::remove_participant{.student = d_.of(students_)});
    for (int n = d_.chance(250) ? d_.between(1, 3) : 0; n > 0; --n)
      say(at + up_to(d_.chance(300) ? 200h : 6h), support(),
          wf::correct_minutes{.minutes = some_minutes(), .note = "seen"});
  }

  /// Somebody says that it is wrong, mostly before all recaps are in; support
  /// decides, sometimes twice, and sometimes others dispute it again.
  void dispute(instant at) {
    if (!of_disputes_.chance(350)) return;
    const auto up_to = [this](microseconds longest) {
      return microseconds{
          std::int64_t(of_disputes_.below(std::size_t(longest.count())))};
    };
    for (int n = of_disputes_.between(1, 3); n > 0; --n) {
      at += up_to(of_disputes_.chance(500) ? 3h : 40h);
      const auto who =
          of_disputes_.chance(400)
              ? tutor_
              : wf::person{role::student, of_disputes_.of(students_)};
      say(at, who, wf::dispute_session{.reason = "it was less"});
      at += up_to(of_disputes_.chance(500) ? 4h : 60h);
      if (of_disputes_.chance(300))
        say(at - up_to(1h), {role::student, of_disputes_.of(students_)},
            wf::submit_recap{.written = some_recap()});
      if (of_disputes_.chance(600))
        say(at, support(), wf::uphold_session{.note = "as it was"});
      else if (of_disputes_.chance(900))
        say(at, support(),
            wf::correct_minutes{.minutes = some_minutes(), .note = "seen"});
    }
  }

  /// Nobody logs in time; the tutor asks support, which helps or does not.
  void ask_support() {
    auto at = starts_ + p_.policy.base.log_window + up_to(10h);
    if (d_.chance(700))
      say(at, tutor_, wf::request_support{.message = "please"});
    if (d_.chance(300))
      say(at + up_to(4h), support(), wf::deny_update{.note = "no"});
    if (d_.chance(700)) {
      at += up_to(8h);
      say(at, support(),
          wf::reopen_session{.hours = d_.between(1, 40), .note = "ok"});
      starts_ = at;
      log();
    }
  }

  /// Commands that nobody in their right mind would send now.
  void noise(instant from, microseconds within) {
    for (int n = d_.between(0, 3); n > 0; --n) {
      const auto who = d_.chance(500) ? anybody() : tutor_;
      const auto s = d_.chance(700) ? d_.of(students_) : some_student().id;
      const std::vector<wf::command> all{
          wf::invite_participant{.student = s},
          wf::accept_invitation{.student = s},
          wf::decline_invitation{.student = s},
          wf::remove_participant{.student = s},
          wf::join_call{.participant = who.as == role::tutor
                                           ? who
                                           : wf::person{role::student, s}},
          wf::leave_call{.participant = {role::student, s}},
          log_command(),
          wf::submit_recap{.written = some_recap()},
          wf::cancel_session{.reason = "noise"},
          wf::dispute_session{.reason = "noise"},
          wf::uphold_session{.note = "noise"},
          wf::request_support{.message = "noise"},
          wf::reopen_session{.hours = 5, .note = "noise"},
          wf::deny_update{.note = "noise"},
          wf::correct_minutes{.minutes = some_minutes(), .note = "noise"},
          wf::void_session{.note = "noise"}};
      say(from + up_to(within), who, d_.of(all));
    }
  }

  random_source d_;
  random_source of_disputes_;
  plan p_;
  std::string id_;
  int next_ = 0;
  wf::person tutor_;
  bool rushes_ = false;
  unsigned brokered_ = 0;  ///< per mille of what does not come by the inbox
  unsigned lags_ = 0;      ///< per mille of the inbox's rows
  instant starts_, scheduled_, rush_;
  std::vector<std::string> students_;
};

}  // namespace

plan make_plan(std::uint64_t seed) {
  return author{seed}.write();
}

std::optional<char> mark_of(const wf::person &who) {
  // Letters with which no other text begins, of words, currencies and zones.
  static const std::map<std::string, char> marks{
      {"tutor:t0", 'L'},   {"tutor:t1", 'M'},    {"tutor:t2", 'N'},
      {"student:s0", 'O'}, {"student:s1", 'P'},  {"student:s2", 'Q'},
      {"student:s3", 'R'}, {"student:s4", 'S'},  {"student:s5", 'T'},
      {"student:t0", 'V'}, {"support:eve", 'W'}, {"system:sis", 'X'}};
  const auto at = marks.find(wf::to_string(who));
  return at == marks.end() ? std::nullopt : std::optional{at->second};
}

wf::policy make_policy(std::uint64_t seed, std::uint64_t variant) {
  random_source d{seed, 100 + variant};
  wf::policy p;
  auto &r = p.base;
  r.min_recap_characters = shortest_recap;
  r.max_recap_characters = longest_recap;
  r.limits.tutor_minutes_per_week = d.of<int>({120, 200, 300, 900});
  r.limits.student_course_minutes_per_week = d.of<int>({60, 120, 180});
  if (d.chance(400))
    r.limits.course_minutes_per_week = d.of<int>({180, 240, 300});
  r.limits.pair_sessions_per_day = d.of<int>({1, 1, 2});
  // The installation's, which no later version changes.
  r.week_starts_on = random_source{seed, 99}.chance(300) ? 7 : 1;
  r.timezone = d.chance(300) ? "UTC" : "America/New_York";
  if (d.chance(300)) r.confirmation = wf::confirmation_rule::any_student;
  if (d.chance(400))
    r.auto_confirm_after = seconds{std::chrono::hours{d.between(1, 80)}};
  if (random_source of_pay{seed, 200 + variant}; of_pay.chance(500))
    r.settle_after = seconds{std::chrono::hours{of_pay.between(1, 60)}};
  if (d.chance(200)) r.rate_per_hour = 1234;
  if (d.chance(250)) r.max_call_changes = d.of<int>({1, 2, 3});
  // The last of them is due at the deadline.
  if (d.chance(300))
    r.reminders[wf::reminder_kind::tutor_recap_reminder] = {24h, 72h};
  auto given = wf::to_json(p);
  given["courses"] = {{"c1",
                       {{"limits", {{"student_course_minutes_per_week", 90}}},
                        {"reminders", {{"tutor_recap_due", nullptr}}}}}};
  if (d.chance(700))
    given["programs"] = {
        {"evening",
         {{"pay", {{"rate_per_hour", d.of<int>({1500, 1700})}}},
          {"limits", {{"tutor_minutes_per_week", d.of<int>({150, 300, 900})}}},
          {"courses", {{"c1", {{"log_window", "48h"}}}}}}}};
  wf::policy_error error;
  return wf::parse_policy(given, error).value();
}

std::string describe(const actors::submission &s) {
  return std::string{wf::type_of(s.what)} + " " + s.session + " by "
         + wf::to_string(s.by) + " (" + s.source + "/" + s.id + ") "
         + boost::json::serialize(wf::to_json(s.what));
}

}  // namespace recapd::simulation
