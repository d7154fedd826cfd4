// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/person_settings.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value_from.hpp>

#include "gateway/wire/strict_json.hpp"
#include "workflows/mailbox.hpp"
#include "workflows/person_name.hpp"
#include "workflows/session/notices.hpp"
#include "workflows/time.hpp"

namespace recapd::gateway::http {

namespace json = boost::json;

namespace {

using storage::person_change;

bool valid_language(std::string_view text) {
  const auto letters = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto first = text.substr(0, text.find('-'));
  return text.size() <= 35 && first.size() >= 2 && first.size() <= 3
         && std::ranges::all_of(first, letters) && text.back() != '-'
         && text.find("--") == std::string_view::npos
         && std::ranges::all_of(text, [&](char c) {
              return letters(c) || (c >= 'A' && c <= 'Z')
                     || (c >= '0' && c <= '9') || c == '-';
            });
}

/// Reads a text that `valid` takes; null reads as an empty one. Returns what is
/// wrong, or an empty sentence.
std::string read_text(const json::value &given,
                      std::optional<std::string> &into,
                      bool (*valid)(std::string_view),
                      std::string_view expected) {
  if (given.is_null()) {
    into = "";
    return {};
  }
  if (!given.is_string() || !valid(given.get_string()))
    return std::string{expected};
  into = std::string{std::string_view{given.get_string()}};
  return {};
}

std::string read_name(const json::value &given, person_change &into) {
  if (!given.is_string()) return "name: expected a text.";
  into.name = std::string{std::string_view{given.get_string()}};
  return workflows::name_fault(*into.name);
}

std::string read_mute(const json::value &given, person_change &into) {
  into.mute.emplace();
  if (given.is_null()) return {};
  const auto *list = given.if_array();
  if (list == nullptr) return "mute: expected a list of kinds, or null.";
  for (const auto &one : *list) {
    const auto *kind =
        one.is_string() ? workflows::find_notice(one.get_string()) : nullptr;
    if (kind == nullptr)
      return "mute: expected kinds of notifications, such as "
             "session_completed.";
    if (!kind->muted_by_wish)
      return "mute: " + std::string{kind->kind}
             + " cannot be muted: it concerns money, or a session that is "
               "lost.";
    if (std::ranges::find(*into.mute, kind->kind) == into.mute->end())
      into.mute->emplace_back(kind->kind);
  }
  return {};
}

std::string read_member(std::string_view name, const json::value &given,
                        person_change &into) {
  if (name == "name") return read_name(given, into);
  if (name == "mute") return read_mute(given, into);
  if (name == "address")
    return read_text(given, into.address, workflows::valid_mailbox,
                     "address: expected one address such as ann@example.edu, "
                     "in ASCII, or null.");
  if (name == "timezone")
    return read_text(given, into.timezone, workflows::known_time_zone,
                     "timezone: expected an IANA time zone such as "
                     "America/New_York, or null.");
  if (name == "language")
    return read_text(given, into.language, valid_language,
                     "language: expected a language tag such as en or es-MX, "
                     "or null.");
  return "Expected name, address, timezone, language or mute, and nothing "
         "else.";
}

void put_text(json::object &to, std::string_view name,
              const std::string &text) {
  if (!text.empty()) to[name] = text;
}

}  // namespace

boost::system::result<person_change, std::string>
parse_person_change(const workflows::person &who, std::string_view body) {
  const auto parsed = parse_strict(body);
  if (!parsed.has_value()) return parsed.error().detail;
  const auto *object = (*parsed).if_object();
  if (object == nullptr || object->empty())
    return std::string{"Expected an object with name, address, timezone, "
                       "language or mute."};
  person_change change{.who = who};
  for (const auto &member : *object)
    if (auto fault = read_member(member.key(), member.value(), change);
        !fault.empty())
      return fault;
  return change;
}

json::object person_view(const storage::person_row &row, person_part shown) {
  const bool named = shown != person_part::none && !row.name.empty();
  json::object out{{"who", workflows::to_string(row.who)},
                   {"name", named ? json::value(row.name) : json::value()}};
  if (shown < person_part::reach) return out;
  if (row.unreachable)
    out["unreachable"] = {
        {"since", workflows::format_rfc3339(row.unreachable->at)},
        {"words", row.unreachable->words}};
  if (shown < person_part::all) return out;
  put_text(out, "address", row.address);
  put_text(out, "timezone", row.timezone);
  put_text(out, "language", row.language);
  if (!row.mute.empty()) out["mute"] = json::value_from(row.mute);
  return out;
}

}  // namespace recapd::gateway::http
