// SPDX-License-Identifier: Apache-2.0
#include <boost/json/array.hpp>

#include "gateway/http/routes.hpp"
#include "gateway/http/target.hpp"
#include "storage/event_reading.hpp"
#include "workflows/json/explain.hpp"
#include "workflows/session/eligibility.hpp"

namespace recapd::gateway::http::routes {
namespace {

namespace json = boost::json;
using storage::store;
using workflows::session;

json::object rules_view(const workflows::rules &r) {
  return {{"min_characters", r.min_recap_characters},
          {"max_characters", r.max_recap_characters},
          {"step_minutes", r.step_minutes},
          {"max_minutes", r.max_minutes}};
}

/// Returns what `session.complete` would answer now, as far as `who` may know.
workflows::eligibility eligibility_for(const caller &who, const session &s,
                                       const workflows::facts &f,
                                       bool leave_call) {
  const auto to = who.viewer(s.tutor);
  return to.sees_pay()
             ? workflows::eligibility_of(s, f, leave_call)
             : workflows::eligibility_of(s, f, leave_call, to.student);
}

json::object eligibility_view(services &s, store &db, const caller &who,
                              const session &found, bool leave_call) {
  const auto &rules = s.engine.rules_of(found, db);
  auto facts = workflows::facts_of_tutor(found, rules, s.engine.time().now());
  std::vector<workflows::usage_key> keys;
  for (auto &c : workflows::eligibility_claims(found, facts))
    keys.push_back(std::move(c.key));
  facts.used = db.load_usage(keys);
  const auto e = eligibility_for(who, found, facts, leave_call);
  json::array refusals;
  for (const auto &r : e.refusals)
    refusals.push_back(workflows::to_json(r));
  return {{"eligible", e.refusals.empty()},
          {"refusals", std::move(refusals)},
          {"max_minutes", e.max_minutes},
          {"rules", rules_view(rules)}};
}

void get_eligibility(services &s, const request_ptr &r,
                     const responder &respond) {
  query q{r->query, r->to->query};
  const bool leave_call = q.flag("leave_call");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  answer_about_session(
      s, r, respond, [&s, r, leave_call](store &db, const session &found) {
        return json_response(
            eligibility_view(s, db, r->who, found, leave_call));
      });
}

/// Returns a session's events. Throws std::runtime_error where one cannot be
/// read.
std::vector<workflows::event> events_of(store &db, const std::string &id) {
  const storage::session_version which{.session = id};
  const auto rows = db.load_events({&which, 1});
  std::vector<workflows::event> out;
  for (const auto &row : rows.front().events) {
    auto e = storage::to_event(row);
    if (!e.has_value()) throw std::runtime_error{e.error()};
    out.push_back(std::move(*e));
  }
  return out;
}

json::value view_of(const workflows::explanation &told) {
  if (!told.next) return nullptr;
  return {{"kind", told.next->kind},
          {"at", workflows::format_rfc3339(told.next->at)}};
}

json::object explanation_view(services &s, store &db, const caller &who,
                              const session &found, std::string_view zone) {
  const auto now = s.engine.time().now();
  const auto events = events_of(db, found.id);
  const auto told = workflows::explain(
      found, events, s.engine.rules_of(found, db),
      {.to = who.viewer(found.tutor), .now = now, .zone = zone});
  json::array why;
  for (const auto &one : told.why) {
    json::object reason{{"code", one.code}, {"text", one.text}};
    reason["data"] = one.data;
    why.push_back(std::move(reason));
  }
  return {{"id", found.id},
          {"state", workflows::to_string(found.status)},
          {"version", found.version},
          {"now", workflows::format_rfc3339(now)},
          {"why", std::move(why)},
          {"next", view_of(told)},
          {"next_text", told.next_text},
          {"eligibility", eligibility_view(s, db, who, found, false)}};
}

void get_explanation(services &s, const request_ptr &r,
                     const responder &respond) {
  query q{r->query, r->to->query};
  const auto zone = q.text("timezone");
  if (!zone.empty() && !workflows::known_time_zone(zone))
    q.fail("timezone: expected an IANA time zone name such as "
           "America/New_York.");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  answer_about_session(
      s, r, respond, [&s, r, zone](store &db, const session &found) {
        return json_response(explanation_view(
            s, db, r->who, found, zone.empty() ? found.timezone : zone));
      });
}

}  // namespace

std::vector<route> explain_routes() {
  constexpr auto known = for_everybody;
  return {
      {"GET",
       "/v1/sessions/{}/eligibility",
       known,
       small_body,
       get_eligibility,
       {"leave_call"}},
      {"GET",
       "/v1/sessions/{}/explain",
       known,
       small_body,
       get_explanation,
       {"timezone"}},
  };
}

}  // namespace recapd::gateway::http::routes
