// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <boost/json/array.hpp>
#include <cmath>

#include "gateway/http/csv.hpp"
#include "gateway/http/routes.hpp"
#include "gateway/http/target.hpp"
#include "gateway/wire/csv.hpp"

namespace recapd::gateway::http::routes {
namespace {

namespace json = boost::json;
using storage::statistic;

/// What statistics are grouped by, in the order of the enumeration's values.
constexpr std::array<std::string_view, 8> statistics{
    "state", "day",     "week",    "course",
    "tutor", "program", "refusal", "reminder"};
static_assert(statistics.size()
              == static_cast<std::size_t>(statistic::reminder) + 1);

response queues_view(const storage::queue_counts &q) {
  return json_response({{"asked", q.asked},
                        {"missed", q.missed},
                        {"overdue", q.overdue},
                        {"flagged", q.flagged},
                        {"disputed", q.disputed},
                        {"dead_letters", q.dead_letters}});
}

json::object group_view(const storage::statistics_group &g, statistic by) {
  json::object out{{"key", g.key}};
  if (by == statistic::refusal || by == statistic::reminder) {
    out["count"] = g.count;
    if (by == statistic::reminder) out["answered_within_24h"] = g.answered;
    return out;
  }
  json::object pay;
  for (const auto &[currency, amount] : g.pay)
    pay[currency] = amount;
  out["sessions"] = g.sessions;
  out["minutes"] = g.minutes;
  out["pay"] = std::move(pay);
  out["median_confirm_seconds"] = nullptr;
  if (const auto &median = g.median_confirm_seconds)
    out["median_confirm_seconds"] = std::llround(*median);
  return out;
}

json::value shown(const std::optional<workflows::instant> &t) {
  return t ? json::value(workflows::format_rfc3339(*t)) : json::value();
}

response statistics_view(const request &r, const storage::statistics_query &of,
                         const storage::page<storage::statistics_group> &all) {
  if (all.more)
    return bad_request("There are more than " + std::to_string(of.most_groups)
                       + " groups: narrow them by from, to or program.");
  json::array groups;
  for (const auto &g : all)
    groups.push_back(group_view(g, of.by));
  if (prefers_csv(r))
    return csv_answer(
        r, statistics_lines(statistics.at(std::size_t(of.by)), groups), {});
  return json_response({{"from", shown(of.from)},
                        {"to", shown(of.to)},
                        {"groups", std::move(groups)}});
}

statistic read_by(query &q) {
  const auto by = q.text("by");
  for (std::size_t i = 0; i < statistics.size(); ++i)
    if (statistics.at(i) == by) return static_cast<statistic>(i);
  std::string known;
  for (const auto name : statistics)
    known += (known.empty() ? "" : ", ") + std::string{name};
  q.fail("by: expected one of " + known + ".");
  return {};
}

void get_queues(services &s, const request_ptr &r, const responder &respond) {
  const query q{r->query, r->to->query};
  if (!q.error().empty()) return respond(bad_request(q.error()));
  answer_by_reading(s, r, respond, [r](storage::store &db) {
    return queues_view(db.count_queues(r->who.programs));
  });
}

void get_statistics(services &s, const request_ptr &r,
                    const responder &respond) {
  query q{r->query, r->to->query};
  const storage::statistics_query of{
      .by = read_by(q),
      .from = q.time("from"),
      .to = q.time("to"),
      .program = q.id("program"),
      .programs = r->who.programs,
      .week_starts_on = s.engine.newest_policy().second.base.week_starts_on};
  if (of.from && of.to && *of.from >= *of.to)
    q.fail("from: expected a time before to.");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  answer_by_reading(s, r, respond, [r, of](storage::store &db) {
    return statistics_view(*r, of, db.statistics(of));
  });
}

}  // namespace

std::vector<route> report_routes() {
  return {
      {"GET", "/v1/queues", for_staff, small_body, get_queues},
      {"GET",
       "/v1/stats",
       for_staff,
       small_body,
       get_statistics,
       {"from", "to", "program", "by"},
       false,
       nullptr,
       true},
  };
}

}  // namespace recapd::gateway::http::routes
