// SPDX-License-Identifier: Apache-2.0
#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>

#include "gateway/http/routes.hpp"

namespace recapd::gateway::http::routes {
namespace {

namespace json = boost::json;

void get_me(services &, const request_ptr &r, const responder &respond) {
  json::array who;
  for (const auto &one : r->who.persons())
    who.emplace_back(workflows::to_string(one));
  const auto &only = r->who.programs.only;
  json::object out{
      {"who", std::move(who)},
      {"programs", only ? json::value_from(*only) : json::array{"*"}},
      {"name", r->who.name.empty() ? json::value() : json::value(r->who.name)}};
  respond(json_response(out));
}

}  // namespace

std::vector<route> me_routes() {
  return {{"GET", "/v1/me", for_everybody, small_body, get_me}};
}

}  // namespace recapd::gateway::http::routes
