// SPDX-License-Identifier: Apache-2.0
#include "actors/scheduling.hpp"

namespace recapd::actors {

namespace {

/// How many jobs a thread runs before it goes back to what it is for.
constexpr int most_jobs = 16;

/// What runs a job outside of the workers.
class lent_unit final : public caf::execution_unit {
public:
  explicit lent_unit(coordinator &to) : execution_unit{&to.system()}, to_{to} {}

  void exec_later(caf::resumable *job) override { enqueue(job); }

  void run(caf::resumable *job) {
    switch (job->resume(this, to_.max_throughput())) {
    case caf::resumable::resume_later:
      return enqueue(job);
    case caf::resumable::done:
    case caf::resumable::awaiting_message:
      return caf::intrusive_ptr_release(job);
    case caf::resumable::shutdown_execution_unit:
      return;  // Meant for a worker; the coordinator sends it until one ends.
    }
  }

private:
  void enqueue(caf::resumable *job) {
    static_cast<caf::scheduler::abstract_coordinator &>(to_).enqueue(job);
  }

  coordinator &to_;
};

}  // namespace

lending::lending(caf::actor_system &system)
    : to_{frugal_sharing::runs_for == nullptr
              ? dynamic_cast<coordinator *>(&system.scheduler())
              : nullptr} {
  if (to_ != nullptr) frugal_sharing::runs_for = &to_->data();
}

lending::~lending() {
  if (to_ == nullptr) return;
  lent_unit unit{*to_};
  for (int done = 0; done < most_jobs; ++done) {
    auto *const job = next();
    if (job == nullptr) break;
    unit.run(job);
  }
  frugal_sharing::runs_for = nullptr;
  auto &shared = to_->data();
  bool wake = false;
  {
    const std::lock_guard lock{shared.lock};
    wake = !shared.queue.empty() && shared.call();
  }
  if (wake) shared.cv.notify_one();
}

/// Returns the next job; null: there is none, or some worker runs. One that was
/// called may wait for a core still.
caf::resumable *lending::next() {
  auto &shared = to_->data();
  const std::lock_guard lock{shared.lock};
  if (shared.queue.empty() || shared.asleep < to_->num_workers())
    return nullptr;
  auto *const job = shared.queue.front();
  shared.queue.pop_front();
  return job;
}

}  // namespace recapd::actors
