// The journal actor: group commit on a connection of its own.
//
// What arrives while one transaction runs goes into the next. The actor blocks,
// so in service it runs on a thread of its own (detached). While the database
// is away it answers `unavailable` at once and tries again with growing pauses.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/messages.hpp"
#include "actors/node_context.hpp"

namespace recapd::actors {

/// What a journal calls, on its own thread, when events were committed.
using commit_signal = std::function<void()>;

class journal_state {
public:
  static inline const char *name = "journal";
  journal_state() = default;

  void begin(journal_ref self, context_ptr node, std::size_t number,
             storage::store_factory stores, commit_signal signal);
  void take(std::shared_ptr<append> a);
  void flush_all();
  /// Tries the database while it is away. Returns the pause until the next try,
  /// or nothing if the database is back.
  [[nodiscard]] std::optional<std::chrono::milliseconds> try_again();

private:
  void write(std::vector<std::shared_ptr<append>> batch);
  void went_away(const storage::storage_error &why);

  journal_ref self_;
  context_ptr node_;
  std::string name_;  ///< the journal's source in the database watch
  storage::store_factory stores_;
  commit_signal signal_;
  std::unique_ptr<storage::store> store_;
  std::vector<std::shared_ptr<append>> buffer_;
  bool flushing_ = false;
  bool away_ = false;
  /// A commit was refused by a connection that lived, and no commit has
  /// succeeded since: though the database takes a probe, the next may be
  /// refused, too.
  bool doubted_ = false;
  std::chrono::milliseconds pause_{0};
};

journal_ref::behavior_type
journal_actor(journal_ref::stateful_pointer<journal_state> self,
              context_ptr node, std::size_t number,
              storage::store_factory stores, commit_signal signal);

}  // namespace recapd::actors
