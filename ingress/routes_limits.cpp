// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/array.hpp>

#include "ingress/routes.hpp"
#include "ingress/target.hpp"
#include "workflows/limits.hpp"

namespace recapd::ingress::routes {
namespace {

namespace json = boost::json;
using workflows::limit_kind;

/// One limit to show: its counter and its cap.
struct counter {
  workflows::usage_key key;
  std::optional<int> cap;
};

/// The civil day that `at` names: a date, or an instant in the rules' zone;
/// now when it is empty. Anything else marks the query as wrong.
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

json::object view(const counter &c, std::int64_t used) {
  json::value limit;
  json::value remaining;
  if (c.cap) {
    limit = *c.cap;
    remaining = std::max<std::int64_t>(0, *c.cap - used);
  }
  return {{"code", workflows::to_string(workflows::refusal_of(c.key.kind))},
          {"limit", std::move(limit)},
          {"used", used},
          {"remaining", std::move(remaining)}};
}

void answer(services &s, const request_ptr &r, const responder &respond,
            std::vector<counter> counters) {
  answer_by_reading(
      s, r, respond, [counters = std::move(counters)](storage::store &db) {
        std::vector<workflows::usage_key> keys;
        for (const auto &c : counters)
          keys.push_back(c.key);
        const auto used = db.load_usage(keys);
        json::array limits;
        for (std::size_t i = 0; i < counters.size(); ++i)
          limits.push_back(view(counters[i], used.at(i)));
        return json_response({{"period", workflows::period_name(keys.front())},
                              {"limits", std::move(limits)}});
      });
}

}  // namespace

void get_tutor_limits(services &s, const request_ptr &r,
                      const responder &respond) {
  const auto &tutor = r->params.front();
  const auto &rules = s.engine.current_policy().base;
  query q{r->query, r->to->query};
  const auto day = day_of(q, rules, s.engine.time().now());
  if (!workflows::valid_id(tutor)) q.fail("The path names no tutor's id.");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  if (!r->who.is(workflows::role::tutor, tutor))
    return respond(not_allowed("You can see your own limits only."));
  const auto week = workflows::week_thursday(day, rules.week_starts_on);
  answer(s, r, respond,
         {{{limit_kind::tutor_week, tutor, "", week},
           rules.limits.tutor_minutes_per_week}});
}

void get_course_limits(services &s, const request_ptr &r,
                       const responder &respond) {
  const auto &course = r->params.front();
  const auto &rules = s.engine.current_policy().for_course(course);
  query q{r->query, r->to->query};
  const auto student = q.id("student");
  const auto day = day_of(q, rules, s.engine.time().now());
  if (!workflows::valid_id(course)) q.fail("The path names no course's id.");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  if (!student.empty() && !r->who.is(workflows::role::student, student))
    return respond(not_allowed("You can see your own limits only."));
  const auto week = workflows::week_thursday(day, rules.week_starts_on);
  std::vector<counter> counters;
  if (!student.empty())
    counters.push_back(
        {{limit_kind::student_course_week, course, student, week},
         rules.limits.student_course_minutes_per_week});
  counters.push_back({{limit_kind::course_week, course, "", week},
                      rules.limits.course_minutes_per_week});
  answer(s, r, respond, std::move(counters));
}

}  // namespace recapd::ingress::routes
