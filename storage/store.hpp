// The store: what the engine asks of durable storage, and what it refuses.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/fault.hpp"
#include "workflows/ids.hpp"
#include "workflows/limits.hpp"
#include "workflows/pay.hpp"
#include "workflows/time.hpp"

namespace recapd::storage {

using workflows::instant;

using bucket_set = std::bitset<workflows::bucket_count>;
inline const bucket_set all_buckets = bucket_set{}.set();

/// 128 bits of a digest of a command's content (type, subject, who, data).
using digest = std::array<std::uint8_t, 16>;

/// One event as it is stored. `data` and `notifications` are JSON texts;
/// `notifications` is `[{"kind","to","data"}]`, or empty when there are none.
struct event_row {
  int seq = 0;
  std::string type;
  instant at;
  std::string by;              ///< `tutor:ann`
  std::string command_source;  ///< empty for the engine's own
  std::string command_id;
  std::string data;
  std::string notifications;
  std::string traceparent;  ///< W3C trace context of the command, or empty
};

/// The session's row. `body` is JSON text (workflows::to_row).
struct session_row {
  std::string id;
  int version = 0;
  std::string state;
  std::string tutor;
  std::string course;
  instant starts_at;
  std::optional<instant> next_timer;  ///< when the engine must look at it
  std::string body;
};

/// What makes a command the same again.
struct command_key {
  std::string source;
  std::string id;
  /// Whose `source` and `id` they are, `tutor:ann`; empty: everybody's.
  std::string scope = {};
  auto operator<=>(const command_key &) const = default;
};

/// A command's outcome as the contract's object with `"duplicate":false`, JSON
/// text.
struct outcome_row {
  std::string source;
  std::string id;
  digest content{};
  std::string session;  ///< the command's subject
  bool refused = false;
  instant received_at;
  std::string outcome;
  std::string scope = {};  ///< command_key's
  std::string who = {};    ///< who sent it; empty: stored before that was
  bool by_inbox = false;   ///< producers of the inbox may see it. Not read back
  /// Where it was accepted, what may be stored in place of `outcome`, which
  /// follows from it and the session's events (workflows::to_stored_outcome).
  /// Not read back; empty: the outcome is stored whole.
  std::string stored_part = {};

  [[nodiscard]] command_key key() const { return {source, id, scope}; }
};

/// A change of one counter. Raising it past `cap` is refused; lowering never
/// is.
struct usage_change {
  workflows::usage_key key;
  int delta = 0;
  std::optional<int> cap;  ///< looked at when delta > 0
};

/// Everything that follows from one command (or timer, or settlement). It is
/// written whole, in one transaction, or not at all.
struct commit {
  std::string session;             ///< the session's id, for the bucket
  std::vector<event_row> events;   ///< seqs follow on the stored version
  std::optional<session_row> row;  ///< after the events; absent without
  /// Without events: the version the outcome was decided on (0: no session);
  /// at any other it is a version_conflict. Absent: whatever the version.
  std::optional<int> base_version;
  std::vector<std::string> new_students;  ///< become findable by `student=`
  std::vector<usage_change> usage;
  std::optional<workflows::transfer> payment;
  std::optional<outcome_row> outcome;     ///< absent for the engine's own
  std::optional<std::int64_t> inbox_seq;  ///< the inbox row that is done
  /// A command of the inbox that was decided before, whatever way it came then:
  /// producers of the inbox may see its outcome now.
  std::optional<command_key> asked_again = std::nullopt;
};

/// Which way a dead letter was going.
enum class letter_direction : std::uint8_t {
  in,  ///< a command that could not be taken at all
  out  ///< a message that its receiver does not take
};

[[nodiscard]] constexpr std::string_view to_string(letter_direction d) {
  return d == letter_direction::in ? "in" : "out";
}

/// A message that nothing can be done with.
struct dead_letter {
  std::int64_t id = 0;
  std::string event;    ///< the text as it came or would go, valid UTF-8
  std::string reason;   ///< a sentence
  std::string code;     ///< `malformed`, `id-reused`, `too-large`, `refused`
  std::string ingress;  ///< `inbox`, `nats`, `webhook`: where from or to
  instant received_at;  ///< of an outgoing one: the moment of its event
  instant at;
  /// Which message it was, where that may come again; else empty.
  std::string origin = {};
  /// The row of the inbox that goes with it. Not read back.
  std::optional<std::int64_t> inbox_seq = {};
  letter_direction direction = letter_direction::in;
};

/// What became of a dead letter that was to be tried again.
enum class letter_retry : std::uint8_t {
  moved,    ///< it is in the inbox again
  absent,   ///< there is none
  outgoing  ///< it stays: the inbox is for what comes in
};

/// Of a longer text a dead letter has the beginning. As long as a command that
/// a client sends may be.
inline constexpr std::size_t max_letter_bytes = 65'536;

/// Why a row of the inbox is no command, whatever its text says.
enum class row_trouble : std::uint8_t {
  none,
  too_long,   ///< `event` is the beginning only
  no_moment,  ///< `received_at` is none that a deadline can be decided by
};

struct inbox_row {
  std::int64_t seq = 0;
  bool ours = true;  ///< its bucket was asked for; else there is no event
  std::string event;
  instant received_at;
  bool taken = false;  ///< a node has read it before: of any length
  row_trouble trouble = row_trouble::none;
  /// What the event does not tell of its sender, where a node handed it on
  /// (actors::sender_text); else empty.
  std::string sender = {};
};

/// Of the inbox; both ends are part of it.
struct seq_range {
  std::int64_t low = 1;
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
};

/// How much of a list is read at a time: so many rows, and those behind which
/// the list's long texts come to so many bytes. One row at least.
struct page_bounds {
  int rows = 1000;
  std::int64_t bytes = 8'388'608;
  page_bounds() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a number is a page's rows.
  page_bounds(int most_rows) : rows{most_rows} {}
  page_bounds(int most_rows, std::int64_t most_bytes)
      : rows{most_rows}, bytes{most_bytes} {}
};

/// A part of a list, in its order.
template <class T> struct page : std::vector<T> {
  bool more = false;  ///< the list goes on behind it
};

struct timer_row {
  std::string session;
  instant at;
};

/// An event with its place in the order in which events became readable.
struct feed_row {
  std::int64_t position = 0;
  std::string session;
  event_row event;
  std::string epoch = {};  ///< it was written in (storage/epochs.hpp)
};

/// Where a reader of the feed stands: behind the event at that position. A
/// position by itself may be given again where a database has lost its last
/// transactions.
struct feed_place {
  std::string epoch;  ///< of the event
  std::int64_t position = 0;
  bool operator==(const feed_place &) const = default;
};

/// A session whose next message a sink has not taken, while others' go on.
struct held_session {
  std::string session;
  std::int64_t position = 0;  ///< of its first event that is not done with
  int message = 0;  ///< which of that event's: 0 itself, n its nth notification
  int tries = 0;    ///< of that message
  int refusals = 0;  ///< those after which it may be given up
  std::optional<instant> refused_since = std::nullopt;  ///< the first of them
  instant next_try_at{};
  bool operator==(const held_session &) const = default;
};

/// Where a sink (a receiver with a stored cursor: webhook, NATS) stands in the
/// feed.
struct sink_state {
  /// All up to here is done with, but for what is held.
  std::int64_t position = 0;
  std::vector<held_session> held = {};  ///< by session
  std::int64_t version = 0;             ///< one more with each change
};

struct sink_change {
  std::int64_t version = 0;                ///< of the state that it changes
  std::int64_t position = 0;               ///< from now on
  std::vector<held_session> held = {};     ///< from now on so
  std::vector<std::string> released = {};  ///< sessions held no longer
};

/// How much of the feed is still to come for somebody.
struct feed_backlog {
  std::int64_t readable = 0;   ///< events after where he is
  std::int64_t held_back = 0;  ///< behind a transaction that still runs
};

struct transfer_row {
  std::string session;
  workflows::transfer what;
  instant at;
};

/// `GET /v1/sessions` filters; empty means any. Sorted by id.
struct session_filter {
  std::string state = {};
  std::string tutor = {};
  std::string student = {};
  std::string course = {};
  std::string after = {};  ///< ids greater than this
  page_bounds most = 100;
};

/// One entry of an account, newest last, keyset by (at, session, kind, n).
struct account_page {
  std::vector<std::pair<std::string, std::int64_t>> balances;  ///< by currency
  struct entry {
    std::string session;
    std::int64_t amount = 0;  ///< signed
    std::string currency;
    instant at;
    workflows::transfer_kind kind = workflows::transfer_kind::settlement;
    int n = 0;  ///< workflows::transfer's
  };
  std::vector<entry> entries;
  std::string next;  ///< token of the next page, or empty
};

struct policy_row {
  int version = 0;
  std::string body;  ///< canonical JSON of the whole policy
};

/// What `recapctl check` found wrong, a sentence each.
using violations = std::vector<std::string>;

/// One connection's worth of storage. Blocking; not thread safe; every call may
/// throw storage_error. Implementations: postgres::sql_store (PostgreSQL),
/// memory::memory_store (a twin that refuses the same things).
class store {
public:
  virtual ~store() = default;

  /// Writes the commits, each whole or not at all, together in as few
  /// transactions as possible. The answer has one entry a commit, in order:
  /// nothing, or why that one was refused. One refused commit does not fail its
  /// neighbours. Throws storage_error{outcome_unknown} if the connection broke
  /// while the answer was out (any of them may have been written), and
  /// storage_error{unavailable} if certainly none was.
  ///
  /// Refused by the database itself: version_conflict (an event's seq is
  /// taken, or does not follow the stored version), duplicate_command (its
  /// command_key is taken), limit_conflict (a counter would pass its cap),
  /// ledger_conflict (a second settlement or reversal, a reversal of another
  /// amount than the net, a correction that is not the next one, comes before
  /// the settlement or after the reversal, or takes more than was paid).
  /// Commits of one call touch distinct sessions, or the same session in order.
  [[nodiscard]] virtual std::vector<std::optional<fault>>
  append(std::span<const commit> commits) = 0;

  /// Writes something, as durable as a commit, where commits are written.
  /// Throws where the database would not take one, with who holds it up.
  virtual void probe() = 0;

  /// The stretch of the database's life that this store works in; it throws
  /// once that is over. Positions below are of this epoch.
  [[nodiscard]] virtual std::string epoch() = 0;

  // ---- what actors load ----
  // In sets, answered in the order asked.
  /// In the order asked; nothing where there is no such session.
  [[nodiscard]] virtual std::vector<std::optional<session_row>>
  load_sessions(std::span<const std::string> ids) = 0;
  /// In the order asked; 0 where there is no row.
  [[nodiscard]] virtual std::vector<std::int64_t>
  load_usage(std::span<const workflows::usage_key> keys) = 0;
  /// Timers at or before `until` of sessions in the buckets, earliest first
  /// (then by session id), at most `limit`.
  [[nodiscard]] virtual std::vector<timer_row>
  load_timers(std::span<const unsigned> buckets, instant until, int limit) = 0;
  /// In the order asked; nothing where that key is free.
  [[nodiscard]] virtual std::vector<std::optional<outcome_row>>
  find_outcomes(std::span<const command_key> keys) = 0;

  // ---- policy and clock ----
  // Small rows that all nodes of a database share.
  [[nodiscard]] virtual std::vector<policy_row> load_policies() = 0;
  /// The version of this body: the latest one if it has the same body, else a
  /// new one.
  [[nodiscard]] virtual int save_policy(std::string_view body) = 0;
  /// Where the manual clock last stood.
  [[nodiscard]] virtual std::optional<instant> load_manual_clock() = 0;
  /// Sets it (and inbox rows get it as receipt time from now on); nothing
  /// switches inbox receipt times back to the server's clock while keeping
  /// where it stood.
  virtual void save_manual_clock(std::optional<instant> now) = 0;

  // ---- inbox and dead letters ----
  // What came by the database, and what could not be taken.
  /// Rows of these ranges, which are ascending and do not overlap, in order.
  /// Of buckets that are not set only the seqs are read.
  [[nodiscard]] virtual std::vector<inbox_row>
  read_inbox_among(std::span<const seq_range> among, int limit,
                   const bucket_set &buckets) = 0;
  /// Rows with seq > `after`.
  [[nodiscard]] std::vector<inbox_row>
  read_inbox(std::int64_t after, int limit,
             const bucket_set &buckets = all_buckets) {
    const seq_range rest{.low = after + 1};
    return read_inbox_among({&rest, 1}, limit, buckets);
  }
  virtual void insert_inbox(std::string_view event) = 0;
  /// Writes the rows' events to the table `forwarded`, in this order, all or
  /// none, received when they were, of any length. They are read with the
  /// inbox.
  virtual void forward_to_inbox(std::span<const inbox_row> rows) = 0;
  /// Writes the dead letters and deletes their inbox rows, in one transaction.
  /// No second letter of one origin is written.
  virtual void write_dead_letters(std::span<const dead_letter> letters) = 0;
  void write_dead_letter(dead_letter letter,
                         std::optional<std::int64_t> inbox_seq) {
    letter.inbox_seq = inbox_seq;
    write_dead_letters({&letter, 1});
  }
  /// Ids greater than `after`, in order.
  [[nodiscard]] virtual page<dead_letter>
  list_dead_letters(std::int64_t after, page_bounds most) = 0;
  /// Moves a dead letter that came in back to the inbox.
  [[nodiscard]] virtual letter_retry retry_dead_letter(std::int64_t id) = 0;

  // ---- reading ----
  // For views, sinks and checks: nothing here decides.
  /// A session's events with seq > `after`.
  [[nodiscard]] virtual page<event_row>
  history(std::string_view session, int after, page_bounds most) = 0;
  /// The whole of it, for tests and tools.
  [[nodiscard]] page<event_row> history(std::string_view session) {
    constexpr auto all = std::numeric_limits<int>::max() - 1;
    return history(session, 0, {all, std::numeric_limits<std::int64_t>::max()});
  }
  [[nodiscard]] virtual page<session_row>
  list_sessions(const session_filter &filter) = 0;
  [[nodiscard]] virtual account_page
  account(std::string_view account, std::string_view after, int limit) = 0;
  /// Outcomes of refused commands about a session in order of receipt, behind
  /// the one that `after` is the refusal_token of; empty: from the first.
  [[nodiscard]] virtual page<outcome_row>
  refused_outcomes(std::string_view session, std::string_view after,
                   page_bounds most) = 0;
  /// Events that have notifications, without their data: of one session from a
  /// seq on, or of all from a position on (`session` empty), that one included.
  /// To the very end, also what the feed holds back.
  [[nodiscard]] virtual page<feed_row> list_notified(std::string_view session,
                                                     std::int64_t from,
                                                     page_bounds most) = 0;
  /// Events after a position, in the order in which they became readable: one
  /// once read, no event with a lower position ever appears later.
  [[nodiscard]] virtual std::vector<feed_row> read_feed(std::int64_t after,
                                                        int limit) = 0;
  /// The position of the last readable event, 0 when there is none.
  [[nodiscard]] virtual std::int64_t feed_end() = 0;
  /// From where to read on for who stood at `place`, whatever the database has
  /// lost since. Nothing where that cannot be told.
  [[nodiscard]] virtual std::optional<std::int64_t>
  find_in_feed(const feed_place &place) = 0;
  /// Counts what follows a position; neither figure past `most`.
  [[nodiscard]] virtual feed_backlog count_feed(std::int64_t after,
                                                int most) = 0;
  /// A session's events at positions from `from` to `last`, in order. Only of
  /// what read_feed has shown: it says what may be sent.
  [[nodiscard]] virtual std::vector<feed_row>
  read_feed_of(std::string_view session, std::int64_t from, std::int64_t last,
               int limit) = 0;
  /// Of `webhook` or `nats`; at 0 at first.
  [[nodiscard]] virtual sink_state load_sink(std::string_view sink) = 0;
  /// Writes the change whole. False, and nothing is written, where the state is
  /// not of that version any more: who was stopped for long saves late.
  [[nodiscard]] virtual bool save_sink(std::string_view sink,
                                       const sink_change &change) = 0;
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::int64_t>>
  count_by_state() = 0;
  /// Checks every invariant of a database, for `recapctl check`: events are
  /// 1..version without a gap, history folds to the row, one settlement at
  /// most, the ledger sums to zero, counters equal what sessions count and pass
  /// no cap.
  [[nodiscard]] virtual violations check() = 0;
};

/// Opens one more connection. Throws storage_error{unavailable} when it cannot.
using store_factory = std::function<std::unique_ptr<store>()>;

}  // namespace recapd::storage
