// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <span>

#include "workflows/json/fields.hpp"
#include "workflows/pay.hpp"
#include "workflows/policy.hpp"

namespace recapd::workflows {

namespace json = boost::json;
using std::chrono::seconds;

namespace {

constexpr std::array<std::string_view, 7> weekdays{
    "monday", "tuesday",  "wednesday", "thursday",
    "friday", "saturday", "sunday"};

constexpr std::string_view all_students = "all_students";
constexpr std::string_view any_student = "any_student";
constexpr std::string_view every_week = "week";

// ---- writing ---------------------------------------------------------------

json::value duration_json(const std::optional<seconds> &d) {
  if (!d) return nullptr;
  return json::string{format_duration(*d)};
}

json::value limit_json(const std::optional<int> &limit) {
  if (!limit) return nullptr;
  return *limit;
}

json::value times_json(const reminder &kind,
                       const std::vector<seconds> &times) {
  json::array out;
  for (const auto &t : times)
    out.emplace_back(format_duration(t));
  if (kind.list) return out;
  return out.empty() ? nullptr : std::move(out.front());
}

json::value disbursements_json(const std::optional<disbursement_rules> &r) {
  if (!r) return nullptr;
  json::object out{{"every", every_week},
                   {"on", weekday_name(r->on)},
                   {"at", minute_of_day_name(r->at_minute)},
                   {"after_settled", format_duration(r->after_settled)},
                   {"minimum", r->minimum}};
  out["by"] = r->by ? json::value(to_string(*r->by)) : json::value();
  return out;
}

json::object rules_json(const rules &r) {
  json::object out;
  out["recap"] = {{"min_characters", r.min_recap_characters},
                  {"max_characters", r.max_recap_characters}};
  out["log_window"] = format_duration(r.log_window);
  out["duration"] = {{"step_minutes", r.step_minutes},
                     {"max_minutes", r.max_minutes}};
  out["calls"] = {{"max_per_session", r.max_call_changes}};
  json::object limits;
  limits["tutor_minutes_per_week"] =
      limit_json(r.limits.tutor_minutes_per_week);
  limits["student_course_minutes_per_week"] =
      limit_json(r.limits.student_course_minutes_per_week);
  limits["course_minutes_per_week"] =
      limit_json(r.limits.course_minutes_per_week);
  limits["pair_sessions_per_day"] = limit_json(r.limits.pair_sessions_per_day);
  out["limits"] = std::move(limits);
  out["week_starts_on"] = weekday_name(r.week_starts_on);
  out["timezone"] = r.timezone;
  out["confirmation"] = r.confirmation == confirmation_rule::all_students
                            ? all_students
                            : any_student;
  out["auto_confirm_after"] = duration_json(r.auto_confirm_after);
  out["pay"] = {{"rate_per_hour", r.rate_per_hour},
                {"currency", r.currency},
                {"settle_after", duration_json(r.settle_after)}};
  json::object reminders;
  for (const auto &kind : reminder_table)
    reminders[kind.name] = times_json(kind, r.reminders[kind.kind]);
  out["reminders"] = std::move(reminders);
  out["disbursements"] = disbursements_json(r.disbursements);
  return out;
}

// ---- reading: an absent member leaves the value as it is -------------------

constexpr std::string_view duration_expected = R"(a duration such as "72h")";
constexpr std::string_view duration_or_null =
    R"(a duration such as "72h", or null)";
constexpr std::string_view list_expected =
    R"(durations in ascending order such as ["24h", "48h"], or null)";

std::optional<seconds> duration_of(const json::value &v) {
  const auto *text = v.if_string();
  if (text == nullptr) return std::nullopt;
  return parse_duration({text->data(), text->size()});
}

void read(fields &in, std::string_view name, int &to, std::int64_t low) {
  const auto *v = in.optional(name);
  if (v == nullptr) return;
  const auto n = whole_number(*v);
  if (n && *n >= low && *n <= fields::most)
    to = static_cast<int>(*n);
  else
    in.wrong(name, "a whole number, " + std::to_string(low) + " or more");
}

void read(fields &in, std::string_view name, std::optional<int> &to,
          std::string_view unit) {
  const auto *v = in.optional(name);
  if (v == nullptr) return;
  const auto n = whole_number(*v);
  if (v->is_null())
    to.reset();
  else if (n && *n >= 0 && *n <= fields::most)
    to = static_cast<int>(*n);
  else
    in.wrong(name,
             "a whole number of " + std::string{unit} + ", 0 or more, or null");
}

void read(fields &in, std::string_view name, seconds &to) {
  const auto *v = in.optional(name);
  if (v == nullptr) return;
  if (const auto d = duration_of(*v))
    to = *d;
  else
    in.wrong(name, duration_expected);
}

void read(fields &in, std::string_view name, std::optional<seconds> &to) {
  const auto *v = in.optional(name);
  if (v == nullptr) return;
  to = duration_of(*v);
  if (!to && !v->is_null()) in.wrong(name, duration_or_null);
}

void read(fields &in, const reminder &kind, std::vector<seconds> &to) {
  const auto *v = in.optional(kind.name);
  if (v == nullptr) return;
  to.clear();
  if (v->is_null()) return;
  const auto *many = v->if_array();
  bool right = kind.list == (many != nullptr);
  for (const auto &member : many ? std::span{*many} : std::span{v, 1}) {
    const auto d = duration_of(member);
    right = right && d && (to.empty() || *d > to.back());
    if (right) to.push_back(*d);
  }
  if (!right) in.wrong(kind.name, kind.list ? list_expected : duration_or_null);
}

/// Reads a member that is an object; `read_members` reads what is in it.
template <class Read>
void read_section(fields &in, std::string_view name, Read read_members) {
  const auto *v = in.optional(name);
  if (v == nullptr) return;
  fields section{*v, in.path_of(name), in.error()};
  read_members(section);
  section.close();
}

void read_recap(fields &in, rules &r) {
  read(in, "min_characters", r.min_recap_characters, 0);
  read(in, "max_characters", r.max_recap_characters, 0);
  if (r.max_recap_characters < r.min_recap_characters)
    in.wrong("max_characters",
             "a whole number not below min_characters, which is "
                 + std::to_string(r.min_recap_characters));
}

/// Demands whole steps in the maximum: minutes are rounded up to the step, so a
/// maximum between two steps could be suggested and not be logged.
void check_steps(fields &in, const rules &r) {
  if (r.max_minutes % r.step_minutes == 0) return;
  if (in.peek("max_minutes") != nullptr)
    in.wrong("max_minutes", "a multiple of step_minutes, which is "
                                + std::to_string(r.step_minutes));
  else
    in.wrong("step_minutes", "a divisor of max_minutes, which is "
                                 + std::to_string(r.max_minutes));
}

void read_duration(fields &in, rules &r, policy_origin origin) {
  read(in, "step_minutes", r.step_minutes, 1);
  read(in, "max_minutes", r.max_minutes, 1);
  constexpr int day_minutes = 24 * 60;
  if (r.max_minutes < r.step_minutes || r.max_minutes > day_minutes)
    in.wrong("max_minutes", "a whole number from step_minutes, which is "
                                + std::to_string(r.step_minutes) + ", to "
                                + std::to_string(day_minutes));
  else if (origin == policy_origin::proposed)
    check_steps(in, r);
}

void read_calls(fields &in, rules &r) {
  read(in, "max_per_session", r.max_call_changes, 1);
}

void read_limits(fields &in, rules &r) {
  auto &l = r.limits;
  read(in, "tutor_minutes_per_week", l.tutor_minutes_per_week, "minutes");
  read(in, "student_course_minutes_per_week", l.student_course_minutes_per_week,
       "minutes");
  read(in, "course_minutes_per_week", l.course_minutes_per_week, "minutes");
  read(in, "pair_sessions_per_day", l.pair_sessions_per_day, "sessions");
}

void read_pay(fields &in, rules &r) {
  if (in.has("rate_per_hour"))
    r.rate_per_hour = in.whole("rate_per_hour", 0, largest_rate_per_hour);
  if (in.has("currency")) r.currency = in.currency("currency");
  read(in, "settle_after", r.settle_after);
}

void read_reminders(fields &in, rules &r) {
  for (const auto &kind : reminder_table)
    read(in, kind, r.reminders[kind.kind]);
}

int weekday_of(fields &in, std::string_view name) {
  auto parse = [](std::string_view text) -> std::optional<int> {
    const auto *i = std::find(weekdays.begin(), weekdays.end(), text);
    if (i == weekdays.end()) return std::nullopt;
    return static_cast<int>(i - weekdays.begin()) + 1;
  };
  return in.named(name, parse, "a day, monday to sunday");
}

confirmation_rule confirmation_of(fields &in) {
  auto parse = [](std::string_view text) -> std::optional<confirmation_rule> {
    if (text == all_students) return confirmation_rule::all_students;
    if (text == any_student) return confirmation_rule::any_student;
    return std::nullopt;
  };
  return in.named("confirmation", parse, "all_students or any_student");
}

void read_way(fields &in, std::optional<disbursement_way> &to) {
  const auto *v = in.optional("by");
  if (v == nullptr) return;
  to.reset();
  if (!v->is_null())
    to = in.named("by", parse_disbursement_way, "file, http or null");
}

void read_disbursements(fields &in, disbursement_rules &r) {
  if (in.has("every"))
    static_cast<void>(in.named(
        "every",
        [](std::string_view text) {
          return text == every_week ? std::optional{true} : std::nullopt;
        },
        "week"));
  if (in.has("on")) r.on = weekday_of(in, "on");
  if (in.has("at"))
    r.at_minute = in.named("at", parse_minute_of_day,
                           "a time of the day, 00:00 to 23:59");
  read(in, "after_settled", r.after_settled);
  if (in.has("minimum")) r.minimum = in.whole("minimum", 0, fields::longest);
  read_way(in, r.by);
}

void read_disbursements(fields &in, std::optional<disbursement_rules> &to) {
  const auto *v = in.optional("disbursements");
  if (v == nullptr) return;
  if (v->is_null()) return to.reset();
  if (!to) to.emplace();
  read_section(in, "disbursements",
               [&](fields &f) { read_disbursements(f, *to); });
}

void read_rules(fields &in, rules &r, policy_origin origin) {
  read_section(in, "recap", [&](fields &f) { read_recap(f, r); });
  read(in, "log_window", r.log_window);
  read_section(in, "duration", [&](fields &f) { read_duration(f, r, origin); });
  read_section(in, "calls", [&](fields &f) { read_calls(f, r); });
  read_section(in, "limits", [&](fields &f) { read_limits(f, r); });
  if (in.has("week_starts_on"))
    r.week_starts_on = weekday_of(in, "week_starts_on");
  if (in.has("timezone")) r.timezone = in.time_zone("timezone");
  if (in.has("confirmation")) r.confirmation = confirmation_of(in);
  read(in, "auto_confirm_after", r.auto_confirm_after);
  read_section(in, "pay", [&](fields &f) { read_pay(f, r); });
  read_section(in, "reminders", [&](fields &f) { read_reminders(f, r); });
  read_disbursements(in, r.disbursements);
}

/// Returns of `all` what `given` says, too.
json::object said_of(const json::object &all, const json::object &given) {
  json::object out;
  for (const auto &[name, value] : all) {
    const auto *said = given.if_contains(name);
    if (said == nullptr) continue;
    if (value.is_object() && said->is_object())
      out[name] = said_of(value.get_object(), said->get_object());
    else
      out[name] = value;
  }
  return out;
}

/// Reads overrides of rules, which are those of the installation's week: if two
/// sessions counted a tutor's hours in different weeks, the tutor could pass
/// any limit.
own_rules read_own(fields &in, const json::value &given, const rules &from,
                   policy_origin origin) {
  own_rules own{.all = from, .said = {}};
  read_rules(in, own.all, origin);
  if (origin == policy_origin::proposed
      && own.all.week_starts_on != from.week_starts_on)
    in.wrong("week_starts_on",
             "no other day than the installation's, which is "
                 + std::string{weekday_name(from.week_starts_on)});
  if (given.is_object())
    own.said = said_of(rules_json(own.all), given.get_object());
  return own;
}

/// Calls `read` with each member of an object of overrides, its name and its
/// path.
template <class Read>
void read_overrides(fields &in, std::string_view name, std::string_view whose,
                    Read read) {
  const auto *all = in.optional(name);
  if (all == nullptr) return;
  const auto *by_name = all->if_object();
  if (by_name == nullptr) return in.wrong(name, "an object");
  for (const auto &[id, overrides] : *by_name) {
    if (in.error().any()) return;
    const auto member = std::string{name} + "." + std::string{id};
    if (!valid_id(id))
      return in.wrong(member, "a " + std::string{whose}
                                  + "'s id as its name: 1 to 64 of A-Z a-z "
                                    "0-9 _ -");
    fields section{overrides, in.path_of(member), in.error()};
    read(std::string{id}, overrides, section);
    section.close();
  }
}

/// Refuses what is a programme's or the installation's and no course's.
void check_course(fields &in) {
  if (in.peek("disbursements") != nullptr)
    in.wrong("disbursements", "no member of a course's rules");
}

void put(std::map<std::string, own_rules, std::less<>> &to,
         const std::string &id, own_rules own) {
  if (!own.said.empty()) to.insert_or_assign(id, std::move(own));
}

void read_courses(fields &in, policy &p, policy_origin origin) {
  read_overrides(
      in, "courses", "course",
      [&](const std::string &id, const json::value &given, fields &section) {
        check_course(section);
        put(p.courses, id, read_own(section, given, p.base, origin));
      });
}

program_rules read_program(fields &in, const json::value &given,
                           const policy &p, policy_origin origin) {
  program_rules own{.base = read_own(in, given, p.base, origin), .courses = {}};
  // Read again upon each course's rules, which a programme's go before.
  for (const auto &[id, course] : p.courses) {
    fields again{given, in.path(), in.error()};
    own_rules merged{.all = course.all, .said = {}};
    read_rules(again, merged.all, origin);
    own.courses.emplace(id, std::move(merged));
  }
  read_overrides(
      in, "courses", "course",
      [&](const std::string &id, const json::value &overrides,
          fields &section) {
        check_course(section);
        const auto other = own.courses.find(id);
        const auto from =
            other == own.courses.end() ? own.base.all : other->second.all;
        put(own.courses, id, read_own(section, overrides, from, origin));
      });
  return own;
}

/// Returns how many courses a programme's overrides name.
std::size_t courses_in(const json::value &given) {
  const auto *object = given.if_object();
  const auto *courses =
      object != nullptr ? object->if_contains("courses") : nullptr;
  const auto *by_name = courses != nullptr ? courses->if_object() : nullptr;
  return by_name != nullptr ? by_name->size() : 0;
}

bool says_something(const program_rules &own) {
  return !own.base.said.empty()
         || std::ranges::any_of(own.courses, [](const auto &course) {
              return !course.second.said.empty();
            });
}

void read_programs(fields &in, policy &p, policy_origin origin) {
  constexpr auto most = policy::most_pairs;
  std::size_t pairs = 0;
  read_overrides(
      in, "programs", "programme",
      [&](const std::string &id, const json::value &given, fields &section) {
        // Counted before they are read, which takes its time.
        pairs += 1 + p.courses.size() + courses_in(given);
        if (pairs > most)
          return in.wrong("programs",
                          "at most " + std::to_string(most)
                              + " programmes, and pairs of a programme and a "
                                "course, both with rules of their own");
        auto own = read_program(section, given, p, origin);
        if (says_something(own)) p.programs.emplace(id, std::move(own));
      });
}

json::object
courses_json(const std::map<std::string, own_rules, std::less<>> &courses) {
  json::object out;
  for (const auto &[id, own] : courses)
    if (!own.said.empty()) out[id] = own.said;
  return out;
}

json::object program_json(const program_rules &own) {
  auto out = own.base.said;
  if (auto courses = courses_json(own.courses); !courses.empty())
    out["courses"] = std::move(courses);
  return out;
}

}  // namespace

std::string_view weekday_name(int iso_weekday) {
  return weekdays.at(static_cast<std::size_t>(iso_weekday - 1));
}

json::object to_json(const policy &p) {
  auto out = rules_json(p.base);
  out["courses"] = courses_json(p.courses);
  json::object programs;
  for (const auto &[id, own] : p.programs)
    programs[id] = program_json(own);
  out["programs"] = std::move(programs);
  return out;
}

std::optional<policy> parse_policy(const json::object &object,
                                   policy_error &error, policy_origin origin) {
  policy p;
  field_error wrong;
  fields in{object, "policy", wrong};
  read_rules(in, p.base, origin);
  read_courses(in, p, origin);
  read_programs(in, p, origin);
  in.close();
  if (!wrong.any()) return p;
  error = {.path = wrong.path, .expected = wrong.expected};
  return std::nullopt;
}

}  // namespace recapd::workflows
