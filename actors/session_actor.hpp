// The session actor: decides one session's commands, one after another.
//
// It has no rule of its own: it loads the state, asks the limit actors what the
// domain says to ask, calls workflows::decide, appends what follows, and moves
// its state only when that is durable. While one command is under way later
// ones wait in order. After a refusal of the journal it reloads and decides
// again.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <caf/send.hpp>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/children.hpp"
#include "actors/messages.hpp"
#include "actors/node_context.hpp"
#include "workflows/session/decide.hpp"
#include "workflows/session/evolve.hpp"

namespace recapd::actors {

class session_state {
public:
  static inline const char *name = "session";
  session_state() = default;

  /// Takes what the actor works with; called once, before any message.
  void begin(session_ref self, context_ptr node, const shard_ref &parent,
             const std::string &id, std::uint64_t generation);

  void take(take_work &m);
  void take(take_due &m);
  void passivate_when_done(const passivate &m) {
    passivating_ = std::make_unique<passivate>(m);
  }
  /// Returns true if the actor shall end and has nothing left to do.
  [[nodiscard]] bool ends() const;

  void loaded(session_loaded &m);
  void limits(limits_answered &m);
  void committed(const commit_done &m);
  void found(outcome_found &m);
  void settlement(settlement_ready &m);

private:
  using item = std::variant<std::shared_ptr<work>, reply<done_t>>;

  enum class owner { tutor, course };
  /// No timer, and one that the timers actor was not told. They are values
  /// because an optional would take twice the room.
  static constexpr instant never = instant::max();
  static constexpr instant not_told = instant::min();

  /// What is under way for the item at the front.
  struct job {
    workflows::command what;
    workflows::facts facts;
    const workflows::rules *rules = nullptr;
    std::vector<workflows::claim> claims;
    std::vector<std::shared_ptr<ticket>> tickets;
    bool reserve = false;        ///< limit actors are to reserve what fits
    owner asked = owner::tutor;  ///< whose limit actor was asked last
    workflows::session after;
    std::optional<workflows::due_timer> timer;  ///< what fires next after it
    bool moves = false;  ///< the commit changes the session
    std::vector<workflows::usage_key> released;
    std::vector<std::string> helped;          ///< kinds of reminders it answers
    std::vector<workflows::event> completes;  ///< what awaits its settlement
    outcome answer;
    int tries = 0;
    /// A commit of this very item may have been written without an answer: its
    /// stored outcome is then the first answer, not a duplicate's.
    bool ours = false;
  };
  /// Returns a reply that comes back as a message of type M. Answers by earlier
  /// replies are late, and ignored.
  template <class M, class T>
  reply<T> back(storage::fault if_lost = storage::fault::unavailable) {
    return reply<T>{[self = self_, step = ++step_](answer<T> a) {
                      caf::anon_send(self, M{step, std::move(a)});
                    },
                    if_lost};
  }
  void line_up(item one);
  void run();
  /// Takes the item at the front out of the queue.
  item leave();
  void start();
  void decide_front();
  void ask(owner whose);
  void conclude();
  void append_events(const std::vector<workflows::event> &events);
  void append_refusals(const std::vector<workflows::refusal> &why);
  /// Has a journal write the front item's commit, and waits for its fate.
  void send_append(storage::commit what);
  /// Has a journal write a commit, whoever waits for its fate.
  void write_down(storage::commit what, std::shared_ptr<const work> whose,
                  std::vector<std::shared_ptr<ticket>> tickets,
                  reply<done_t> done);
  void ask_for_settlement(const workflows::session &completed);
  void moved();
  /// Returns when the session's next timer fires.
  [[nodiscard]] std::optional<instant> due() const;
  void tell_timers(std::optional<instant> at);
  void load();
  void look_for_outcome();
  void answer_stored(const storage::outcome_row &row);
  void again();
  void finish(answer<outcome> a);
  void nothing_due();
  [[nodiscard]] work *front_work() const;
  [[nodiscard]] bool seen(const work &w) const;
  void remember(const work &w);
  /// Returns the indices of the front item's claims on that owner's counters.
  [[nodiscard]] std::vector<std::size_t> claims_of(owner whose) const;

  // Most session actors rest: what only work needs is behind a pointer.
  session_ref self_;
  context_ptr node_;
  std::unique_ptr<std::list<item>> queue_;
  std::unique_ptr<job> job_;
  std::unique_ptr<passivate> passivating_;
  workflows::session session_;
  exit_note<shard_ref> note_;  ///< keyed by the session's id
  instant armed_ = never;      ///< the timer as the timers actor knows it
  std::array<std::uint32_t, 8> recent_{};  ///< hashes of the last commands
  std::uint32_t step_ = 0;  ///< the step of the awaited answer; others are late
  std::uint8_t next_recent_ = 0;  ///< where in `recent_`, modulo its size
  bool loaded_ = false;
};

session_ref::behavior_type
session_actor(session_ref::stateful_pointer<session_state> self,
              context_ptr node, shard_ref parent, const std::string &id,
              std::uint64_t generation);

}  // namespace recapd::actors
