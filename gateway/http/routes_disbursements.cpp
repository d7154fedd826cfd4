// SPDX-License-Identifier: Apache-2.0
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "gateway/http/csv.hpp"
#include "gateway/http/page_writer.hpp"
#include "gateway/http/routes.hpp"
#include "gateway/http/target.hpp"
#include "gateway/wire/csv.hpp"
#include "gateway/wire/digest.hpp"

namespace recapd::gateway::http::routes {
namespace {

namespace json = boost::json;
using storage::store;

const std::vector<std::string> &disbursement_columns() {
  static const std::vector<std::string> names{
      "id",    "run",       "program",    "tutor", "amount",   "currency",
      "state", "opened_at", "changed_at", "by",    "transfers"};
  return names;
}

/// Returns a disbursement as it is shown; what became of posting it is for
/// staff.
json::object disbursement_view(const storage::disbursement_row &row,
                               const caller &who) {
  auto out = workflows::to_view(row.what);
  if (!who.sees_all()) return out;
  const bool waits = row.what.status == workflows::disbursement_status::open;
  out["tries"] = row.tries;
  out["trouble"] = waits ? text_or_null(row.trouble) : json::value();
  out["next_try_at"] =
      waits && row.next_try_at
          ? json::value(workflows::format_rfc3339(*row.next_try_at))
          : json::value();
  return out;
}

response csv_of(const request &r,
                const storage::page<storage::disbursement_row> &rows) {
  auto lines = csv_head(disbursement_columns());
  for (const auto &row : rows) {
    const auto shown = workflows::to_view(row.what);
    std::vector<json::value> line;
    for (const auto &column : disbursement_columns())
      line.push_back(shown.at(column));
    lines += csv_line(line);
  }
  return csv_answer(r, std::move(lines), rows.more ? rows.back().what.id : "");
}

void list_disbursements(services &s, const request_ptr &r,
                        const responder &respond) {
  query q{r->query, r->to->query};
  storage::disbursement_filter filter;
  filter.run = q.id("run");
  filter.tutor = q.id("tutor");
  filter.program = q.id("program");
  filter.state = q.text("state");
  filter.after = q.text("after");
  filter.limit = q.limit();
  filter.programs = r->who.programs;
  if (!filter.state.empty()
      && !workflows::parse_disbursement_status(filter.state))
    q.fail("state: expected open, sent, confirmed, failed or returned.");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  if (!r->who.sees_all()) {
    const bool own =
        r->who.has_role(workflows::role::tutor)
        && (filter.tutor.empty() || filter.tutor == r->who.proven->id);
    if (!own)
      return respond(not_allowed("You can list your own disbursements only."));
    filter.tutor = r->who.proven->id;
  }
  answer_by_reading(s, r, respond, [r, filter](store &db) {
    const auto rows = db.list_disbursements(filter);
    if (prefers_csv(*r)) return csv_of(*r, rows);
    return answer_page(
        "disbursements", rows,
        [&](const storage::disbursement_row &row) {
          return disbursement_view(row, r->who);
        },
        [](const storage::disbursement_row &row) { return row.what.id; });
  });
}

void get_disbursement(services &s, const request_ptr &r,
                      const responder &respond) {
  const auto id = r->params.front();
  answer_by_reading(s, r, respond, [r, id](store &db) {
    const auto row = db.find_disbursement(id);
    if (!row || !r->who.programs.includes(row->what.program)
        || !r->who.is(workflows::role::tutor, row->what.tutor))
      return problem(404, "unknown-disbursement",
                     "There is no disbursement of this id.");
    return json_response(disbursement_view(*row, r->who));
  });
}

/// Takes a result as the command that it is. Its id is made of what it says:
/// the same result again is the same command again.
void post_result(services &s, const request_ptr &r, const responder &respond) {
  boost::system::error_code wrong;
  const auto data = json::parse(r->body, wrong);
  if (wrong || !data.is_object())
    return respond(bad_request("The body is not a JSON object."));
  const auto &id = r->params.front();
  const auto key = r->header("idempotency-key");
  const auto said = key.empty()
                        ? hmac_sha256_hex("result", json::serialize(data))
                        : std::string{key};
  json::object event{{"specversion", "1.0"},
                     {"id", id + ":" + said},
                     {"source", "/v1/disbursements"},
                     {"type", "recapd.disbursement.result"},
                     {"subject", id},
                     {"data", data}};
  if (!r->who.proven) event["authid"] = "system:http";
  submit_event(s, r, json::serialize(event), respond);
}

}  // namespace

std::vector<route> disbursement_routes() {
  return {
      {"GET",
       "/v1/disbursements",
       for_everybody,
       small_body,
       list_disbursements,
       {"run", "tutor", "program", "state", "limit", "after"},
       false,
       nullptr,
       true},
      {"GET", "/v1/disbursements/{}", for_everybody, small_body,
       get_disbursement},
      {"POST",
       "/v1/disbursements/{}/result",
       {.roles = {workflows::role::system}},
       small_body,
       post_result,
       {},
       false,
       want_json},
  };
}

}  // namespace recapd::gateway::http::routes
