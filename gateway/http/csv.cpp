// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/csv.hpp"

#include <algorithm>
#include <utility>

#include "gateway/http/accepting.hpp"
#include "gateway/wire/text.hpp"

namespace recapd::gateway::http {
namespace {

/// How much a media type is wanted, in thousandths, and how closely it is
/// named: 0 not at all, 1 and 2 by `*`, 3 by its name.
struct wish {
  int weight = 0;
  int named = 0;
  auto operator<=>(const wish &) const = default;
};

/// Returns how much the field `Accept` wants the type `family/name`.
wish wish_for(std::string_view accept, std::string_view family,
              std::string_view name) {
  wish found;
  while (!accept.empty()) {
    auto range = take_part(accept, ',');
    const auto type = lower(take_part(range, ';'));
    const auto any = std::string{family} + "/*";
    const int named = type == any     ? 2
                      : type == "*/*" ? 1
                      : type == std::string{family} + "/" + std::string{name}
                          ? 3
                          : 0;
    if (named <= found.named) continue;
    found = {.weight = weight_in(range), .named = named};
  }
  return found.weight > 0 ? found : wish{};
}

wish csv_wish(const request &r) {
  return wish_for(r.header("accept"), "text", "csv");
}
wish json_wish(const request &r) {
  return wish_for(r.header("accept"), "application", "json");
}

/// Returns the target of the next page: the request's with another `after`.
std::string next_target(const request &r, const std::string &next) {
  std::string path;
  auto pattern = r.to->pattern;
  auto param = r.params.begin();
  for (auto at = pattern.find("{}"); at != std::string_view::npos;
       at = pattern.find("{}")) {
    path += std::string{pattern.substr(0, at)} + *param++;
    pattern.remove_prefix(at + 2);
  }
  path += pattern;
  std::string query;
  for (std::string_view rest = r.query; !rest.empty();)
    if (const auto part = take_part(rest, '&');
        !part.empty() && part.substr(0, part.find('=')) != "after")
      query += std::string{part} + "&";
  return path + "?" + query + "after=" + next;
}

}  // namespace

bool prefers_csv(const request &r) {
  const auto csv = csv_wish(r);
  const auto json = json_wish(r);
  return csv.named > 1
         && (csv.weight > json.weight
             || (csv.weight == json.weight && csv.named > json.named));
}

bool prefers_html(const request &r) {
  const auto html = wish_for(r.header("accept"), "text", "html");
  const auto json = json_wish(r);
  return html.named > 1 && html.weight >= json.weight;
}

std::optional<response> check_acceptable(const request &r) {
  if (r.to->csv || csv_wish(r).named < 2 || json_wish(r).named > 0)
    return std::nullopt;
  return problem(406, "not-acceptable",
                 "This answers with JSON; CSV is there of sessions, accounts "
                 "and statistics.");
}

response csv_answer(const request &r, std::string lines,
                    const std::string &next) {
  response out{.body = std::move(lines),
               .content_type = "text/csv; charset=utf-8; header=present"};
  if (!next.empty())
    out.headers.emplace_back("Link",
                             "<" + next_target(r, next) + ">; rel=\"next\"");
  return out;
}

}  // namespace recapd::gateway::http
