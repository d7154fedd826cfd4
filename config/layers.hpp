// The layers of the configuration: file, environment and options, in one tree.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/error.hpp"

namespace recapd::config {

/// Options given on the command line; absent ones stay absent.
struct overrides {
  std::optional<std::string> listen, database, data, clock, ingress;
};

using environment = std::function<std::optional<std::string>(std::string_view)>;

/// How an environment variable's text becomes JSON.
enum class shape { text, number, nullable_text, nullable_number, json };

/// A setting that has an environment name.
struct scalar {
  std::string path;  ///< `node.listen`
  shape form = shape::text;
  std::string_view told;  ///< what it means, for people, in a line
};

/// Returns a setting's environment name: `RECAPD_NODE_LISTEN` of `node.listen`.
[[nodiscard]] std::string variable_of(std::string_view path);

struct tree {
  boost::json::object root;
  /// Where the value at a path came from, when that is not the file:
  /// `RECAPD_NODE_LISTEN`, `--listen`.
  std::map<std::string, std::string, std::less<>> origins;

  /// Returns what an error about `path` names: its origin, else the path. Of
  /// what is inside a value: the value's origin and the way from there.
  [[nodiscard]] std::string blame(std::string_view path) const;
  /// Puts a value at a path, over what is there.
  void put(std::string_view path, boost::json::value v, std::string origin);
};

/// One section of the tree, and what errors say of its members.
class section {
public:
  /// Finds a section, or an empty one. Throws config_error if it is no object.
  section(const tree &t, std::string_view name);

  [[nodiscard]] const boost::json::object &members() const { return members_; }
  /// Returns the value of a member, or of one in its objects (`oidc.issuer`);
  /// null where there is none. Throws config_error where a dot leads into what
  /// is no object.
  [[nodiscard]] const boost::json::value *find(std::string_view key) const;
  /// Returns what an error about a member names.
  [[nodiscard]] std::string blame(std::string_view key) const;
  /// Throws config_error.
  [[noreturn]] void refuse(std::string_view key,
                           const std::string &expected) const;

private:
  const tree &tree_;
  std::string name_;
  boost::json::object members_;
};

/// Reads a JSON text with comments; refuses duplicate keys, depth and U+0000.
/// Throws config_error.
[[nodiscard]] boost::json::value parse_json(std::string_view text);

/// Reads the file's text alone, an object; an empty text is an empty one.
/// Throws config_error, as parse_json does.
[[nodiscard]] boost::json::object parse_file(std::string_view text);

/// Returns all three layers in a tree in the file's shape; of the environment
/// the settings that are `known`. Throws config_error.
[[nodiscard]] tree layered(std::string_view text, const environment &env,
                           const overrides &options,
                           const std::vector<scalar> &known);

}  // namespace recapd::config
