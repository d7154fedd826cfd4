// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/array.hpp>

#include "gateway/http/routes.hpp"
#include "gateway/http/target.hpp"
#include "workflows/limits.hpp"

namespace recapd::gateway::http::routes {
namespace {

namespace json = boost::json;
using workflows::limit_kind;

/// One limit to show: its counter and its cap.
struct counter {
  workflows::usage_key key;
  std::optional<int> cap;
};

/// Returns the civil day that `at` names: a date, or an instant in the rules'
/// zone; now when it is empty. Anything else marks the query as wrong.
int day_of(query &q, const workflows::rules &rules, workflows::instant now) {
  const auto at = q.text("at");
  if (!q.has("at")) return workflows::local_day(now, rules.timezone);
  if (const auto t = workflows::parse_rfc3339(at))
    return workflows::local_day(*t, rules.timezone);
  if (const auto t = workflows::parse_rfc3339(at + "T00:00:00Z"))
    return workflows::local_day(*t, "UTC");
  q.fail("at: expected a date, or RFC 3339 with an offset (its + sign "
         "encoded as %2B).");
  return 0;
}

/// Returns the newest rules of a course in the programme that the query names,
/// or of all that has no rules of its own.
const workflows::rules &rules_for(services &s, query &q,
                                  const std::string &course) {
  return s.engine.newest_policy().second.rules_for(q.id("program"), course);
}

json::object view(const counter &c, std::int64_t used) {
  json::value limit;
  json::value remaining;
  if (c.cap) {
    limit = *c.cap;
    remaining = std::max<std::int64_t>(0, *c.cap - used);
  }
  return {{"code", workflows::to_string(workflows::code_of(c.key.kind))},
          {"limit", std::move(limit)},
          {"used", used},
          {"remaining", std::move(remaining)}};
}

response page_of(storage::store &db, const std::vector<counter> &counters) {
  std::vector<workflows::usage_key> keys;
  for (const auto &c : counters)
    keys.push_back(c.key);
  const auto used = db.load_usage(keys);
  json::array limits;
  for (std::size_t i = 0; i < counters.size(); ++i)
    limits.push_back(view(counters[i], used.at(i)));
  return json_response({{"period", workflows::period_name(keys.front())},
                        {"limits", std::move(limits)}});
}

/// Returns true if the student is in a session that the tutor is yet to log.
bool teaches(storage::store &db, const std::string &tutor,
             const std::string &student) {
  storage::session_filter filter{
      .state = "scheduled", .tutor = tutor, .student = student};
  for (;;) {
    const auto rows = db.list_sessions(filter);
    for (const auto &row : rows) {
      const auto session = session_of(row);
      const auto *p = session.find(student);
      if (p != nullptr
          && (p->status == workflows::participation::invited
              || p->status == workflows::participation::going))
        return true;
    }
    if (!rows.more) return false;
    filter.after = rows.back().id;
  }
}

/// Returns true if the caller may see what this student has used.
bool may_see(storage::store &db, const caller &who,
             const std::string &student) {
  if (student.empty() || who.is(workflows::role::student, student)) return true;
  return who.has_role(workflows::role::tutor)
         && teaches(db, who.proven->id, student);
}

void get_tutor_limits(services &s, const request_ptr &r,
                      const responder &respond) {
  const auto &tutor = r->params.front();
  query q{r->query, r->to->query};
  const auto of = q.id("course");
  const auto &rules = rules_for(s, q, of);
  const auto day = day_of(q, rules, s.engine.time().now());
  if (!workflows::valid_id(tutor)) q.fail("The path names no tutor's id.");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  if (!r->who.is(workflows::role::tutor, tutor))
    return respond(not_allowed("You can see your own limits only."));
  const auto week = workflows::week_thursday(day, rules.week_starts_on);
  const std::vector<counter> counters{
      {{limit_kind::tutor_week, tutor, "", week},
       rules.limits.tutor_minutes_per_week}};
  answer_by_reading(s, r, respond, [counters](storage::store &db) {
    return page_of(db, counters);
  });
}

void get_course_limits(services &s, const request_ptr &r,
                       const responder &respond) {
  const auto &course = r->params.front();
  query q{r->query, r->to->query};
  const auto &rules = rules_for(s, q, course);
  const auto student = q.id("student");
  const auto day = day_of(q, rules, s.engine.time().now());
  if (!workflows::valid_id(course)) q.fail("The path names no course's id.");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  const auto week = workflows::week_thursday(day, rules.week_starts_on);
  std::vector<counter> counters;
  if (!student.empty())
    counters.push_back(
        {{limit_kind::student_course_week, course, student, week},
         rules.limits.student_course_minutes_per_week});
  counters.push_back({{limit_kind::course_week, course, "", week},
                      rules.limits.course_minutes_per_week});
  answer_by_reading(s, r, respond, [r, student, counters](storage::store &db) {
    if (!may_see(db, r->who, student))
      return not_allowed(
          "You can see your own limits, and as a tutor those of a student you "
          "have a scheduled session with.");
    return page_of(db, counters);
  });
}

}  // namespace

std::vector<route> limit_routes() {
  constexpr auto known = for_everybody;
  return {
      {"GET",
       "/v1/tutors/{}/limits",
       known,
       small_body,
       get_tutor_limits,
       {"at", "course", "program"}},
      {"GET",
       "/v1/courses/{}/limits",
       known,
       small_body,
       get_course_limits,
       {"student", "at", "program"}},
  };
}

}  // namespace recapd::gateway::http::routes
