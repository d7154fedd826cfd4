// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/target.hpp"

#include <algorithm>
#include <cstddef>

#include "gateway/wire/text.hpp"
#include "workflows/ids.hpp"
#include "workflows/utf8.hpp"

namespace recapd::gateway::http {
namespace {

/// Decodes text. Returns nothing where a database could not hold it.
std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  auto out = percent_decode(text, plus_is_space);
  if (!out || !workflows::valid_utf8(*out)
      || out->find('\0') != std::string::npos)
    return std::nullopt;
  return out;
}

/// Takes scheme and authority off. Returns false when it is no absolute form.
bool take_absolute(std::string_view &text,
                   std::optional<config::authority> &where) {
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos) return false;
  const auto name = text.substr(0, scheme);
  if (!equal_no_case(name, "http") && !equal_no_case(name, "https"))
    return false;
  text.remove_prefix(scheme + 3);
  const auto end = std::min(text.find_first_of("/?"), text.size());
  where = config::parse_authority(text.substr(0, end));
  text.remove_prefix(end);
  return where.has_value();
}

}  // namespace

std::optional<target> parse_target(std::string_view text) {
  target out;
  if (!text.starts_with('/') && !take_absolute(text, out.at))
    return std::nullopt;
  const auto mark = std::min(text.find('?'), text.size());
  if (mark < text.size()) out.query = text.substr(mark + 1);
  auto path = text.substr(0, mark);
  if (!path.empty()) path.remove_prefix(1);
  while (true) {
    const auto slash = path.find('/');
    auto segment = decode(path.substr(0, slash), false);
    if (!segment) return std::nullopt;
    out.path.push_back(std::move(*segment));
    if (slash == std::string_view::npos) return out;
    path.remove_prefix(slash + 1);
  }
}

std::vector<std::string> below(const std::vector<std::string> &base,
                               std::vector<std::string> path) {
  if (base.empty() || path.size() < base.size()
      || !std::equal(base.begin(), base.end(), path.begin()))
    return path;
  path.erase(path.begin(),
             path.begin() + static_cast<std::ptrdiff_t>(base.size()));
  if (path.empty()) path.emplace_back();
  return path;
}

query::query(std::string_view text,
             const std::vector<std::string_view> &known_names) {
  while (!text.empty()) {
    const auto end = text.find('&');
    const auto pair = text.substr(0, end);
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = decode(pair.substr(0, equals), true);
    auto value = equals == std::string_view::npos
                     ? std::string{}
                     : decode(pair.substr(equals + 1), true);
    if (!name || !value)
      fail("The query is not percent-encoded UTF-8.");
    else if (value->empty() && *name != "after")
      fail(*name + ": expected a value; leave it out where none is meant.");
    else if (std::find(known_names.begin(), known_names.end(), *name)
             == known_names.end())
      fail(*name + ": there is no such parameter here.");
    else if (!values_.emplace(std::move(*name), std::move(*value)).second)
      fail("A parameter of the query appears twice.");
  }
}

void query::fail(std::string sentence) {
  if (error_.empty()) error_ = std::move(sentence);
}

bool query::has(const std::string &name) const {
  return values_.contains(name);
}

std::string query::text(const std::string &name) const {
  const auto at = values_.find(name);
  return at == values_.end() ? std::string{} : at->second;
}

std::string query::id(const std::string &name) {
  auto value = text(name);
  if (!value.empty() && !workflows::valid_id(value))
    fail(name + ": expected an id, 1 to 64 of A-Z a-z 0-9 _ -.");
  return value;
}

std::optional<workflows::instant> query::time(const std::string &name) {
  const auto value = text(name);
  if (value.empty()) return std::nullopt;
  const auto at = workflows::parse_rfc3339(value);
  if (!at)
    fail(name
         + ": expected RFC 3339 with an offset (its + sign encoded as "
           "%2B).");
  return at;
}

bool query::flag(const std::string &name) {
  const auto value = text(name);
  if (!value.empty() && value != "true" && value != "false")
    fail(name + ": expected true or false.");
  return value == "true";
}

int query::limit(int fallback) {
  if (!has("limit")) return fallback;
  const auto number = parse_integer<int>(text("limit"));
  if (number && *number >= 1 && *number <= 1000) return *number;
  fail("limit: expected a number from 1 to 1000.");
  return fallback;
}

std::int64_t query::position(const std::string &name) {
  const auto value = text(name);
  if (value.empty()) return 0;
  const auto number = parse_integer<std::int64_t>(value);
  if (number && *number >= 0) return *number;
  fail(name + ": expected the token of a page before.");
  return 0;
}

}  // namespace recapd::gateway::http
