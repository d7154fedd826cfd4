// In what two policies differ.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "workflows/policy.hpp"

namespace recapd::workflows {

namespace {

namespace json = boost::json;
using steps = std::vector<std::string>;

/// Returns what stands at a path in a policy; null where nothing does.
const json::value *find_rule(const json::object &policy,
                             std::span<const std::string> path) {
  const json::value *at = nullptr;
  const auto *in = &policy;
  for (const auto &step : path) {
    at = in != nullptr ? in->if_contains(step) : nullptr;
    if (at == nullptr) return nullptr;
    in = at->if_object();
  }
  return at;
}

/// Returns the paths of the rules for which an override stands, the one that
/// goes before others first.
std::vector<steps> inherited_by(const steps &path) {
  std::vector<steps> out;
  auto rest = std::span{path};
  if (rest.size() > 2 && rest[0] == "programs") {
    const bool in_course = rest.size() > 4 && rest[2] == "courses";
    if (in_course) {
      out.push_back({"programs", rest[1]});
      out.back().insert(out.back().end(), rest.begin() + 4, rest.end());
    }
    rest = rest.subspan(2);
    if (in_course) out.emplace_back(rest.begin(), rest.end());
  }
  if (rest.size() > 2 && rest[0] == "courses") rest = rest.subspan(2);
  out.emplace_back(rest.begin(), rest.end());
  return out;
}

/// Collects the rules that differ, by walking two policies side by side.
class comparison {
public:
  comparison(const policy &from, const policy &to)
      : from_{to_json(from)}, to_{to_json(to)} {}

  std::vector<policy_change> run() && {
    walk_members(&from_, &to_);
    return std::move(out_);
  }

private:
  void walk_members(const json::object *from, const json::object *to) {
    if (from != nullptr)
      for (const auto &[name, value] : *from)
        walk(name, &value, to != nullptr ? to->if_contains(name) : nullptr);
    if (to != nullptr)
      for (const auto &[name, value] : *to)
        if (from == nullptr || !from->contains(name))
          walk(name, nullptr, &value);
  }

  /// Compares two rules, or groups of them; null: it is not said.
  void walk(std::string_view name, const json::value *from,
            const json::value *to) {
    if (from != nullptr && to != nullptr && *from == *to) return;
    path_.emplace_back(name);
    const auto *before = from != nullptr ? from->if_object() : nullptr;
    const auto *after = to != nullptr ? to->if_object() : nullptr;
    if (before != nullptr || after != nullptr)
      walk_members(before, after);
    else
      add(from, to);
    path_.pop_back();
  }

  void add(const json::value *from, const json::value *to) {
    policy_change one{.path = "policy"};
    for (const auto &step : path_)
      one.path += "." + step;
    one.from = from != nullptr ? *from : inherited(from_);
    one.to = to != nullptr ? *to : inherited(to_);
    if (from == nullptr) one.inherited = policy_change::side::from;
    if (to == nullptr) one.inherited = policy_change::side::to;
    out_.push_back(std::move(one));
  }

  /// Returns the rule that stands where an override would.
  [[nodiscard]] json::value inherited(const json::object &policy) const {
    for (const auto &path : inherited_by(path_))
      if (const auto *rule = find_rule(policy, path)) return *rule;
    return nullptr;
  }

  json::object from_, to_;
  steps path_;
  std::vector<policy_change> out_;
};

void add_members(const std::string &path, const json::value &all,
                 std::vector<policy_member> &out) {
  const auto *object = all.if_object();
  if (object == nullptr) return out.push_back({path, all});
  for (const auto &[name, value] : *object)
    add_members(path + "." + std::string{name}, value, out);
}

}  // namespace

json::object to_json(const policy_change &change) {
  using side = policy_change::side;
  json::object out{
      {"path", change.path}, {"from", change.from}, {"to", change.to}};
  if (change.inherited != side::neither)
    out["inherited"] = change.inherited == side::from ? "from" : "to";
  return out;
}

std::vector<policy_change> changes_between(const policy &from,
                                           const policy &to) {
  return comparison{from, to}.run();
}

std::vector<policy_member> members_of(const policy &p) {
  std::vector<policy_member> out;
  add_members("policy", to_json(p), out);
  return out;
}

}  // namespace recapd::workflows
