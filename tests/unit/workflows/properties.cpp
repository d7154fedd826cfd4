// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE properties
#include "caf/test/unit_test.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <rapidcheck.h>
#include <unicode/brkiter.h>

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace json = boost::json;

namespace {

/// 0 to `count` - 1, each as likely in small cases as in large ones.
int pick(int count) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, count));
}

const std::vector<std::string> students{"bob", "cal", "dan"};

recap random_recap() {
  // Enough, too little, and text that needs escaping or is no ASCII.
  return *rc::gen::elementOf(std::vector<recap>{
      good,
      good,
      good,
      recap_of(3),
      {.topics_covered = std::string(150, 'y') + "\"\\\n\u00e9\U0001F468",
       .how_tutee_did = "\t",
       .next_steps = "\u3000"}});
}

person random_person() {
  return *rc::gen::elementOf(std::vector<person>{
      ann, ann, ann, bob, cal, who("student:dan"), eve, sis, who("tutor:tom")});
}

person random_caller() {
  return *rc::gen::elementOf(
      std::vector<person>{ann, bob, cal, who("student:dan")});
}

schedule_session random_plan() {
  auto what = plan(*rc::gen::elementOf(std::vector<std::vector<std::string>>{
                       {"bob"}, {"bob", "cal"}, {"cal", "dan", "bob"}}),
                   *rc::gen::element(modality::online, modality::in_person));
  if (*rc::gen::arbitrary<bool>()) what.rate_per_hour = 777;
  if (*rc::gen::arbitrary<bool>()) what.currency = "EUR";
  if (*rc::gen::arbitrary<bool>()) what.timezone = "Asia/Tokyo";
  return what;
}

using code_points = std::vector<UChar32>;

std::vector<code_points> clusters_of(const icu::UnicodeString &whole) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> iterator{
      icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(),
                                                  status)};
  iterator->setText(whole);
  std::vector<code_points> all;
  auto from = iterator->first();
  for (auto to = iterator->next(); to != icu::BreakIterator::DONE;
       to = iterator->next()) {
    auto &cluster = all.emplace_back();
    for (; from < to; from = whole.moveIndex32(from, 1))
      cluster.push_back(whole.char32At(from));
  }
  return all;
}

bool white(UChar32 c) {
  return u_hasBinaryProperty(c, UCHAR_WHITE_SPACE);
}

bool unseen(UChar32 c) {
  return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)
         || u_charType(c) == U_FORMAT_CHAR || u_charType(c) == U_CONTROL_CHAR
         || c == 0x2800;
}

/// The rule for a recap's length, step by step on the whole text.
recap_length length_by_steps(const std::string &text) {
  recap_length length;
  code_points left;
  for (const auto &cluster : clusters_of(icu::UnicodeString::fromUTF8(text))) {
    length.widest = std::max(length.widest, static_cast<int>(cluster.size()));
    const bool dropped =
        std::all_of(cluster.begin(), cluster.end(),
                    [](UChar32 c) { return white(c) || unseen(c); });
    for (const auto c : cluster)
      if (!dropped || white(c)) left.push_back(c);
  }
  while (!left.empty() && white(left.back()))
    left.pop_back();
  icu::UnicodeString folded;
  for (std::size_t i = 0; i < left.size(); ++i)
    if (!white(left[i]))
      folded.append(left[i]);
    else if (!folded.isEmpty() && !white(left[i - 1]))
      folded.append(u' ');
  length.characters = static_cast<int>(clusters_of(folded).size());
  return length;
}

/// Any command of the contract.
command random_command() {
  const auto student = *rc::gen::elementOf(students);
  switch (pick(18)) {
  case 0:
    return random_plan();
  case 1:
    return invite_participant{.student = student};
  case 2:
    return accept_invitation{.student = student};
  case 3:
    return decline_invitation{.student = student};
  case 4:
    return remove_participant{.student = student};
  case 5:
    return join_call{.participant = random_caller()};
  case 6:
    return leave_call{.participant = random_caller()};
  case 7:
    return log_of(pick(125) - 5, *rc::gen::arbitrary<bool>());
  case 8:
    return complete_of(1 + pick(90), random_recap(),
                       *rc::gen::arbitrary<bool>());
  case 9:
    return submit_recap{.written = random_recap()};
  case 10:
    return cancel_session{.reason = *rc::gen::element("ill", "\u00e9\n")};
  case 11:
    return request_support{.message = "please"};
  case 12:
    return reopen_session{.hours = 1 + pick(720), .note = "n"};
  case 13:
    return deny_update{.note = "no"};
  case 14:
    return correct_minutes{.minutes = pick(100) - 3, .note = "seen"};
  case 15:
    return dispute_session{.reason = *rc::gen::element("less", "\u00e9\n")};
  case 16:
    return uphold_session{.note = "right"};
  default:
    return void_session{.note = "no"};
  }
}

/// Who would probably give the command, or anybody.
person giver_of(const command &c) {
  if (pick(8) == 0) return random_person();
  if (std::holds_alternative<accept_invitation>(c)
      || std::holds_alternative<decline_invitation>(c)
      || std::holds_alternative<join_call>(c)
      || std::holds_alternative<leave_call>(c))
    return sis;
  if (std::holds_alternative<dispute_session>(c))
    return *rc::gen::element(ann, bob, cal);
  if (c.index() >= 13) return eve;
  if (std::holds_alternative<remove_participant>(c))
    return *rc::gen::element(ann, eve);
  if (std::holds_alternative<submit_recap>(c)) return random_person();
  return ann;
}

/// The session's claims, from what it holds now.
std::map<usage_key, std::int64_t> held_in(const session &s) {
  std::map<usage_key, std::int64_t> held;
  for (const auto &h : s.usage)
    held[h.key] += h.amount;
  return held;
}

void check_laws(const story &st) {
  session folded = unborn();
  int seq = 0;
  std::int64_t tutor_balance = 0;
  for (const auto &e : st.history) {
    RC_ASSERT(e.seq == ++seq);
    const auto back = parse_event(
        type_of(e.what), json::parse(json::serialize(to_json(e.what))));
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == e.what);
    RC_ASSERT(to_text(e.what) == json::serialize(to_json(e.what)));
    const auto follows =
        happen(folded, {.seq = e.seq, .at = e.at, .by = e.by, .what = *back});
    if (follows.payment)
      tutor_balance += follows.payment->to == "tutor:ann"
                           ? follows.payment->amount
                           : -follows.payment->amount;
  }
  RC_ASSERT(folded == st.s);
  // Counters stand at what the session holds, and pass no limit.
  const auto held = held_in(st.s);
  for (const auto &[key, used] : st.used) {
    const auto i = held.find(key);
    RC_ASSERT(used == (i == held.end() ? 0 : i->second));
    if (key.kind == limit_kind::tutor_week)
      RC_ASSERT(used <= st.r.limits.tutor_minutes_per_week.value_or(0));
  }
  RC_ASSERT(tutor_balance == (st.s.paid ? st.s.paid->amount : 0));
  if (st.s.paid && st.s.status != session_status::voided)
    RC_ASSERT(tutor_balance
              == pay_amount(st.s.minutes.value_or(0), st.s.rate_per_hour));
  for (const auto &[key, amount] : held)
    RC_ASSERT(
        amount
        == (key.kind == limit_kind::pair_day ? 1 : st.s.minutes.value_or(0)));
  RC_ASSERT(read_back(st) == st.s);
}

/// A command that the session's state waits for.
command likely_command(const session &s) {
  switch (s.status) {
  case session_status::scheduled:
    for (const auto &p : s.participants)
      if (p.status == participation::invited)
        return accept_invitation{.student = p.student};
    if (pick(2) == 0) return log_of(1 + pick(90), true);
    return complete_of(1 + pick(90), good, true);
  case session_status::missed:
  case session_status::update_denied:
    if (pick(2) == 0) return submit_recap{.written = good};
    return reopen_session{.hours = 1 + pick(200), .note = "n"};
  case session_status::disputed:
    if (pick(2) == 0) return uphold_session{.note = "right"};
    if (pick(2) == 0)
      return correct_minutes{.minutes = 1 + pick(90), .note = "seen"};
    return submit_recap{.written = good};
  case session_status::paid:
  case session_status::completed:
    if (pick(2) == 0) return dispute_session{.reason = "less"};
    if (pick(4) == 0) return void_session{.note = "no"};
    if (pick(2) == 0)
      return correct_minutes{.minutes = 1 + pick(90), .note = "seen"};
    return leave_call{.participant = ann};
  default:
    if (pick(5) == 0)
      return correct_minutes{.minutes = 1 + pick(90), .note = "seen"};
    if (pick(4) == 0) return dispute_session{.reason = "less"};
    if (pick(5) == 0)
      return remove_participant{.student = *rc::gen::elementOf(students)};
    return submit_recap{.written = good};
  }
}

/// The recap that a command brings; null: none.
recap *recap_in(command &c) {
  if (auto *all = std::get_if<complete_session>(&c)) return &all->written;
  if (auto *one = std::get_if<submit_recap>(&c)) return &one->written;
  return nullptr;
}

/// A decision without what people wrote.
std::string without_texts(const decision &d) {
  auto out = summary(d);
  if (!d.has_value()) return out;
  for (const auto &e : *d) {
    auto data = to_json(e.what);
    data.erase("recap");
    out += json::serialize(data);
  }
  return out;
}

/// Decides a command by its recap's figures, without its text.
std::string decided_by_figures(const story &st, command c, const person &by,
                               instant received, instant now) {
  auto f = st.facts_of(c, by, received, now);
  text_figures figures;
  if (auto *written = recap_in(c)) {
    figures = figures_of(*written);
    f.figures = &figures;
    *written = {};
  }
  return without_texts(decide(st.s, c, f));
}

/// One random step: a command, timers, or a settlement.
void step(story &st, instant &now) {
  now += std::chrono::minutes{pick(pick(4) == 0 ? 6000 : 300)};
  const auto before = st.s;
  switch (pick(6)) {
  case 0:
    st.fires(now);
    return;
  case 1:
    if (st.s.status == session_status::completed && !st.r.settle_after)
      st.settled();
    return;
  default:
    break;
  }
  const auto c = pick(4) == 0 ? random_command() : likely_command(st.s);
  const auto received = now - std::chrono::hours{pick(30)};
  const auto by = giver_of(c);
  const auto by_figures = decided_by_figures(st, c, by, received, now);
  const auto d = st.when(c, by, received, now);
  RC_ASSERT(by_figures == without_texts(d));
  if (d.has_value()) {
    RC_ASSERT(!(*d).empty());
    return;
  }
  RC_ASSERT(st.s == before);
  const auto &refusals = d.error();
  RC_ASSERT(!refusals.empty());
  RC_ASSERT(refusals.size() == 1
            || refusals[0].code > refusal_code::wrong_state);
  for (std::size_t i = 1; i < refusals.size(); ++i)
    RC_ASSERT(refusals[i - 1].code <= refusals[i].code);
}

}  // namespace

CAF_TEST(the fold of the events is the live state whatever happens) {
  CAF_CHECK(rc::check("fold of events = live state", [] {
    story st;
    st.r.auto_confirm_after =
        *rc::gen::element<std::optional<std::chrono::seconds>>(std::nullopt,
                                                               30h);
    st.r.confirmation = *rc::gen::element(confirmation_rule::all_students,
                                          confirmation_rule::any_student);
    st.r.settle_after = *rc::gen::element<std::optional<std::chrono::seconds>>(
        std::nullopt, 40h);
    st.r.limits.tutor_minutes_per_week = *rc::gen::element(30, 60, 900);
    auto now = start - 10h;
    if (pick(20) != 0) st.scheduled(random_plan());
    const int steps = pick(40);
    for (int i = 0; i < steps; ++i)
      step(st, now);
    check_laws(st);
  }));
}

CAF_TEST(the canonical form of a command reads back as the same command) {
  CAF_CHECK(rc::check("command round trip", [] {
    const auto c = random_command();
    const auto text = json::serialize(to_json(c));
    std::string appended;
    append_text(appended, c);
    RC_ASSERT(appended == text);
    const auto back = parse_command(type_of(c), json::parse(text));
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == c);
    RC_ASSERT(json::serialize(to_json(*back)) == text);
  }));
}

CAF_TEST(the canonical form of a policy reads back as the same policy) {
  CAF_CHECK(rc::check("policy round trip", [] {
    auto random_rules = [] {
      rules r;
      r.min_recap_characters = *rc::gen::inRange(0, 200);
      r.max_recap_characters =
          r.min_recap_characters + *rc::gen::inRange(0, 200);
      r.log_window = std::chrono::seconds{*rc::gen::inRange(1, 1'000'000)};
      r.step_minutes = *rc::gen::inRange(1, 60);
      r.max_minutes = r.step_minutes + *rc::gen::inRange(0, 100);
      r.limits.course_minutes_per_week =
          *rc::gen::inRange(0, 2) == 0
              ? std::nullopt
              : std::optional<int>{*rc::gen::inRange(0, 5000)};
      r.week_starts_on = *rc::gen::inRange(1, 8);
      r.auto_confirm_after = std::chrono::seconds{*rc::gen::inRange(1, 9999)};
      if (*rc::gen::arbitrary<bool>())
        r.settle_after = std::chrono::seconds{*rc::gen::inRange(1, 9999)};
      r.rate_per_hour = *rc::gen::inRange(0, 10'000'001);
      if (*rc::gen::arbitrary<bool>())
        r.disbursements = disbursement_rules{
            .on = *rc::gen::inRange(1, 8),
            .at_minute = *rc::gen::inRange(0, 24 * 60),
            .after_settled = std::chrono::seconds{*rc::gen::inRange(1, 9999)},
            .minimum = *rc::gen::inRange(0, 9999),
            .by = *rc::gen::arbitrary<bool>()
                      ? std::nullopt
                      : std::optional{disbursement_way::file}};
      auto &times = r.reminders[reminder_kind::tutor_recap_reminder];
      times.clear();
      for (int i = 1; i < *rc::gen::inRange(1, 6); ++i)
        times.emplace_back(i * 61);
      return r;
    };
    const auto maybe = [&](json::object &to, const char *where) {
      if (*rc::gen::arbitrary<bool>())
        to[where] = to_json(
            policy{.base = random_rules(), .courses = {}, .programs = {}});
      // What is paid out when is no course's.
      for (const auto *name : {"courses", "programs", "disbursements"})
        if (to.contains(where)) to[where].as_object().erase(name);
    };
    const auto read = [](const json::object &given) {
      policy_error error;
      return parse_policy(given, error, policy_origin::stored);
    };
    auto given =
        to_json(policy{.base = random_rules(), .courses = {}, .programs = {}});
    maybe(given["courses"].as_object(), "M1");
    maybe(given["programs"].as_object(), "night");
    const auto p = read(given);
    RC_ASSERT(p.has_value());
    const auto text = json::serialize(to_json(*p));
    const auto back = read(json::parse(text).as_object());
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == *p);
    for (const auto *program : {"night", "day"})
      for (const auto *course : {"M1", "M2"})
        RC_ASSERT(back->rules_for(program, course)
                  == p->rules_for(program, course));
    RC_ASSERT(json::serialize(to_json(*back)) == text);
  }));
}

CAF_TEST(any instant is written so that it reads back) {
  CAF_CHECK(rc::check("RFC 3339 round trip", [] {
    const instant t{std::chrono::microseconds{
        *rc::gen::inRange<std::int64_t>(0, 253402300799999999)}};
    RC_ASSERT(parse_rfc3339(format_rfc3339(t)) == t);
  }));
}

CAF_TEST(any duration is written so that it reads back) {
  CAF_CHECK(rc::check("duration round trip", [] {
    const std::chrono::seconds d{
        *rc::gen::inRange<std::int64_t>(1, 100'000'000'000)};
    RC_ASSERT(parse_duration(format_duration(d)) == d);
  }));
}

CAF_TEST(pay is the exact figure rounded half up) {
  CAF_CHECK(rc::check("pay against rational arithmetic", [] {
    const int minutes = *rc::gen::inRange(0, 1441);
    const auto rate = *rc::gen::inRange<std::int64_t>(0, 10'000'001);
    const auto exact = minutes * rate;  // sixtieths of a minor unit
    const auto paid = pay_amount(minutes, rate) * 60;
    // The nearest whole unit; of two as near, the greater.
    RC_ASSERT(paid - exact <= 30);
    RC_ASSERT(paid - exact > -30);
  }));
}

CAF_TEST(any text is as long as the rule says step by step) {
  CAF_CHECK(rc::check("the length in one go and by steps", [] {
    // Letters, marks, joiners, controls, half flags, jamo, prepended signs,
    // what nobody sees, white space of all kinds.
    const std::vector<std::string> pieces{
        "a",          "B",          ".",      "\x01",       "\x7f",
        "\u00e9",     "\u0301",     "\u200d", "\U0001F468", "\U0001F469",
        "\U0001F3FD", "\U0001F1E9", "\u0928", "\u0941",     "\u094d",
        "\u1112",     "\u1161",     "\u11ab", "\u0600",     "\ufe0f",
        "\u2019",     " ",          " ",      "\n",         "\r\n",
        "\u00a0",     "\u2028",     "\u0085", "\u200b",     "\u3164",
        "\u115f",     "\u1160",     "\u2800", "\u0d4e",     "\u180e",
        "\u034f",     "\U000e0067", "\u0e33", "\u2003"};
    std::string text;
    for (int i = pick(60); i > 0; --i)
      text += pieces[static_cast<std::size_t>(
          pick(static_cast<int>(pieces.size())))];
    const auto wanted = length_by_steps(text);
    const auto found = measured(text);
    RC_ASSERT(found.characters == wanted.characters);
    // CR LF is two here.
    RC_ASSERT(std::max(found.widest, 2) == std::max(wanted.widest, 2));
  }));
}
