// What recapctl policy and recapctl whatif share: a policy in a file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <string>

#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

/// Returns the policy in a file (`-`: standard input): all of it, or the member
/// `policy` of a config. Throws usage_error.
[[nodiscard]] json::object policy_in(const std::string &file);

/// Returns the rules that a policy's text does not have, each as `{path, to}`
/// with the default to which it falls back.
[[nodiscard]] json::array defaults_taken(const json::object &given);
/// Prints them as a table, with an empty line behind; nothing where none is.
void print_defaults(const json::array &taken);

/// Returns a rule's value for people: `none` of null.
[[nodiscard]] std::string rule_text(const json::value &rule);

}  // namespace recapd::tools
