// Reading from the store on a thread that may wait for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "actors/engine/engine.hpp"

namespace recapd::gateway {

/// Runs `task` on a reader's thread and waits for its result; nothing when the
/// store or the engine could not. Not for an actor's or the server's threads.
template <class F>
[[nodiscard]] auto read_now(actors::engine &engine, F task)
    -> std::optional<decltype(task(std::declval<storage::store &>()))> {
  using value = decltype(task(std::declval<storage::store &>()));
  auto done = std::make_shared<std::promise<std::optional<value>>>();
  auto waiting = done->get_future();
  engine.read([done, task = std::move(task)](
                  storage::store &s) { done->set_value(task(s)); },
              [done](storage::fault) { done->set_value(std::nullopt); });
  done.reset();
  try {
    return waiting.get();
  } catch (const std::future_error &) {
    return std::nullopt;  // The engine dropped both functions.
  }
}

}  // namespace recapd::gateway
