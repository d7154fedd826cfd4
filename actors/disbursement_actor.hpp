// The disbursement actor: decides what is said of one disbursement.
//
// As the session actor it has no rule of its own, decides one command after
// another, and moves its state only when that is durable.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/send.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "actors/children.hpp"
#include "actors/messages.hpp"
#include "actors/node_context.hpp"

namespace recapd::actors {

class disbursement_state {
public:
  static inline const char *name = "disbursement";
  disbursement_state() = default;

  /// Takes what the actor works with; called once, before any message.
  void begin(disbursement_ref self, context_ptr node, const shard_ref &parent,
             const std::string &key, std::uint64_t generation);

  void take(take_work &m);
  void passivate_when_done(const passivate &m) {
    passivating_ = std::make_unique<passivate>(m);
  }
  [[nodiscard]] bool ends() const { return passivating_ && !front_; }

  void loaded(disbursement_loaded &m);
  void committed(const commit_done &m);
  void found(outcome_found &m);

private:
  template <class M, class T>
  reply<T> back(storage::fault if_lost = storage::fault::unavailable) {
    return reply<T>{[self = self_, step = ++step_](answer<T> a) {
                      caf::anon_send(self, M{step, std::move(a)});
                    },
                    if_lost};
  }
  void run();
  void again();
  void load();
  void decide_front();
  void append(storage::commit what, reply<done_t> done);
  void append_events(const workflows::result_decision &d, bool by_engine);
  void append_answer(outcome answer, int version);
  void look_for_outcome();
  void finish(answer<outcome> a);

  disbursement_ref self_;
  context_ptr node_;
  std::string key_;
  exit_note<shard_ref> note_;
  std::unique_ptr<passivate> passivating_;
  std::deque<std::shared_ptr<work>> queue_;
  std::shared_ptr<work> front_;  ///< the command that is being decided
  workflows::disbursement now_;
  workflows::disbursement after_;
  outcome answer_;
  std::uint64_t step_ = 0;
  int tries_ = 0;
  bool loaded_ = false;
  bool ours_ = false;        ///< it may have been written without an answer
  bool noted_only_ = false;  ///< the commit under way is not the command's
};

disbursement_ref::behavior_type
disbursement_actor(disbursement_ref::stateful_pointer<disbursement_state> self,
                   context_ptr node, shard_ref parent, const std::string &key,
                   std::uint64_t generation);

}  // namespace recapd::actors
