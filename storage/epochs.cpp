// SPDX-License-Identifier: Apache-2.0
#include "storage/epochs.hpp"

#include <algorithm>
#include <utility>

namespace recapd::storage {

std::string database_place::name() const {
  return "database " + std::to_string(database) + " of system " + system
         + ", timeline " + std::to_string(timeline);
}

const std::string &epoch_list::of(std::int64_t position) const {
  auto at = std::upper_bound(
      all_.begin(), all_.end(), position,
      [](std::int64_t p, const epoch &e) { return p < e.first; });
  return (at == all_.begin() ? at : std::prev(at))->token;
}

std::optional<std::int64_t> epoch_list::find(const feed_place &place) const {
  auto position = place.position;
  const auto at = std::find_if(all_.begin(), all_.end(), [&](const epoch &e) {
    return e.token == place.epoch;
  });
  if (at == all_.end()) return std::nullopt;
  for (auto later = std::next(at); later != all_.end(); ++later)
    position = std::min(position, later->first - 1);
  return position;
}

std::optional<std::string> epoch_watch::admit(const database_place &found,
                                              const std::string &epoch) {
  const std::lock_guard lock{mutex_};
  if (seen_
      && (seen_->system != found.system || seen_->database != found.database))
    return "another database answers: " + found.name() + ", not "
           + seen_->name() + ". Restart the node where that is meant";
  if (seen_ && found.timeline < seen_->timeline)
    return "an older state of the database answers: " + found.name() + ", not "
           + seen_->name()
           + ". It was left behind by a failover; name the server "
             "that was promoted";
  const bool failed_over = seen_ && found.timeline > seen_->timeline;
  const bool changed = seen_ && epoch_ != epoch;
  seen_ = found;
  epoch_ = epoch;
  if (changed && changed_)
    changed_(failed_over ? "the database failed over to timeline "
                               + std::to_string(found.timeline)
                         : "the database was started anew");
  return std::nullopt;
}

std::string epoch_watch::current() const {
  const std::lock_guard lock{mutex_};
  return epoch_;
}

std::optional<database_place> epoch_watch::place() const {
  const std::lock_guard lock{mutex_};
  return seen_;
}

void epoch_watch::on_change(std::function<void(std::string why)> f) {
  const std::lock_guard lock{mutex_};
  changed_ = std::move(f);
}

}  // namespace recapd::storage
