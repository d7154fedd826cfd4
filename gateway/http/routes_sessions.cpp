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

namespace recapd::gateway::http::routes {
namespace {

namespace json = boost::json;
using storage::store;
using workflows::session;

/// Narrows the filter to the caller's own sessions, unless the caller sees all.
/// Returns a 403 where it names somebody else.
std::optional<response> hold_to_own(const caller &who,
                                    storage::session_filter &filter) {
  if (who.sees_all()) return std::nullopt;
  const bool tutor = who.has_role(workflows::role::tutor);
  if (tutor && who.has_role(workflows::role::student)) {
    filter.takes_part = who.proven->id;
    return std::nullopt;
  }
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

response csv_of_sessions(const services &s, store &db, const request &r,
                         const storage::page<storage::session_events> &rows,
                         storage::session_order order) {
  auto lines = csv_head(session_columns());
  std::string next;
  for (const auto &row : rows) {
    const auto one = session_of(row);
    lines += csv_line(session_line(
        workflows::to_view(one, s.engine.rules_of(one, db),
                           s.engine.time().now(), r.who.viewer(one.tutor))));
    if (rows.more) next = storage::session_token(order, one.starts_at, one.id);
  }
  return csv_answer(r, std::move(lines), next);
}

response page_of_sessions(const services &s, store &db, const caller &who,
                          const storage::page<storage::session_events> &rows,
                          storage::session_order order) {
  storage::page<session> found;
  found.more = rows.more;
  for (const auto &row : rows)
    found.push_back(session_of(row));
  return answer_page(
      "sessions", found,
      [&s, &db, &who, now = s.engine.time().now()](const session &one) {
        return workflows::to_view_text(one, s.engine.rules_of(one, db), now,
                                       who.viewer(one.tutor));
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

/// Returns true if the text names the caller in one of their roles.
bool names(std::string_view person, const caller &who) {
  return std::ranges::any_of(who.persons(), [person](const auto &one) {
    return workflows::to_string(one) == person;
  });
}

/// Returns a refused outcome, of a session of that tutor, as `who` may see it,
/// with when it was received and who sent it: participants are not told what
/// others call their commands, nor who they are.
std::string refusal_text(const storage::outcome_row &row, const caller &who,
                         const std::string &tutor) {
  auto told =
      json::parse(actors::stored_outcome(row.outcome, false).json).as_object();
  told["at"] = workflows::format_rfc3339(row.received_at);
  told["by"] = nullptr;
  if (!row.who.empty()) told["by"] = row.who;
  if (who.sees_all()) return json::serialize(told);
  if (!names(row.who, who))
    for (const auto *member : {"id", "source", "by"})
      told[member] = nullptr;
  const auto to = who.viewer(tutor);
  if (!to.sees_pay()) hide_hours(told.at("refusals").as_array(), to.student);
  return json::serialize(told);
}

void get_session(services &s, const request_ptr &r, const responder &respond) {
  answer_about_session(s, r, respond, [&s, r](store &db, const session &found) {
    return json_response(workflows::to_view(found, s.engine.rules_of(found, db),
                                            s.engine.time().now(),
                                            r->who.viewer(found.tutor)));
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
    return prefers_csv(*r)
               ? csv_of_sessions(s, db, *r, rows, filter.order)
               : page_of_sessions(s, db, r->who, rows, filter.order);
  });
}

void get_history(services &s, const request_ptr &r, const responder &respond) {
  query q{r->query, r->to->query};
  const auto after = q.position("after");
  const auto limit = q.limit(1000);
  if (!q.error().empty()) return respond(bad_request(q.error()));
  const auto seq = static_cast<int>(
      std::min<std::int64_t>(after, std::numeric_limits<int>::max()));
  answer_about_session(s, r, respond,
                       [r, seq, limit](store &db, const session &found) {
                         const auto to = r->who.viewer(found.tutor);
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
            [&who = r->who, &found](const storage::outcome_row &row) {
              return refusal_text(row, who, found.tutor);
            },
            storage::refusal_token);
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
