// SPDX-License-Identifier: Apache-2.0
#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>

#include "gateway/http/routes.hpp"

namespace recapd::gateway::http::routes {
namespace {

namespace json = boost::json;

/// Returns the name that the person has here in the first of their roles with
/// one; where there is none, the provider's.
std::string name_of(const caller &who, storage::store &db) {
  for (const auto &one : who.persons())
    if (auto row = db.load_person(one); row && !row->name.empty())
      return std::move(row->name);
  return who.name;
}

json::object view_of(const caller &who, const std::string &name) {
  json::array persons;
  for (const auto &one : who.persons())
    persons.emplace_back(workflows::to_string(one));
  const auto &only = who.programs.only;
  return {{"who", std::move(persons)},
          {"programs", only ? json::value_from(*only) : json::array{"*"}},
          {"name", name.empty() ? json::value() : json::value(name)}};
}

void get_me(services &s, const request_ptr &r, const responder &respond) {
  answer_by_reading(s, r, respond, [r](storage::store &db) {
    return json_response(view_of(r->who, name_of(r->who, db)));
  });
}

}  // namespace

std::vector<route> me_routes() {
  return {{"GET", "/v1/me", for_everybody, small_body, get_me}};
}

}  // namespace recapd::gateway::http::routes
