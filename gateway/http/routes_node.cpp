// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/value.hpp>

#include "gateway/http/page_answers.hpp"
#include "gateway/http/routes.hpp"
#include "gateway/http/target.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/telemetry/open_metrics.hpp"
#include "gateway/wire/strict_json.hpp"
#include "workflows/unicode.hpp"

namespace recapd::gateway::http::routes {
namespace {

namespace json = boost::json;
using workflows::instant;

/// Where `advance` ends, since later instants may have no written form.
constexpr instant end_of_time =
    std::chrono::sys_days{std::chrono::year{9999} / std::chrono::December / 31};

response no_clock() {
  return problem(404, "not-found",
                 "There is a clock only with --clock manual.");
}

response clock_view(instant now) {
  return json_response({{"now", workflows::format_rfc3339(now)}});
}

/// Where a `POST /v1/clock` moves the clock to, or what is wrong with it.
struct move {
  std::optional<instant> to;
  std::string error;
};

move parse_move(std::string_view body, instant now) {
  constexpr auto form = "Expected {\"advance\":\"72h\"} or "
                        "{\"set\":\"2026-11-23T14:30:00Z\"}.";
  const auto parsed = parse_strict(body);
  if (!parsed.has_value()) return {.to = {}, .error = parsed.error().detail};
  const auto *object = (*parsed).if_object();
  if (object == nullptr || object->size() != 1
      || !object->begin()->value().is_string())
    return {.to = {}, .error = form};
  const auto &member = *object->begin();
  const std::string_view text = member.value().get_string();
  if (member.key() == "set") {
    const auto to = workflows::parse_rfc3339(text);
    return {to, "set: expected RFC 3339 with an offset."};
  }
  if (member.key() != "advance") return {.to = {}, .error = form};
  const auto by = workflows::parse_duration(text);
  if (!by) return {.to = {}, .error = "advance: expected such as \"72h\"."};
  if (*by > end_of_time - now)
    return {.to = {}, .error = "advance: that is past the year 9999."};
  return {now + *by, {}};
}

json::array view_of(const std::vector<actors::condition> &conditions) {
  json::array list;
  for (const auto &c : conditions)
    list.push_back(json::object{{"code", c.code},
                                {"detail", c.detail},
                                {"since", workflows::format_rfc3339(c.since)}});
  return list;
}

/// Returns a code as words: `database-down` is `database down`.
std::string words_of(std::string code) {
  std::replace(code.begin(), code.end(), '-', ' ');
  return code;
}

/// Returns a state's words; null without NATS.
const char *word_of(nats_state state) {
  switch (state) {
  case nats_state::none:
    break;
  case nats_state::connected:
    return "connected";
  case nats_state::away:
    return "not connected";
  case nats_state::failing:
    return "failing";
  case nats_state::mapping_differs:
    return "mapping differs";
  case nats_state::few_partitions:
    return "too few partitions";
  }
  return nullptr;
}

void get_clock(services &s, const request_ptr &, const responder &respond) {
  if (!s.engine.time().manual()) return respond(no_clock());
  respond(clock_view(s.engine.time().now()));
}

void post_clock(services &s, const request_ptr &r, const responder &respond) {
  if (!s.engine.time().manual()) return respond(no_clock());
  const auto now = s.engine.time().now();
  const auto wanted = parse_move(r->body, now);
  if (!wanted.to) return respond(bad_request(wanted.error));
  if (*wanted.to < now)
    return respond(problem(409, "clock-backwards",
                           "The clock moves forward only.",
                           {{"now", workflows::format_rfc3339(now)}}));
  s.engine.advance(*wanted.to, actors::reply<instant>{[respond](auto settled) {
    if (settled.has_value()) return respond(clock_view(*settled));
    respond(unavailable("The clock did not settle; read it "
                        "and try again."));
  }});
}

void get_healthz(services &, const request_ptr &, const responder &respond) {
  respond(json_response({{"status", "ok"}}));
}

void get_readyz(services &s, const request_ptr &, const responder &respond) {
  auto &conditions = s.engine.conditions();
  const auto reasons = conditions.reasons();
  json::object body{{"status", reasons.empty() ? "ready" : "not ready"},
                    {"reasons", view_of(reasons)},
                    {"warnings", view_of(conditions.warnings())},
                    {"tzdata", workflows::time_zone_version()},
                    {"unicode", workflows::unicode_version()},
                    {"in_flight", s.engine.status().in_flight}};
  if (!reasons.empty()) body["reason"] = words_of(reasons.front().code);
  // The state of NATS makes no node unready: it takes commands by HTTP.
  if (const auto *nats = word_of(s.meters.nats_commands())) body["nats"] = nats;
  auto out = json_response(body);
  if (!reasons.empty()) out.status = 503;
  respond(std::move(out));
}

void get_metrics(services &s, const request_ptr &, const responder &respond) {
  const auto &conditions = s.engine.conditions();
  s.meters.conditions(conditions.reasons(), conditions.warnings());
  s.gauges.refresh(s.engine, s.meters, [&meters = s.meters, respond] {
    respond({.body = meters.text(),
             .content_type = std::string{open_metrics_type}});
  });
}

/// Answers with the published document at the route's path.
void get_document(services &, const request_ptr &r, const responder &respond) {
  const auto file =
      std::ranges::find(page_files, r->to->pattern, &page_file::path);
  if (file == page_files.end())
    return respond(problem(404, "not-found", "This node has no document."));
  respond(page_answer(*file, *r));
}

}  // namespace

std::vector<route> node_routes() {
  return {
      {"GET",
       "/v1/events",
       for_everybody,
       small_body,
       nullptr,
       {"session", "last_event_id"}},
      {"GET", "/v1/clock", for_staff, small_body, get_clock},
      {"POST",
       "/v1/clock",
       for_operators,
       small_body,
       post_clock,
       {},
       false,
       want_json},
      {"GET", "/healthz", open_to_all, small_body, get_healthz, {}, true},
      {"GET", "/readyz", open_to_all, small_body, get_readyz, {}, true},
      {"GET", "/metrics", open_to_all, small_body, get_metrics},
      {"GET", "/openapi.json", open_to_all, small_body, get_document},
      {"GET", "/asyncapi.json", open_to_all, small_body, get_document},
  };
}

}  // namespace recapd::gateway::http::routes
