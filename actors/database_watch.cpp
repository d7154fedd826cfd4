// SPDX-License-Identifier: Apache-2.0
#include "actors/database_watch.hpp"

#include <spdlog/spdlog.h>

namespace recapd::actors {

void database_watch::answers(std::string_view source) {
  const std::lock_guard lock{mutex_};
  const auto at = failing_.find(source);
  if (at == failing_.end()) return;
  failing_.erase(at);
  tell();
}

void database_watch::fails(std::string_view source, const std::string &why) {
  const std::lock_guard lock{mutex_};
  const auto [at, begins] =
      failing_.try_emplace(std::string{source}, failure{{}, now_()});
  auto &seen = at->second;
  seen.until.reset();
  if (seen.why != why) {
    seen.why = why;
    log_once(why);
  }
  tell();
}

void database_watch::doubts(std::string_view source) {
  const std::lock_guard lock{mutex_};
  if (const auto at = failing_.find(source); at != failing_.end())
    at->second.until = now_() + doubt;
}

void database_watch::command_answered() {
  const std::lock_guard lock{mutex_};
  answered_ = now_();
  if (!failing_.empty()) tell();
}

void database_watch::command_unanswered() {
  const std::lock_guard lock{mutex_};
  unanswered_ = now_();
  if (!failing_.empty()) tell();
}

void database_watch::look() {
  const std::lock_guard lock{mutex_};
  if (failing_.empty()) return;
  std::erase_if(failing_, [now = now_()](const auto &f) {
    return f.second.until && *f.second.until <= now;
  });
  tell();
}

bool database_watch::up() const {
  const std::lock_guard lock{mutex_};
  return failing_.empty() || commands_go_on();
}

bool database_watch::commands_go_on() const {
  const auto now = now_();
  if (!answered_ || now - *answered_ > recent) return false;
  if (unanswered_ && now - *unanswered_ <= recent) return false;
  return std::ranges::all_of(
      failing_, [this](const auto &f) { return *answered_ > f.second.since; });
}

void database_watch::log_once(const std::string &why) {
  constexpr std::size_t most = 8;
  if (logged_.size() < most && logged_.insert(why).second && logged_.size() > 1)
    spdlog::warn("the database takes no commands: {}", why);
}

void database_watch::tell() {
  const bool up = failing_.empty() || commands_go_on();
  std::string all;
  if (!up)
    for (const auto &[source, seen] : failing_)
      if (all.find(seen.why) == std::string::npos)
        all += (all.empty() ? "" : "; ") + seen.why;
  if (failing_.empty()) logged_.clear();
  if (up == told_up_ && all == told_) return;
  told_up_ = up;
  told_ = all;
  if (changed_) changed_(up, all);
}

}  // namespace recapd::actors
