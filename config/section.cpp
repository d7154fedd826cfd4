#include "config/section.hpp"
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/value_to.hpp>

namespace recapd::config {

namespace json = boost::json;

section::section(const tree &t, std::string_view name) : tree_{t}, name_{name} {
  const auto *v = t.root.if_contains(name);
  if (!v) return;
  if (!v->is_object()) throw config_error{name_, "an object"};
  members_ = &v->get_object();
}

std::string section::path(std::string_view key) const {
  return name_ + "." + std::string{key};
}

const json::value *section::find(std::string_view key) {
  asked_.emplace_back(key);
  return members_ ? members_->if_contains(key) : nullptr;
}

void section::refuse(std::string_view key, const std::string &expected) const {
  throw config_error{tree_.blame(path(key)), expected};
}

void section::text(std::string_view key, std::string &target) {
  const auto *v = find(key);
  if (!v) return;
  if (!v->is_string()) refuse(key, "a text in quotes");
  target = json::value_to<std::string>(*v);
}

void section::number(std::string_view key, int &target, int least, int most) {
  const auto *v = find(key);
  if (!v) return;
  // What does not fit int64 (a uint64 or a double) is out of range anyway.
  const auto n = v->is_int64() ? v->get_int64() : std::int64_t{least} - 1;
  if (n < least || n > most)
    refuse(key, "a whole number from " + std::to_string(least) + " to "
                    + std::to_string(most));
  target = static_cast<int>(n);
}

void section::end() const {
  if (!members_) return;
  for (const auto &member : *members_) {
    if (std::ranges::find(asked_, member.key()) != asked_.end()) continue;
    std::string list;
    for (const auto &key : asked_)
      list += (list.empty() ? "" : ", ") + key;
    throw config_error{path(member.key()),
                       "no such setting; there are " + list};
  }
}

}  // namespace recapd::config
