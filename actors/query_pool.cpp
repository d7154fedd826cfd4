// SPDX-License-Identifier: Apache-2.0
#include "actors/query_pool.hpp"

#include <algorithm>
#include <caf/send.hpp>
#include <utility>

namespace recapd::actors {

namespace {

/// Returns the bounds by which one caller leaves a reader to the others, where
/// there are several readers.
queue_bounds bounds_of(unsigned readers) {
  queue_bounds b;
  b.running = readers;
  b.running_each = std::max(1U, readers - 1);
  return b;
}

/// Returns a token that calls `f` when its last copy goes.
template <class F> std::shared_ptr<void> at_the_end(F f) {
  return {nullptr, [f = std::move(f)](void *) { f(); }};
}

}  // namespace

query_pool::query_pool(unsigned readers, std::function<context_ptr()> node)
    : node_{std::move(node)}, queue_{bounds_of(readers)} {
  for (unsigned i = readers; i > 0; --i)
    free_.push_back(i - 1);
}

admission query_pool::add(const std::string &caller,
                          std::function<void(storage::store &)> task,
                          std::function<void(storage::fault)> failed) {
  // A task that is dropped must still answer; after the first answer the
  // others do nothing.
  auto once = std::make_shared<reply<done_t>>(
      [failed = std::move(failed)](answer<done_t> a) {
        if (!a.has_value()) failed(a.error());
      });
  auto read = std::make_shared<read_task>(
      read_task{.run =
                    [task = std::move(task), once](storage::store &s) {
                      task(s);
                      (*once)(done_t{});
                    },
                .failed = [once](storage::fault f) { (*once)(f); }});
  {
    const std::lock_guard lock{mutex_};
    const auto admitted =
        closed_
            ? admission::full
            : queue_.add(caller, [this, caller, read] { send(caller, read); });
    if (admitted != admission::taken) {
      (*once)(done_t{});  // neither function is called
      return admitted;
    }
  }
  begin_all();
  return admission::taken;
}

/// Begins all tasks that may begin. Only one call loops at a time; another
/// returns at once, since the loop also sees a reader that becomes free while a
/// task begins (its task was dropped).
void query_pool::begin_all() {
  {
    const std::lock_guard lock{mutex_};
    if (std::exchange(beginning_, true)) return;
  }
  for (;;) {
    std::optional<fair_queue::item> first;
    {
      const std::lock_guard lock{mutex_};
      if (!closed_) first = queue_.next();
      if (!first) beginning_ = false;
    }
    if (!first) return;
    first->what();
  }
}

/// Sends a task to a reader, which is free when the task is done or dropped.
void query_pool::send(const std::string &caller,
                      std::shared_ptr<read_task> task) {
  unsigned reader = 0;
  {
    const std::lock_guard lock{mutex_};
    reader = free_.back();
    free_.pop_back();
  }
  auto began = std::make_shared<std::chrono::steady_clock::time_point>(
      std::chrono::steady_clock::now());
  auto busy = at_the_end([weak = weak_from_this(), caller, reader, began] {
    const auto self = weak.lock();
    if (!self) return;
    {
      const std::lock_guard lock{self->mutex_};
      self->free_.push_back(reader);
      self->queue_.ended(caller, std::chrono::steady_clock::now() - *began);
    }
    self->begin_all();
  });
  auto run = [task, busy, began](storage::store &s) {
    *began = std::chrono::steady_clock::now();
    task->run(s);
  };
  auto failed = [task](storage::fault f) { task->failed(f); };
  caf::anon_send(node_()->queries[reader],
                 std::make_shared<read_task>(read_task{
                     .run = std::move(run), .failed = std::move(failed)}));
}

std::shared_ptr<void> query_pool::reserve_bytes(const std::string &caller,
                                                std::size_t bytes) {
  {
    const std::lock_guard lock{mutex_};
    queue_.reserve_bytes(caller, bytes);
  }
  return at_the_end([weak = weak_from_this(), caller, bytes] {
    const auto self = weak.lock();
    if (!self) return;
    {
      const std::lock_guard lock{self->mutex_};
      self->queue_.release_bytes(caller, bytes);
    }
    self->begin_all();
  });
}

void query_pool::close() {
  std::vector<fair_queue::task> dropped;  // outlives the lock
  const std::lock_guard lock{mutex_};
  closed_ = true;
  dropped = queue_.drop_waiting();
}

}  // namespace recapd::actors
