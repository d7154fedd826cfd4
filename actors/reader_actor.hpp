// The reader actor: loads from the store, many loads in one query.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/messages.hpp"
#include "actors/node_context.hpp"

namespace recapd::actors {

class reader_state {
public:
  static inline const char *name = "reader";
  reader_state() = default;

  void begin(reader_ref self, context_ptr node, std::size_t number,
             storage::store_factory stores);
  template <class M> void take(std::vector<M> &queue, M &m) {
    queue.push_back(std::move(m));
    schedule();
  }
  void run(const read_task &task);
  void flush_all();
  /// Tries the database while it is away, so that its return is known though
  /// nobody reads. Returns the pause until the next try, or nothing if the
  /// database is back.
  [[nodiscard]] std::optional<std::chrono::milliseconds> try_again();

  // What waits for the next flush.
  std::vector<load_session> sessions;
  std::vector<load_usage> usage;
  std::vector<find_outcome> outcomes;

private:
  void schedule();
  [[nodiscard]] storage::store &store();
  void answered();
  /// Finds out, after a failed read, whether the database takes commands.
  void read_failed(const std::string &why);
  /// Calls the database away: what commands need was not read.
  void command_failed(const std::string &why);
  void went_away(const std::string &why);
  [[nodiscard]] bool takes_commands();
  void load_sessions(std::vector<load_session> batch);
  void load_counters(const std::vector<load_usage> &batch);
  void find_outcomes(std::vector<find_outcome> batch);
  [[nodiscard]] answer<std::optional<workflows::session>>
  read(const storage::session_events &of);

  reader_ref self_;
  context_ptr node_;
  std::string name_;  ///< the reader's source in the database watch
  storage::store_factory stores_;
  std::unique_ptr<storage::store> store_;
  std::chrono::milliseconds pause_{0};
  bool flushing_ = false;
  bool away_ = false;
  bool probing_ = false;
};

/// The reader blocks, so in service it runs on a thread of its own (detached).
reader_ref::behavior_type
reader_actor(reader_ref::stateful_pointer<reader_state> self, context_ptr node,
             std::size_t number, storage::store_factory stores);

}  // namespace recapd::actors
