// SPDX-License-Identifier: Apache-2.0
#include "actors/outcome_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace recapd::actors {

namespace json = boost::json;

outcome make_outcome(std::string_view source, std::string_view id,
                     std::string_view session,
                     const std::vector<workflows::refusal> &why) {
  outcome o;
  o.accepted = why.empty();
  if (!why.empty()) o.code = why.front().code;
  json::array refusals;
  for (const auto &r : why)
    refusals.push_back(to_json(r));
  o.json =
      "{\"id\":" + json::serialize(json::string_view{id})
      + ",\"source\":" + json::serialize(json::string_view{source})
      + (o.accepted ? ",\"outcome\":\"accepted\"" : ",\"outcome\":\"refused\"")
      + ",\"duplicate\":false,\"session\":" + std::string{session}
      + ",\"refusals\":" + json::serialize(refusals) + "}";
  return o;
}

outcome stored_outcome(std::string_view text, bool duplicate) {
  outcome o;
  auto value = json::parse(text);
  auto &object = value.as_object();
  o.duplicate = duplicate;
  o.accepted = object.at("outcome").as_string() == "accepted";
  const auto &refusals = object.at("refusals").as_array();
  if (!refusals.empty())
    o.code = workflows::parse_refusal_code(
        refusals.front().as_object().at("code").as_string());
  object["duplicate"] = duplicate;
  o.json = json::serialize(value);
  return o;
}

outcome given_again(const submission &s, const storage::outcome_row &row,
                    bool duplicate) {
  if (row.content == s.content) return stored_outcome(row.outcome, duplicate);
  return make_outcome(
      s.source, s.id, "null",
      {{.code = workflows::refusal_code::id_reused,
        .detail = "source and id were used before for another command; give "
                  "each command an id of its own"}});
}

}  // namespace recapd::actors
