// The runs actor: pays out what a programme's tutors have earned.
//
// It is woken by the timers when a run of its programme falls due, or was left
// undone. Each disbursement is one commit, which the database refuses if
// another writer was first: a run that is begun twice makes each once. Only a
// page of tutors is in memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/send.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/children.hpp"
#include "actors/messages.hpp"
#include "actors/node_context.hpp"

namespace recapd::actors {

class runs_state {
public:
  static inline const char *name = "runs";
  runs_state() = default;

  void begin(runs_ref self, context_ptr node, const shard_ref &parent,
             const std::string &key, std::uint64_t generation);

  void take(take_due &m);
  void passivate_when_done(const passivate &m) {
    passivating_ = std::make_unique<passivate>(m);
  }
  [[nodiscard]] bool ends() const { return passivating_ && waiting_.empty(); }

  void page_read(run_page_read &m);
  void committed(const commit_done &m);
  void finished(const run_finished &m);

private:
  /// Reads the next tutors of the run, of the one that is due at first.
  void read_page();
  void pay_out(const workflows::planned_disbursement &what);
  /// Has the run's file written, and notes that it is complete.
  void complete();
  void end(answer<done_t> a);

  runs_ref self_;
  context_ptr node_;
  std::string key_;
  exit_note<shard_ref> note_;
  std::unique_ptr<passivate> passivating_;
  std::vector<reply<done_t>> waiting_;  ///< who is told when nothing is due
  std::optional<storage::run_row> run_;
  std::string after_;          ///< the last tutor of the page under way
  std::size_t under_way_ = 0;  ///< commits
  std::optional<storage::fault> trouble_;
  std::uint64_t step_ = 0;
};

runs_ref::behavior_type runs_actor(runs_ref::stateful_pointer<runs_state> self,
                                   context_ptr node, shard_ref parent,
                                   const std::string &key,
                                   std::uint64_t generation);

}  // namespace recapd::actors
