// SPDX-License-Identifier: Apache-2.0
#include <boost/json/array.hpp>
#include <limits>

#include "gateway/http/page_writer.hpp"
#include "gateway/http/routes.hpp"
#include "gateway/http/target.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/strict_json.hpp"
#include "gateway/wire/text.hpp"
#include "workflows/json/fields.hpp"

namespace recapd::gateway::http::routes {
namespace {

namespace json = boost::json;
using storage::store;
using workflows::policy;

constexpr std::size_t policy_body = 1'048'576;
constexpr std::size_t longest_note = 10'000;  // bytes
constexpr access for_readers{.roles = {workflows::role::manager,
                                       workflows::role::system,
                                       workflows::role::admin}};
constexpr auto newest_first = std::numeric_limits<int>::max();

json::object view_of(const storage::policy_row &row) {
  return {{"version", row.version},
          {"at", workflows::format_rfc3339(row.at)},
          {"by", text_or_null(row.by)},
          {"note", row.note}};
}

json::array view_of(const std::vector<workflows::policy_change> &changes) {
  json::array out;
  for (const auto &one : changes)
    out.push_back(workflows::to_json(one));
  return out;
}

/// What a `POST /v1/policies` asks for, or what is wrong with it.
struct proposal {
  policy wanted;
  std::string note;
  std::optional<int> base;
  std::string error;
};

proposal parse_proposal(std::string_view body) {
  proposal out;
  const auto parsed = parse_strict(body);
  if (!parsed.has_value()) {
    out.error = parsed.error().detail;
    return out;
  }
  if (!(*parsed).is_object()) {
    out.error = R"(Expected {"policy": {…}, "note": "…", "base": VERSION}.)";
    return out;
  }
  workflows::field_error wrong;
  workflows::fields in{(*parsed).get_object(), "body", wrong};
  const auto *given = in.required("policy");
  if (in.has("note")) out.note = in.text("note");
  if (out.note.size() > longest_note)
    in.wrong("note", "at most " + std::to_string(longest_note) + " bytes");
  if (in.has("base")) out.base = in.count("base", 0);
  if (given != nullptr && !given->is_object()) in.wrong("policy", "an object");
  in.close();
  out.error = wrong.any() ? wrong.text() : "";
  if (wrong.any()) return out;
  workflows::policy_error error;
  auto read = workflows::parse_policy(given->get_object(), error);
  if (read)
    out.wanted = std::move(*read);
  else
    out.error = error.path + ": expected " + error.expected;
  return out;
}

/// Returns what is wrong with a policy where there is a newer one already, or
/// nothing: a counter does not say on which day its week began.
std::string other_weeks(const policy &now, const policy &next) {
  if (now.base.week_starts_on == next.base.week_starts_on) return {};
  return "policy.week_starts_on: expected "
         + std::string{workflows::weekday_name(now.base.week_starts_on)}
         + ", by which the hours in this installation are counted";
}

response moved(int newest) {
  return problem(409, "policy-changed",
                 "The newest policy is version " + std::to_string(newest)
                     + ", another than the one this was made from: read it, "
                       "and change that.",
                 {{"newest", newest}});
}

response saved(services &s, store &db, const storage::policy_draft &draft,
               const policy &wanted) {
  // The stored text may be older than a rule that both have by default.
  s.engine.follow_policies(db);
  if (const auto &[newest, now] = s.engine.newest_policy();
      draft.base.value_or(newest) == newest && now == wanted)
    return json_response({{"version", newest}, {"changes", json::array{}}});
  const auto done = db.save_policy(draft);
  if (done.what == storage::policy_saved::result::moved)
    return moved(done.newest);
  json::array changes;
  if (done.what == storage::policy_saved::result::fresh) {
    s.engine.follow_policies(db);
    const auto &before = s.engine.policy_of(done.newest - 1, db);
    changes = view_of(workflows::changes_between(before, wanted));
    log_info("there is a new policy",
             {{"version", std::to_string(done.newest)}, {"by", draft.by}});
  }
  return json_response(
      {{"version", done.newest}, {"changes", std::move(changes)}});
}

void post_policy(services &s, const request_ptr &r, const responder &respond) {
  if (r->who.programs.only)
    return respond(not_allowed("A policy is of all programmes; yours are "
                               "some."));
  auto asked = parse_proposal(r->body);
  if (asked.error.empty())
    asked.error = other_weeks(s.engine.newest_policy().second, asked.wanted);
  if (!asked.error.empty()) return respond(bad_request(asked.error));
  const storage::policy_draft draft{
      .body = json::serialize(workflows::to_json(asked.wanted)),
      .by = r->who.proven ? workflows::to_string(*r->who.proven) : "",
      .note = std::move(asked.note),
      .base = asked.base};
  answer_by_reading(s, r, respond,
                    [&s, draft, wanted = std::move(asked.wanted)](store &db) {
                      return saved(s, db, draft, wanted);
                    });
}

void list_policies(services &s, const request_ptr &r,
                   const responder &respond) {
  query q{r->query, r->to->query};
  const auto limit = q.limit();
  const auto after = q.position("after");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  const auto before = after == 0 || after > newest_first
                          ? newest_first
                          : static_cast<int>(after);
  answer_by_reading(s, r, respond, [before, limit](store &db) {
    return answer_page(
        "policies", db.list_policies(before, limit),
        [](const storage::policy_row &row) { return view_of(row); },
        [](const storage::policy_row &row) {
          return std::to_string(row.version);
        });
  });
}

/// Takes the overrides of programmes that are none of these out of a policy.
void keep_own(json::object &policy, const workflows::program_set &own) {
  json::object kept;
  for (const auto &[id, overrides] : policy.at("programs").as_object())
    if (own.includes(id)) kept[id] = overrides;
  policy["programs"] = std::move(kept);
}

void get_policy(services &s, const request_ptr &r, const responder &respond) {
  const auto version = parse_integer<int>(r->params.front()).value_or(0);
  answer_by_reading(s, r, respond, [&s, r, version](store &db) {
    const auto rows = version > 0 && version < newest_first
                          ? db.list_policies(version + 1, 1)
                          : storage::page<storage::policy_row>{};
    if (rows.empty() || rows.front().version != version)
      return problem(404, "not-found", "There is no policy of this version.");
    auto out = view_of(rows.front());
    auto shown = workflows::to_json(s.engine.policy_of(version, db));
    keep_own(shown, r->who.programs);
    out["policy"] = std::move(shown);
    return json_response(out);
  });
}

}  // namespace

std::vector<route> policy_routes() {
  return {
      {"GET",
       "/v1/policies",
       for_readers,
       small_body,
       list_policies,
       {"limit", "after"}},
      {"GET", "/v1/policies/{}", for_readers, small_body, get_policy},
      {"POST",
       "/v1/policies",
       for_admins,
       policy_body,
       post_policy,
       {},
       false,
       want_json},
  };
}

}  // namespace recapd::gateway::http::routes
