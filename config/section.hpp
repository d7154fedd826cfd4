// Reads one section of the configuration, member by member.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/layers.hpp"

namespace recapd::config {

/// A section's members are asked for one by one; `end` then refuses the rest.
/// An absent member leaves its target as it is. Everything throws config_error.
class section {
public:
  /// The member `name` of the file, or an empty section.
  section(const tree &t, std::string_view name);

  void text(std::string_view key, std::string &target);
  void number(std::string_view key, int &target, int least, int most);
  /// One of some words.
  template <class E>
  void word(std::string_view key, E &target,
            const std::vector<std::pair<std::string_view, E>> &words) {
    const auto *v = find(key);
    if (!v) return;
    std::string list;
    for (const auto &[name, value] : words) {
      if (v->is_string() && std::string_view{v->get_string()} == name) {
        target = value;
        return;
      }
      list += (list.empty() ? "\"" : ", \"") + std::string{name} + '"';
    }
    refuse(key, "one of " + list);
  }
  [[nodiscard]] const boost::json::value *find(std::string_view key);
  [[noreturn]] void refuse(std::string_view key,
                           const std::string &expected) const;
  void end() const;

private:
  [[nodiscard]] std::string path(std::string_view key) const;

  const tree &tree_;
  std::string name_;
  const boost::json::object *members_ = nullptr;
  std::vector<std::string> asked_;
};

}  // namespace recapd::config
