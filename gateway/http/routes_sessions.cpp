// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <limits>

#include "actors/outcome_json.hpp"
#include "gateway/http/csv.hpp"
#include "gateway/http/page_writer.hpp"
#include "gateway/http/routes.hpp"
#include "gateway/http/target.hpp"
#include "gateway/wire/csv.hpp"
#include "gateway/wire/outgoing.hpp"
#include "storage/refusal_token.hpp"
#include "storage/session_token.hpp"
#include "workflows/json/session.hpp"
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

bool is_student(const caller &who) {
  return who.proven && who.proven->as == workflows::role::student;
}

/// Returns what `session.complete` would answer now, as far as `who` may know.
workflows::eligibility eligibility_for(const caller &who, const session &s,
                                       const workflows::facts &f,
                                       bool leave_call) {
  return is_student(who)
             ? workflows::eligibility_of(s, f, leave_call, who.proven->id)
             : workflows::eligibility_of(s, f, leave_call);
}

response eligibility_view(services &s, store &db, const caller &who,
                          const session &found, bool leave_call) {
  const auto &rules = rules_of(s.engine, found);
  auto facts = workflows::facts_of_tutor(found, rules, s.engine.time().now());
  std::vector<workflows::usage_key> keys;
  for (auto &c : workflows::eligibility_claims(found, facts))
    keys.push_back(std::move(c.key));
  facts.used = db.load_usage(keys);
  const auto e = eligibility_for(who, found, facts, leave_call);
  json::array refusals;
  for (const auto &r : e.refusals)
    refusals.push_back(workflows::to_json(r));
  return json_response({{"eligible", e.refusals.empty()},
                        {"refusals", std::move(refusals)},
                        {"max_minutes", e.max_minutes},
                        {"rules", rules_view(rules)}});
}

/// Narrows the filter to the caller's own sessions, unless the caller sees all.
/// Returns a 403 where it names somebody else.
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

/// Reads what the list is sorted by, and where it goes on.
void read_place(query &q, storage::session_filter &filter) {
  using enum storage::session_order;
  const auto order = q.text("order");
  if (order == "starts_at")
    filter.order = starts_at;
  else if (order == "-starts_at")
    filter.order = starts_at_down;
  else if (!order.empty() && order != "id")
    q.fail("order: expected id, starts_at or -starts_at.");
  const auto after = q.text("after");
  if (!after.empty() && !storage::begin_behind(filter, after))
    q.fail("after: expected the token of a page before, of the same order.");
}

/// Reads what the sessions are marked with.
workflows::mark_set read_marks(query &q) {
  workflows::mark_set marks;
  if (const auto support = q.text("support"); support == "asked")
    marks.set(workflows::number_of(workflows::session_mark::asked));
  else if (!support.empty())
    q.fail("support: expected asked.");
  const auto name = q.text("flag");
  if (name.empty()) return marks;
  std::string known;
  for (std::size_t i = 0; i < workflows::flag_count; ++i) {
    if (workflows::mark_name(i) == name) return marks.set(i);
    known += (i == 0 ? "" : ", ") + std::string{workflows::mark_name(i)};
  }
  q.fail("flag: expected one of " + known + ".");
  return marks;
}

response csv_of_sessions(const services &s, const request &r,
                         const storage::page<storage::session_events> &rows,
                         storage::session_order order) {
  auto lines = csv_head(session_columns());
  std::string next;
  for (const auto &row : rows) {
    const auto one = session_of(row);
    lines += csv_line(session_line(workflows::to_view(
        one, rules_of(s.engine, one), s.engine.time().now(), r.who.viewer())));
    if (rows.more) next = storage::session_token(order, one.starts_at, one.id);
  }
  return csv_answer(r, std::move(lines), next);
}

response page_of_sessions(const services &s, const caller &who,
                          const storage::page<storage::session_events> &rows,
                          storage::session_order order) {
  storage::page<session> found;
  found.more = rows.more;
  for (const auto &row : rows)
    found.push_back(session_of(row));
  return answer_page(
      "sessions", found,
      [&s, to = who.viewer(), now = s.engine.time().now()](const session &one) {
        return workflows::to_view_text(one, rules_of(s.engine, one), now, to);
      },
      [order](const session &one) {
        return storage::session_token(order, one.starts_at, one.id);
      });
}

/// Replaces refusals about what other students have used: of those a student
/// hears only that a limit holds.
void hide_hours(json::array &refusals, std::string_view student) {
  for (auto &one : refusals) {
    const auto *whose = one.as_object().if_contains("student");
    if (whose == nullptr || whose->as_string() == student) continue;
    if (const auto code =
            workflows::parse_refusal_code(one.at("code").as_string()))
      one = workflows::to_json(workflows::of_another_student(*code));
  }
}

/// Returns a refused outcome as `who` may see it: participants are not told
/// what others call their commands.
std::string refusal_text(const storage::outcome_row &row, const caller &who) {
  auto text = actors::stored_outcome(row.outcome, false).json;
  if (who.sees_all()) return text;
  auto told = json::parse(text).as_object();
  if (row.who != workflows::to_string(*who.proven)) {
    told["id"] = nullptr;
    told["source"] = nullptr;
  }
  if (is_student(who))
    hide_hours(told.at("refusals").as_array(), who.proven->id);
  return json::serialize(told);
}

void get_session(services &s, const request_ptr &r, const responder &respond) {
  answer_about_session(s, r, respond, [&s, r](store &, const session &found) {
    return json_response(workflows::to_view(found, rules_of(s.engine, found),
                                            s.engine.time().now(),
                                            r->who.viewer()));
  });
}

void list_sessions(services &s, const request_ptr &r,
                   const responder &respond) {
  query q{r->query, r->to->query};
  storage::session_filter filter{.state = q.text("state"),
                                 .tutor = q.id("tutor"),
                                 .student = q.id("student"),
                                 .course = q.id("course"),
                                 .program = q.id("program"),
                                 .programs = r->who.programs,
                                 .from = q.time("from"),
                                 .to = q.time("to"),
                                 .marks = read_marks(q),
                                 .most = q.limit()};
  read_place(q, filter);
  if (!filter.state.empty() && !workflows::parse_session_status(filter.state))
    q.fail("state: expected a session's state, such as scheduled.");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  if (auto no = hold_to_own(r->who, filter)) return respond(std::move(*no));
  answer_by_reading(s, r, respond, [&s, r, filter](store &db) {
    const auto rows = db.list_sessions(filter);
    return prefers_csv(*r) ? csv_of_sessions(s, *r, rows, filter.order)
                           : page_of_sessions(s, r->who, rows, filter.order);
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
      s, r, respond,
      [seq, limit, to = r->who.viewer()](store &db, const session &found) {
        return answer_page(
            "events", db.history(found.id, seq, limit),
            [&to](const storage::event_row &row) {
              return history_view(row, to);
            },
            [](const storage::event_row &row) {
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
      s, r, respond, [r, after, limit](store &db, const session &found) {
        return answer_page(
            "refusals", db.refused_outcomes(found.id, after, limit),
            [&who = r->who](const storage::outcome_row &row) {
              return refusal_text(row, who);
            },
            storage::refusal_token);
      });
}

void get_eligibility(services &s, const request_ptr &r,
                     const responder &respond) {
  query q{r->query, r->to->query};
  const bool leave_call = q.flag("leave_call");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  answer_about_session(
      s, r, respond, [&s, r, leave_call](store &db, const session &found) {
        return eligibility_view(s, db, r->who, found, leave_call);
      });
}

}  // namespace

std::vector<route> session_routes() {
  constexpr auto known = for_everybody;
  return {
      {"GET", "/v1/sessions/{}", known, small_body, get_session},
      {"GET",
       "/v1/sessions/{}/history",
       known,
       small_body,
       get_history,
       {"limit", "after"}},
      {"GET",
       "/v1/sessions/{}/refusals",
       known,
       small_body,
       get_refusals,
       {"limit", "after"}},
      {"GET",
       "/v1/sessions/{}/eligibility",
       known,
       small_body,
       get_eligibility,
       {"leave_call"}},
      {"GET",
       "/v1/sessions",
       known,
       small_body,
       list_sessions,
       {"state", "tutor", "student", "course", "program", "from", "to", "flag",
        "support", "order", "limit", "after"},
       false,
       nullptr,
       true},
  };
}

}  // namespace recapd::gateway::http::routes
