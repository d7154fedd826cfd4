// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/array.hpp>
#include <limits>

#include "actors/outcome_json.hpp"
#include "ingress/outgoing.hpp"
#include "ingress/page_writer.hpp"
#include "ingress/routes.hpp"
#include "ingress/target.hpp"
#include "storage/refusal_token.hpp"
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

response page_of_sessions(const services &s,
                          const storage::page<storage::session_row> &rows) {
  return answer_page(
      "sessions", rows,
      [&s, now = s.engine.time().now()](const storage::session_row &row) {
        const auto state = session_of(row);
        return workflows::to_view_text(state, rules_of(s.engine, state), now);
      },
      [](const storage::session_row &row) { return row.id; });
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
                                 .most = q.limit()};
  if (!filter.state.empty() && !workflows::parse_session_status(filter.state))
    q.fail("state: expected a session's state, such as scheduled.");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  if (auto no = hold_to_own(r->who, filter)) return respond(std::move(*no));
  answer_by_reading(s, r, respond, [&s, filter](store &db) {
    return page_of_sessions(s, db.list_sessions(filter));
  });
}

void get_history(services &s, const request_ptr &r, const responder &respond) {
  query q{r->query, r->to->query};
  const auto after = q.position("after");
  const auto limit = q.limit(1000);
  if (!q.error().empty()) return respond(bad_request(q.error()));
  const auto seq = static_cast<int>(
      std::min<std::int64_t>(after, std::numeric_limits<int>::max()));
  answer_about_session(
      s, r, respond, [seq, limit](store &db, const session &found) {
        return answer_page("events", db.history(found.id, seq, limit),
                           history_view, [](const storage::event_row &row) {
                             return std::to_string(row.seq);
                           });
      });
}

void get_refusals(services &s, const request_ptr &r, const responder &respond) {
  query q{r->query, r->to->query};
  const auto limit = q.limit();
  const auto after = q.text("after");
  if (!after.empty() && !storage::is_refusal_token(after))
    q.fail("after: expected the token of a page before.");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  answer_about_session(
      s, r, respond, [limit, after](store &db, const session &found) {
        return answer_page(
            "refusals", db.refused_outcomes(found.id, after, limit),
            [](const storage::outcome_row &row) {
              return actors::stored_outcome(row.outcome, false).json;
            },
            storage::refusal_token);
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
