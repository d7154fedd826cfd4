// SPDX-License-Identifier: Apache-2.0
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "ingress/outgoing.hpp"
#include "ingress/routes.hpp"
#include "ingress/target.hpp"
#include "workflows/session_decide.hpp"
#include "workflows/session_json.hpp"

namespace recapd::ingress::routes {
namespace {

namespace json = boost::json;
using storage::store;
using workflows::session;

/// What the tutor would hear who logged the smallest step at `now`, and how
/// much they could log.
class eligibility {
public:
  eligibility(const session &s, const workflows::rules &rules,
              workflows::instant now)
      : session_{s}, facts_{.by = {workflows::role::tutor, s.tutor},
                            .received_at = now,
                            .now = now,
                            .judged_by = &rules,
                            .policy_version = s.policy_version,
                            .used = {}} {}

  json::object ask(store &db) {
    const auto &rules = *facts_.judged_by;
    facts_.used = db.load_usage(keys(rules.step_minutes));
    const auto decided = workflows::decide(
        session_, workflows::log_time{.minutes = rules.step_minutes}, facts_);
    json::array refusals;
    if (!decided.has_value())
      for (const auto &r : decided.error())
        refusals.push_back(workflows::to_json(r));
    return {{"eligible", decided.has_value()},
            {"refusals", std::move(refusals)},
            {"max_minutes", decided.has_value() ? most() : 0}};
  }

private:
  [[nodiscard]] std::vector<workflows::claim> claims(int minutes) const {
    return workflows::claims(session_, workflows::log_time{.minutes = minutes},
                             facts_);
  }

  [[nodiscard]] std::vector<workflows::usage_key> keys(int minutes) const {
    std::vector<workflows::usage_key> out;
    for (const auto &c : claims(minutes))
      out.push_back(c.key);
    return out;
  }

  [[nodiscard]] bool fits(int minutes) const {
    const auto all = claims(minutes);
    for (std::size_t i = 0; i < all.size() && i < facts_.used.size(); ++i)
      if (workflows::passes_limit(all[i], facts_.used[i])) return false;
    return true;
  }

  [[nodiscard]] int most() const {
    const auto &rules = *facts_.judged_by;
    int out = rules.step_minutes;
    for (int m = out; m <= rules.max_minutes; m += rules.step_minutes)
      if (fits(m)) out = m;
    return out;
  }

  const session &session_;
  workflows::facts facts_;
};

/// Filters that a caller who does not see all is held to.
std::optional<response> hold_to_own(const caller &who,
                                    storage::session_filter &filter) {
  if (who.sees_all()) return std::nullopt;
  const bool tutor = who.proven->as == workflows::role::tutor;
  auto &own = tutor ? filter.tutor : filter.student;
  if (!own.empty() && own != who.proven->id)
    return not_allowed("You can list your own sessions only.");
  own = who.proven->id;
  return std::nullopt;
}

response page_of_sessions(services &s, store &db,
                          storage::session_filter filter) {
  const auto limit = static_cast<std::size_t>(filter.limit++);
  auto rows = db.list_sessions(filter);
  const bool more = rows.size() > limit;
  if (more) rows.resize(limit);
  json::array sessions;
  const auto now = s.engine.time().now();
  for (const auto &row : rows) {
    const auto state = session_of(row);
    sessions.push_back(
        workflows::to_view(state, rules_of(s.engine, state), now));
  }
  return json_response(
      {{"sessions", std::move(sessions)},
       {"next", more ? json::value(rows.back().id) : json::value()}});
}

/// Participants are not told what others call their commands.
json::value refusal_view(const storage::outcome_row &row, const caller &who) {
  auto out = json::parse(row.outcome);
  if (who.sees_all() || row.who == workflows::to_string(*who.proven))
    return out;
  out.as_object()["id"] = nullptr;
  out.as_object()["source"] = nullptr;
  return out;
}

}  // namespace

void get_session(services &s, const request_ptr &r, const responder &respond) {
  answer_about_session(s, r, respond, [&s](store &, const session &found) {
    return json_response(workflows::to_view(found, rules_of(s.engine, found),
                                            s.engine.time().now()));
  });
}

void list_sessions(services &s, const request_ptr &r,
                   const responder &respond) {
  query q{r->query, r->to->query};
  storage::session_filter filter{.state = q.text("state"),
                                 .tutor = q.id("tutor"),
                                 .student = q.id("student"),
                                 .course = q.id("course"),
                                 .after = q.id("after"),
                                 .limit = q.limit()};
  if (!filter.state.empty() && !workflows::parse_session_status(filter.state))
    q.fail("state: expected a session's state, such as scheduled.");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  if (auto no = hold_to_own(r->who, filter)) return respond(std::move(*no));
  answer_by_reading(s, respond, [&s, filter](store &db) {
    return page_of_sessions(s, db, filter);
  });
}

void get_history(services &s, const request_ptr &r, const responder &respond) {
  answer_about_session(s, r, respond, [](store &db, const session &found) {
    json::array events;
    for (const auto &row : db.history(found.id))
      events.push_back(history_view(row));
    return json_response({{"events", std::move(events)}});
  });
}

void get_refusals(services &s, const request_ptr &r, const responder &respond) {
  query q{r->query, r->to->query};
  const auto limit = q.limit();
  if (!q.error().empty()) return respond(bad_request(q.error()));
  answer_about_session(
      s, r, respond, [r, limit](store &db, const session &found) {
        json::array refusals;
        for (const auto &row : db.refused_outcomes(found.id, limit))
          refusals.push_back(refusal_view(row, r->who));
        return json_response({{"refusals", std::move(refusals)}});
      });
}

void get_eligibility(services &s, const request_ptr &r,
                     const responder &respond) {
  answer_about_session(s, r, respond, [&s](store &db, const session &found) {
    eligibility e{found, rules_of(s.engine, found), s.engine.time().now()};
    return json_response(e.ask(db));
  });
}

}  // namespace recapd::ingress::routes
