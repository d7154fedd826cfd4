// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "config/config.hpp"
#include "config/shown.hpp"
#include "config/table.hpp"

namespace recapd::config {

namespace json = boost::json;

namespace {

/// Puts a value at a key in whose dots objects begin.
void put(json::object &to, std::string_view key, json::value v) {
  const auto dot = key.find('.');
  if (dot == std::string_view::npos) {
    to[key] = std::move(v);
    return;
  }
  auto &inner = to[key.substr(0, dot)];
  if (!inner.is_object()) inner.emplace_object();
  put(inner.get_object(), key.substr(dot + 1), std::move(v));
}

/// Returns all settings in the file's shape, or those of `recapd --check`.
json::object tree_of(settings s, bool all) {
  json::object out;
  for (const auto &[name, rows] : table(s)) {
    if (name == "policy") {
      out[name] = workflows::to_json(s.policy);
      continue;
    }
    auto &members = out[name].emplace_object();
    for (const auto &row : rows)
      if (all || row.listed) put(members, row.key, row.show());
  }
  return out;
}

/// Appends a line for each value that is no object.
void flatten(const std::string &path, const json::value &v, std::string &out) {
  if (v.is_object()) {
    for (const auto &[key, member] : v.get_object())
      flatten(path.empty() ? std::string{key} : path + "." + std::string{key},
              member, out);
    return;
  }
  const auto text =
      v.is_string() ? json::value_to<std::string>(v) : json::serialize(v);
  out += path + "=" + printable(text) + "\n";
}

constexpr std::string_view heading =
    R"(// Every setting of recapd with its default. Copy what you change:
//   recapd --config my.json
// A setting's environment name is RECAPD_SECTION_KEY (RECAPD_NODE_LISTEN,
// RECAPD_POLICY_LOG_WINDOW); an option beats the environment, the environment
// this file. Durations are "45s", "90m", "72h", "3d" or sums such as "1h30m".
)";

using sentences = std::map<std::string, std::string_view>;

/// Appends an object, with a sentence behind each value.
void write(const std::string &path, const json::object &o,
           const sentences &told, const std::string &margin, std::string &out) {
  constexpr std::size_t column = 36;  // where sentences begin
  auto left = o.size();
  out += "{\n";
  for (const auto &[key, value] : o) {
    const auto at = (path.empty() ? "" : path + ".") + std::string{key};
    const char *comma = --left > 0 ? "," : "";
    auto line = margin + "  \"" + std::string{key} + "\": ";
    if (const auto found = told.find(at); found != told.end()) {
      line += json::serialize(value) + comma;
      line.resize(std::max(column, line.size() + 1), ' ');
      out += line + "// " + std::string{found->second} + "\n";
    } else {
      out += line;
      write(at, value.as_object(), told, margin + "  ", out);
      out += comma + std::string{"\n"};
    }
  }
  out += margin + "}";
}

}  // namespace

bool known_variable(std::string_view name) {
  if (name.starts_with("RECAPD_TEST_")) return true;
  return std::ranges::any_of(scalars(), [name](const scalar &s) {
    return variable_of(s.path) == name;
  });
}

json::object to_json(const settings &s) {
  return tree_of(s, false);
}

std::string describe(const settings &s) {
  std::string out;
  flatten("", to_json(s), out);
  return out;
}

std::string default_file() {
  sentences told;
  for (const auto &s : scalars())
    told[s.path] = s.told;
  std::string out{heading};
  write("", tree_of(settings{}, true), told, "", out);
  return out + "\n";
}

}  // namespace recapd::config
