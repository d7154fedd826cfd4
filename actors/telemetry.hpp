// Telemetry: what the engine reports about itself, for any receiver.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace recapd::actors {

/// Takes reports, from any thread; implementations are thread safe and quick.
/// The default does nothing.
class telemetry {
public:
  virtual ~telemetry() = default;
  /// Reports a command: `accepted`, `refused`, `duplicate` or `unavailable`.
  virtual void command_done(std::string_view /*type*/,
                            std::string_view /*outcome*/,
                            std::string_view /*first refusal code or empty*/,
                            std::chrono::microseconds /*since receipt*/) {}
  /// Reports one group commit: how many commits, how long the store took.
  virtual void group_committed(std::size_t /*commits*/,
                               std::chrono::microseconds /*took*/) {}
  /// Reports a commit that the database refused, by the fault's name.
  virtual void commit_refused(std::string_view /*fault*/) {}
  /// Reports commands that were handed on by the table `forwarded`.
  virtual void forwarded(std::size_t /*commands*/) {}
  /// Reports a session's change of state (`from` empty: it is new).
  virtual void session_moved(std::string_view /*from*/,
                             std::string_view /*to*/) {}
  /// Reports a timer, and how long after its time it fired.
  virtual void timer_fired(std::chrono::microseconds /*late*/) {}
  /// Reports a reminder that went out.
  virtual void reminded(std::string_view /*kind*/) {}
  /// Reports that what a kind of reminder asks for was done within a day after
  /// the session's last reminder.
  virtual void reminder_helped(std::string_view /*kind*/) {}
  /// Reports a ledger transfer that is written, in minor units.
  virtual void money_moved(std::string_view /*kind*/,
                           std::string_view /*currency*/,
                           std::int64_t /*amount*/) {}
  /// Reports the shards that the node leases, and how many it just lost.
  virtual void leases(std::size_t /*held*/, std::size_t /*lost*/) {}
  /// The functions from here on report a state as it is now.
  virtual void in_flight(std::size_t /*commands taken, not answered*/) {}
  virtual void resident_sessions(std::size_t /*shard*/, std::size_t) {}
  virtual void timers_armed(std::size_t) {}
  virtual void journal_depth(std::size_t /*commits waiting*/) {}
  virtual void reader_depth(std::size_t /*loads waiting*/) {}
  virtual void database_up(bool) {}
  virtual void clock_ahead(std::chrono::microseconds /*of the database's*/) {}
};

}  // namespace recapd::actors
