// Replies, which cannot be forgotten.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "storage/fault.hpp"

namespace recapd::actors {

/// What a sender waits for: a value, or the fault that prevented it.
template <class T> using answer = boost::system::result<T, storage::fault>;

/// The right to answer once. CAF 0.17 drops a lost promise silently; a reply
/// whose last copy goes unanswered (the message was dropped, the actor was
/// killed) answers `if_lost` itself. Copies share one answer. The function runs
/// on whichever thread answers: it must only hand over (post, send), never
/// block and never throw.
template <class T> class reply {
public:
  using function = std::function<void(answer<T>)>;

  reply() = default;
  explicit reply(function f,
                 storage::fault if_lost = storage::fault::unavailable)
      : cell_{std::make_shared<cell>(std::move(f), if_lost)} {}

  [[nodiscard]] bool waiting() const { return cell_ && cell_->f; }

  /// Answers at the first call; later calls do nothing.
  void operator()(answer<T> a) const {
    if (waiting()) std::exchange(cell_->f, nullptr)(std::move(a));
  }

private:
  struct cell {
    cell(function fn, storage::fault lost) : f{std::move(fn)}, if_lost{lost} {}
    cell(const cell &) = delete;
    cell &operator=(const cell &) = delete;
    ~cell() {
      if (f) f(if_lost);
    }
    function f;
    storage::fault if_lost;
  };
  std::shared_ptr<cell> cell_;
};

}  // namespace recapd::actors
