// Loads of journals: which journal a commit goes to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace recapd::actors {

/// Counts the commits with each journal. Shared by all that hand commits to
/// journals; lock-free.
class journal_loads {
public:
  /// Takes how many commits make a journal busy: it has enough to write.
  journal_loads(std::size_t journals, std::size_t busy)
      : commits_(journals), busy_{busy} {}

  /// Returns the first journal that is not busy, else the one with the fewest
  /// commits. Few commits share one transaction and one flush; a second
  /// connection is worth it only when one group fills while another is written.
  [[nodiscard]] std::size_t pick() const {
    std::size_t least = 0;
    for (std::size_t i = 0; i < commits_.size(); ++i) {
      if (commits_[i] < busy_) return i;
      if (commits_[i] < commits_[least]) least = i;
    }
    return least;
  }

private:
  friend class journal_place;
  std::vector<std::atomic<std::size_t>> commits_;
  std::size_t busy_;
};

/// Counts one commit with a journal, for as long as it lives.
class journal_place {
public:
  journal_place() = default;
  journal_place(std::shared_ptr<journal_loads> loads, std::size_t journal)
      : loads_{std::move(loads)}, journal_{journal} {
    ++loads_->commits_[journal_];
  }
  journal_place(journal_place &&) noexcept = default;
  journal_place &operator=(journal_place &&) = delete;
  ~journal_place() {
    if (loads_) --loads_->commits_[journal_];
  }

private:
  std::shared_ptr<journal_loads> loads_;
  std::size_t journal_ = 0;
};

}  // namespace recapd::actors
