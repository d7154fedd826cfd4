// Telemetry on its way: what it says of the database is kept.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "actors/telemetry.hpp"

namespace recapd::actors {

/// Thread safe where `next` is.
class watching_telemetry final : public telemetry {
public:
  explicit watching_telemetry(std::shared_ptr<telemetry> next)
      : next_{std::move(next)} {}
  void command_done(std::string_view type, std::string_view outcome,
                    std::string_view code,
                    std::chrono::microseconds took) override {
    next_->command_done(type, outcome, code, took);
  }
  void group_committed(std::size_t commits,
                       std::chrono::microseconds took) override {
    next_->group_committed(commits, took);
  }
  void commit_refused(std::string_view f) override { next_->commit_refused(f); }
  void session_moved(std::string_view from, std::string_view to) override {
    next_->session_moved(from, to);
  }
  void timer_fired(std::chrono::microseconds late) override {
    next_->timer_fired(late);
  }
  void in_flight(std::size_t n) override { next_->in_flight(n); }
  void resident_sessions(std::size_t shard, std::size_t n) override {
    next_->resident_sessions(shard, n);
  }
  void timers_armed(std::size_t n) override { next_->timers_armed(n); }
  void journal_depth(std::size_t n) override { next_->journal_depth(n); }
  void database_up(bool up) override {
    up_ = up;
    next_->database_up(up);
  }
  [[nodiscard]] bool up() const { return up_; }

private:
  std::shared_ptr<telemetry> next_;
  std::atomic<bool> up_{true};
};

}  // namespace recapd::actors
