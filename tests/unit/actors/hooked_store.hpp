// A store whose calls a test can watch, fail, or answer wrongly.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "storage/store.hpp"

namespace recapd::actors::test {

/// What a test does around a store's calls; may throw storage_error.
struct store_hooks {
  std::function<void()> before_append = [] {};
  std::function<void()> after_append = [] {};
  std::function<void()> before_load = [] {};
  int appends = 0;             ///< calls
  int sessions = 0;            ///< loaded
  int counters = 0;            ///< loaded
  std::atomic<int> looks = 0;  ///< for outcomes
};

[[nodiscard]] std::unique_ptr<storage::store>
hook(std::unique_ptr<storage::store> store, std::shared_ptr<store_hooks> hooks);

}  // namespace recapd::actors::test
