// recapctl policy, whatif: a policy that stands in a file.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <sstream>

#include "config/layers.hpp"
#include "tools/common/terminal.hpp"
#include "tools/recapctl/policy.hpp"
#include "workflows/policy.hpp"

namespace recapd::tools {

namespace {

std::string text_in(const std::string &name) {
  std::ostringstream text;
  if (name == "-") {
    text << std::cin.rdbuf();
    return text.str();
  }
  std::ifstream in{name};
  if (!in) throw usage_error{"cannot read " + name};
  text << in.rdbuf();
  return text.str();
}

void add_absent(const std::string &path, const json::object &all,
                const json::object &given, json::array &out) {
  for (const auto &[name, value] : all) {
    const auto *said = given.if_contains(name);
    const auto here = path + "." + std::string{name};
    if (const auto *inner = value.if_object(); inner == nullptr) {
      if (said == nullptr)
        out.push_back(json::object{{"path", here}, {"to", value}});
    } else if (said == nullptr || said->is_object()) {
      add_absent(here, *inner,
                 said != nullptr ? said->get_object() : json::object{}, out);
    }
  }
}

}  // namespace

json::object policy_in(const std::string &file) {
  try {
    auto all = config::parse_file(text_in(file));
    const auto *inner = all.if_contains("policy");
    if (inner == nullptr) return all;
    if (!inner->is_object()) throw usage_error{file + ": policy is no object"};
    return inner->get_object();
  } catch (const config::config_error &e) {
    throw usage_error{file + ": " + e.what()};
  }
}

json::array defaults_taken(const json::object &given) {
  json::array out;
  add_absent("policy", workflows::to_json(workflows::policy{}), given, out);
  return out;
}

std::string rule_text(const json::value &rule) {
  if (rule.is_null()) return "none";
  return rule.is_string() ? std::string{rule.get_string()}
                          : json::serialize(rule);
}

void print_defaults(const json::array &taken) {
  if (taken.empty()) return;
  table t{{"not in the file", "falls back to"}};
  for (const auto &one : taken)
    t.add({text_of(one.as_object(), "path"), rule_text(one.at("to"))});
  fmt::print("{}\n", t.text());
}

}  // namespace recapd::tools
