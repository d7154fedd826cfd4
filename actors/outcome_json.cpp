// SPDX-License-Identifier: Apache-2.0
#include "actors/outcome_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "workflows/json/writers.hpp"

namespace recapd::actors {

namespace json = boost::json;

namespace {

constexpr std::string_view no_session = "null";

/// Returns the whole outcome of `head`, whose `json` goes up to the session.
outcome finished(outcome head, std::string_view session,
                 std::string_view rest) {
  head.session_at = head.json.size();
  head.session_size = session.size();
  head.json.reserve(head.json.size() + session.size() + rest.size());
  head.json += session;
  head.json += rest;
  return head;
}

outcome assembled(outcome o, std::string_view source, std::string_view id,
                  std::string_view session, const json::array &refusals) {
  auto &text = o.json;
  text.reserve(source.size() + id.size() + session.size() + 128);
  text += R"({"id":)";
  workflows::append_quoted(text, id);
  text += R"(,"source":)";
  workflows::append_quoted(text, source);
  text += o.accepted ? R"(,"outcome":"accepted")" : R"(,"outcome":"refused")";
  text += o.duplicate ? R"(,"duplicate":true)" : R"(,"duplicate":false)";
  text += R"(,"session":)";
  const auto rest =
      R"(,"refusals":)" + (refusals.empty() ? "[]" : json::serialize(refusals));
  return finished(std::move(o), session, rest + '}');
}

/// Return the parts of an outcome before its session and behind it.
outcome head_of(const outcome &o) {
  return {.json = o.json.substr(0, o.session_at),
          .accepted = o.accepted,
          .duplicate = o.duplicate,
          .code = o.code};
}

std::string_view rest_of(const outcome &o) {
  return std::string_view{o.json}.substr(o.session_at + o.session_size);
}

}  // namespace

outcome make_outcome(std::string_view source, std::string_view id,
                     std::string_view session,
                     const std::vector<workflows::refusal> &why) {
  outcome o;
  o.accepted = why.empty();
  if (!why.empty()) o.code = why.front().code;
  json::array refusals;
  for (const auto &r : why)
    refusals.push_back(to_json(r));
  return assembled(std::move(o), source, id, session, refusals);
}

workflows::viewer viewer_of(std::string_view scope) {
  const auto who = workflows::parse_person(scope);
  return who ? workflows::viewer{*who} : workflows::viewer{};
}

outcome stored_outcome(std::string_view text, bool duplicate) {
  outcome o;
  const auto value = json::parse(text);
  const auto &object = value.as_object();
  o.duplicate = duplicate;
  o.accepted = object.at("outcome").as_string() == "accepted";
  const auto &refusals = object.at("refusals").as_array();
  if (!refusals.empty())
    o.code = workflows::parse_refusal_code(
        refusals.front().as_object().at("code").as_string());
  const auto session = o.accepted ? json::serialize(object.at("session"))
                                  : std::string{no_session};
  return assembled(std::move(o), object.at("source").as_string(),
                   object.at("id").as_string(), session, refusals);
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

outcome with_session(const outcome &o, std::string_view session) {
  return finished(head_of(o), session, rest_of(o));
}

outcome without_session(const outcome &o) {
  return finished(head_of(o), no_session,
                  ",\"session_omitted\":true" + std::string{rest_of(o)});
}

bool has_session(const outcome &o) {
  return o.session_size > no_session.size();
}

}  // namespace recapd::actors
