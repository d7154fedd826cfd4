// The actors' interfaces: who takes which message, and what it answers.
// (The lease keeper's is in actors/lease_keeper.hpp.)
//
// Messages never leave the process. Who wants an answer puts a reply<T> into
// the message: it is answered once, and with a fault if the message is lost or
// its taker dies (actors/reply.hpp). No message is answered by CAF's own
// response, so no timeout and no promise can be forgotten.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_actor.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "actors/journal_loads.hpp"
#include "actors/reply.hpp"
#include "actors/submission.hpp"
#include "actors/ticket.hpp"
#include "storage/store.hpp"
#include "workflows/session/changes.hpp"

namespace recapd::actors {

/// The value of an answer that only says that something is done.
using done_t = std::monostate;

// ---- shard: the sessions of some buckets ----

/// A command for a session, with the reply to its sender.
struct work {
  submission what;
  reply<outcome> done;
  /// The sender was told that the outcome is not known (in_flight): whoever has
  /// not begun to write it drops the command.
  std::atomic<bool> given_up{false};
  /// Another node was sent it: an outcome with its moment of receipt is its
  /// own.
  bool tried = false;
};
struct take_work {
  std::shared_ptr<work> item;
};
/// Gives the forwarder a command back that another node may have or not.
struct take_back {
  std::shared_ptr<work> item;
};
/// Tells that something of the session has fallen due. Answered when nothing of
/// it is due any more.
struct take_due {
  std::string session;
  reply<done_t> done;
};
/// A token for each leased shard: bucket b has the one at b modulo their
/// number.
using shard_tokens = std::vector<std::shared_ptr<void>>;
/// Ends the actors of sessions in the buckets: when their work is done, or at
/// once. A shard's token is released when the actors of all of its sessions
/// have ended; `until_done` is null only with `at_once`.
struct drain_buckets {
  storage::bucket_set buckets;
  bool at_once = false;
  std::shared_ptr<const shard_tokens> until_done;
};
/// A child's last message, sent by its state's destructor however it ended.
struct child_gone {
  std::string key;
  std::uint64_t generation = 0;
};
/// Sent to itself: passivate the children that have been idle too long.
struct look_for_idle {};

using shard_ref =
    caf::typed_actor<caf::reacts_to<take_work>, caf::reacts_to<take_due>,
                     caf::reacts_to<drain_buckets>, caf::reacts_to<child_gone>,
                     caf::reacts_to<look_for_idle>>;

// ---- session: one session ----
// Its parent is the shard; what it asked comes back as a message.

/// Sent by the parent: end as soon as there is nothing left to do.
struct passivate {
  std::shared_ptr<void> until_done;  ///< released at the end; may be null
};
/// Brings an answer to the actor's own question. In this message and the next
/// four `step` says to which question.
struct session_loaded {
  std::uint64_t step = 0;
  answer<std::optional<workflows::session>> found;
};
struct limits_answered {
  std::uint64_t step = 0;
  answer<limit_answer> got;
};
struct commit_done {
  std::uint64_t step = 0;
  answer<done_t> fate;
};
struct outcome_found {
  std::uint64_t step = 0;
  answer<std::optional<storage::outcome_row>> found;
};
struct settlement_ready {
  std::uint64_t step = 0;
  answer<workflows::transfer> payment;
};

/// What a shard actor has children of.
using subject_ref =
    caf::typed_actor<caf::reacts_to<take_work>, caf::reacts_to<take_due>,
                     caf::reacts_to<passivate>>;
using session_ref = subject_ref::extend<
    caf::reacts_to<session_loaded>, caf::reacts_to<limits_answered>,
    caf::reacts_to<commit_done>, caf::reacts_to<outcome_found>,
    caf::reacts_to<settlement_ready>>;

// ---- disbursement: one disbursement ----
// Beside the sessions of its bucket.

struct disbursement_loaded {
  std::uint64_t step = 0;
  answer<workflows::disbursement> found;
};
using disbursement_ref =
    subject_ref::extend<caf::reacts_to<disbursement_loaded>,
                        caf::reacts_to<commit_done>,
                        caf::reacts_to<outcome_found>>;

// ---- runs: what a programme pays out ----
// Beside the sessions of the programme's bucket.

/// A run with what it may pay out, or no run and when the next is due.
struct run_page {
  std::optional<storage::run_row> run;
  storage::waiting_page waiting;
  std::vector<storage::timer_row> next;
};
struct run_page_read {
  std::uint64_t step = 0;
  answer<run_page> page;
};
/// Tells that a run is noted as complete.
struct run_finished {
  std::uint64_t step = 0;
  answer<done_t> fate;
};
using runs_ref = subject_ref::extend<caf::reacts_to<run_page_read>,
                                     caf::reacts_to<commit_done>,
                                     caf::reacts_to<run_finished>>;

// ---- limits: one directory, and one actor for each owner ----
// The directory finds the actor by the first claim's owner.

/// Asks one owner's counters about a session's claims. Answered with what is
/// used (in the claims' order) and, if `reserve` and all fit, a ticket that
/// reserves the amounts until the commit is known.
struct ask_limits {
  std::vector<workflows::claim> claims;  ///< not empty, all of one owner
  bool reserve = false;
  reply<limit_answer> done;
};
/// Tells a limit actor how a grant ended, when its ticket goes.
struct grant_ended {
  std::vector<workflows::claim> claims;
  grant_fate fate = grant_fate::dropped;
};
/// Tells that usage of these counters was given back: copies are too high.
struct usage_released {
  std::vector<workflows::usage_key> keys;
};
struct usage_loaded {
  std::uint64_t step = 0;
  answer<std::vector<std::int64_t>> used;
};

using limits_ref =
    caf::typed_actor<caf::reacts_to<ask_limits>, caf::reacts_to<grant_ended>,
                     caf::reacts_to<usage_released>,
                     caf::reacts_to<usage_loaded>, caf::reacts_to<passivate>>;
using limits_directory_ref =
    caf::typed_actor<caf::reacts_to<ask_limits>, caf::reacts_to<usage_released>,
                     caf::reacts_to<child_gone>, caf::reacts_to<look_for_idle>>;

// ---- payout: what confirmed sessions earn ----
// The actor answers; the session commits.

/// Asks for the transfer of a session that is about to be completed.
struct ask_settlement {
  workflows::pay_terms by;
  int minutes = 0;
  reply<workflows::transfer> done;
};
using payout_ref = caf::typed_actor<caf::reacts_to<ask_settlement>>;

// ---- journal: group commit ----
// What waits together is written together.

/// A commit to be written, whole or not at all; answered once that is known.
/// The tickets are told the commit's fate.
struct append {
  storage::commit what;
  std::shared_ptr<const work> whose;  ///< null: nobody waits for it
  std::vector<std::shared_ptr<ticket>> tickets;
  reply<done_t> done;
  journal_place place;
};
/// Sent to itself: work on what has gathered, in one transaction or query.
struct flush {};
/// Sent to itself while the database is away: see whether it is back.
struct probe {};
using journal_ref =
    caf::typed_actor<caf::reacts_to<std::shared_ptr<append>>,
                     caf::reacts_to<flush>, caf::reacts_to<probe>>;

// ---- reader: everything that only reads, and rare small writes ----
// What waits together is read together.

struct load_session {
  std::string id;
  reply<std::optional<workflows::session>> done;
};
struct load_usage {
  std::vector<workflows::usage_key> keys;
  reply<std::vector<std::int64_t>> done;
};
struct find_outcome {
  storage::command_key key;
  reply<std::optional<storage::outcome_row>> done;
};
/// Uses a store in any other way, on the reader's thread.
struct read_task {
  std::function<void(storage::store &)> run;
  std::function<void(storage::fault)> failed;
};
using reader_ref =
    caf::typed_actor<caf::reacts_to<load_session>, caf::reacts_to<load_usage>,
                     caf::reacts_to<find_outcome>,
                     caf::reacts_to<std::shared_ptr<read_task>>,
                     caf::reacts_to<flush>, caf::reacts_to<probe>>;

// ---- timers: what falls due, in order of time ----
// The near timers are in memory; all are in the table `standings`.

/// Sets a session's timer in place of an earlier one; no time: it has none.
struct arm {
  std::string session;
  std::optional<instant> at;
};
/// Loads near timers and begins to fire.
struct start_timers {};
/// Sent to itself: look at the clock.
struct wake {
  std::uint64_t generation = 0;
};
struct timers_loaded {
  instant until;
  int limit = 0;
  answer<std::vector<storage::timer_row>> rows;
};
/// Tells that a session has dealt with what was due, or could not.
struct due_done {
  std::string session;
  bool ok = false;
};
/// Moves a manual clock, firing timers on the way.
struct advance_to {
  instant to;
  reply<instant> done;
};
struct clock_saved {
  answer<done_t> fate;
};
/// Tells that the node serves other buckets than before.
struct buckets_changed {};
using timers_ref =
    caf::typed_actor<caf::reacts_to<arm>, caf::reacts_to<start_timers>,
                     caf::reacts_to<wake>, caf::reacts_to<timers_loaded>,
                     caf::reacts_to<due_done>, caf::reacts_to<advance_to>,
                     caf::reacts_to<clock_saved>,
                     caf::reacts_to<buckets_changed>>;

// ---- forwarder: commands of sessions that another node serves ----
// They go by the table `forwarded`, and their outcomes are looked for.

using outcome_rows = std::vector<answer<std::optional<storage::outcome_row>>>;
/// Brings the outcomes of `items`, where there are any by now.
struct outcomes_looked_up {
  std::vector<std::shared_ptr<work>> items;
  answer<outcome_rows> rows;
  bool first = false;  ///< items without an outcome were forwarded
};
using forwarder_ref =
    caf::typed_actor<caf::reacts_to<take_work>, caf::reacts_to<take_back>,
                     caf::reacts_to<flush>, caf::reacts_to<outcomes_looked_up>,
                     caf::reacts_to<wake>>;

}  // namespace recapd::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::take_work)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::take_back)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::take_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::drain_buckets)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::child_gone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::look_for_idle)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::passivate)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::session_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::limits_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::commit_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::outcome_found)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::settlement_ready)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::disbursement_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::run_page_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::run_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::ask_limits)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::grant_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::usage_released)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::usage_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::ask_settlement)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<recapd::actors::append>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::flush)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::probe)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::load_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::load_usage)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::find_outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<recapd::actors::read_task>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::arm)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::start_timers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::wake)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::timers_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::due_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::advance_to)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::clock_saved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::buckets_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recapd::actors::outcomes_looked_up)
