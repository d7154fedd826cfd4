// Which threads run actors, and when one of them is woken for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_system.hpp>
#include <caf/policy/work_sharing.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/coordinator.hpp>
#include <cstddef>
#include <mutex>

namespace recapd::actors {

/// CAF's work sharing (one queue for all workers), but what a thread enqueues
/// that runs actors itself wakes nobody while few wait: most messages are
/// handled where the one before was. CAF's own policy wakes a worker for each,
/// and does so while it holds the queue's lock.
class frugal_sharing : public caf::policy::work_sharing {
public:
  /// How many jobs may wait for one thread while others sleep.
  static constexpr std::size_t few = 3;

  struct coordinator_data : work_sharing::coordinator_data {
    using work_sharing::coordinator_data::coordinator_data;
    std::size_t asleep = 0;  ///< workers that wait, called or not
    std::size_t calls = 0;   ///< how many of them were called

    /// Calls a worker that sleeps. Returns false where each is called already;
    /// else `cv` is to be notified, without `lock`, which is held here.
    bool call() {
      if (calls == asleep) return false;
      ++calls;
      return true;
    }
  };

  template <class Coordinator>
  void central_enqueue(Coordinator *self, caf::resumable *job) {
    auto &shared = d(self);
    bool wake = false;
    {
      const std::lock_guard lock{shared.lock};
      shared.queue.push_back(job);
      wake =
          (shared.queue.size() > few || runs_for != &shared) && shared.call();
    }
    if (wake) shared.cv.notify_one();
  }

  template <class Worker>
  void external_enqueue(Worker *self, caf::resumable *job) {
    central_enqueue(self->parent(), job);
  }

  template <class Worker>
  void internal_enqueue(Worker *self, caf::resumable *job) {
    central_enqueue(self->parent(), job);
  }

  template <class Worker>
  void resume_job_later(Worker *self, caf::resumable *job) {
    central_enqueue(self->parent(), job);
  }

  template <class Worker> caf::resumable *dequeue(Worker *self) {
    auto &shared = d(self->parent());
    runs_for = &shared;
    std::unique_lock lock{shared.lock};
    while (shared.queue.empty()) {
      ++shared.asleep;
      shared.cv.wait(lock, [&shared] { return shared.calls > 0; });
      --shared.calls;
      --shared.asleep;
    }
    auto *const job = shared.queue.front();
    shared.queue.pop_front();
    return job;
  }

  /// Whose actors this thread runs; null: nobody's.
  static inline thread_local const void *runs_for = nullptr;
};

using coordinator = caf::scheduler::coordinator<frugal_sharing>;

/// Lends the thread that made it to the actors: at its end what was sent to
/// them meanwhile is handled here, where every worker sleeps and it is little.
/// Nobody is woken for it then. The thread must hold no lock that a reply
/// takes, and not wait for anything. Does nothing with a scheduler of another
/// kind, and on a worker's thread.
class lending {
public:
  explicit lending(caf::actor_system &system);
  ~lending();
  lending(const lending &) = delete;
  lending &operator=(const lending &) = delete;

private:
  [[nodiscard]] caf::resumable *next();

  coordinator *to_;
};

}  // namespace recapd::actors
