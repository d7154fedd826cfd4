// SPDX-License-Identifier: Apache-2.0
#include "actors/policy_book.hpp"

#include <boost/json/parse.hpp>
#include <stdexcept>
#include <string>

namespace recapd::actors {

void policy_book::set_current(int version, workflows::policy p) {
  const std::unique_lock lock{mutex_};
  versions_.insert_or_assign(version, std::move(p));
  current_ = version;
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

void policy_book::check_weeks(const workflows::policy &next) const {
  const std::shared_lock lock{mutex_};
  if (versions_.empty()) return;
  const int newest = versions_.rbegin()->second.base.week_starts_on;
  if (newest == next.base.week_starts_on) return;
  throw other_weeks("policy.week_starts_on cannot change: expected "
                    + std::string{workflows::weekday_name(newest)}
                    + ", by which the hours in this database are counted");
}

int policy_book::current_version() const {
  const std::shared_lock lock{mutex_};
  return current_;
}

const workflows::policy &policy_book::current() const {
  const std::shared_lock lock{mutex_};
  return versions_.at(current_);
}

const workflows::policy *policy_book::find(int version) const {
  const std::shared_lock lock{mutex_};
  const auto it = versions_.find(version);
  return it == versions_.end() ? nullptr : &it->second;
}

const workflows::policy &policy_book::find_or_read(int version,
                                                   storage::store &from) {
  if (find(version) == nullptr) add(from.load_policies());
  const auto *found = find(version);
  if (found == nullptr)
    throw std::runtime_error("its policy version is not in the database");
  return *found;
}

}  // namespace recapd::actors
