// SPDX-License-Identifier: Apache-2.0
#include "actors/policy_book.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>
#include <string>

#include "workflows/session/facts.hpp"

namespace recapd::actors {

void policy_book::begin(storage::store &from, const workflows::policy &first) {
  add(from.load_policies());
  if (current_version() > 0) return;
  (void)from.save_policy(
      {.body = boost::json::serialize(workflows::to_json(first)),
       .by = workflows::to_string(workflows::engine_itself),
       .note = "the config's, at the first start",
       .base = 0});
  // Another node's, where two start at the same time.
  follow(from);
}

void policy_book::add(const std::vector<storage::policy_row> &rows) {
  for (const auto &row : rows) {
    if (find(row.version) != nullptr) continue;
    workflows::policy_error error;
    const auto json = boost::json::parse(row.body);
    auto parsed = json.is_object() ? workflows::parse_policy(
                      json.as_object(), error, workflows::policy_origin::stored)
                                   : std::nullopt;
    if (!parsed)
      throw std::runtime_error("policy version " + std::to_string(row.version)
                               + " in the database cannot be read: "
                               + error.path + ": expected " + error.expected);
    const std::unique_lock lock{mutex_};
    versions_.try_emplace(row.version, std::move(*parsed));
  }
}

void policy_book::follow(storage::store &from) {
  add(from.load_policies(current_version()));
}

std::pair<int, const workflows::policy &> policy_book::newest() const {
  const std::shared_lock lock{mutex_};
  const auto &[version, p] = *versions_.rbegin();
  return {version, p};
}

int policy_book::current_version() const {
  const std::shared_lock lock{mutex_};
  return versions_.empty() ? 0 : versions_.rbegin()->first;
}

const workflows::policy &policy_book::current() const {
  return newest().second;
}

const workflows::policy *policy_book::find(int version) const {
  const std::shared_lock lock{mutex_};
  const auto it = versions_.find(version);
  return it == versions_.end() ? nullptr : &it->second;
}

const workflows::policy &policy_book::find_or_read(int version,
                                                   storage::store &from) {
  if (find(version) == nullptr) follow(from);
  const auto *found = find(version);
  if (found == nullptr)
    throw std::runtime_error("its policy version is not in the database");
  return *found;
}

}  // namespace recapd::actors
