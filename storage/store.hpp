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

#include "storage/disbursements.hpp"
#include "storage/fault.hpp"
#include "workflows/ids.hpp"
#include "workflows/limits.hpp"
#include "workflows/pay.hpp"
#include "workflows/programs.hpp"
#include "workflows/session/marks.hpp"
#include "workflows/session/totals.hpp"
#include "workflows/time.hpp"

namespace recapd::storage {

using workflows::instant;
using workflows::program_set;

using bucket_set = std::bitset<workflows::bucket_count>;
inline const bucket_set all_buckets = bucket_set{}.set();

/// 128 bits of a digest of a command's content (type, subject, who, data).
using digest = std::array<std::uint8_t, 16>;

/// One event as it is stored. `data` and `notifications` are JSON texts;
/// `notifications` is `[{"kind","to","data"}]`, or empty where there is none.
struct event_row {
  int seq = 0;
  std::string type;
  instant at;
  std::string by;                   ///< `tutor:ann`
  std::string command_source = {};  ///< empty for the engine's own commands
  std::string command_id = {};
  std::string data;
  std::string notifications = {};
  std::string traceparent = {};  ///< W3C trace context of the command, or empty
  /// A value drawn when the event is written, for its id: not the same of an
  /// event that has its seq after a database lost its last transactions. 0 in
  /// one that loses none.
  std::uint32_t draw = 0;
};

/// What a session is listed by for good: nothing of it ever changes.
struct session_row {
  std::string tutor;
  std::string course;
  std::string program;
  instant starts_at;
  std::string currency = {};
  int day = 0;  ///< of the start, in the session's time zone (workflows/time)
};

/// Where a session stands, which it is listed by, woken by and counted by.
struct standing {
  std::string state;
  std::optional<instant> next_timer = {};  ///< when it must be looked at
  workflows::totals counts = {};
  workflows::mark_set marks = {};
  bool operator==(const standing &) const = default;
};

/// A session's events from the first on, with what workflows::evolve takes of
/// them: no command, notifications or trace context.
struct session_events {
  std::string id;
  std::vector<event_row> events;  ///< empty where there is no such session
};

/// A command's identity.
struct command_key {
  std::string source;
  std::string id;
  /// Whose `source` and `id` they are, such as `tutor:ann`; empty: everybody's.
  std::string scope = {};
  auto operator<=>(const command_key &) const = default;
};

/// A command's outcome.
struct outcome_row {
  std::string source;
  std::string id;
  digest content{};
  std::string session;  ///< the command's subject
  int version = 0;      ///< of the session, once accepted; 0: refused
  instant received_at;
  /// The contract's object as JSON, not marked a duplicate. It may be empty of
  /// an accepted command that was never `told_for`: the session's events up to
  /// `version` tell it (actors/told_outcomes.hpp).
  std::string outcome;
  std::string scope = {};  ///< as in command_key
  std::string who = {};    ///< who sent it; empty in outcomes stored without it
  /// How long from now on producers of the inbox may see it; 0: they may not.
  std::chrono::seconds told_for{0};
  /// Of a refused command, what a replay needs of it
  /// (workflows::to_replay_text). It is read back in a recorded_session only.
  std::string command = {};

  [[nodiscard]] command_key key() const { return {source, id, scope}; }
  [[nodiscard]] bool refused() const { return version == 0; }
};

/// A change of one counter. Raising it past `cap` is refused, lowering is not.
struct usage_change {
  workflows::usage_key key;
  int delta = 0;
  std::optional<int> cap;  ///< has an effect where delta > 0
};

/// A reminder that went out.
struct sent_reminder {
  int seq = 0;       ///< its event's
  std::string kind;  ///< `tutor_recap_due`
  instant at;
  bool answered = false;  ///< within a day (workflows::answer_time)
  bool operator==(const sent_reminder &) const = default;
};

/// What answers all reminders of a kind that went out within a day before it.
struct reminder_answer {
  std::string kind;
  instant at;
};

/// Returns true if the one answers the other.
[[nodiscard]] inline bool is_answer(const reminder_answer &a,
                                    const sent_reminder &to) {
  return a.kind == to.kind && a.at >= to.at
         && a.at - to.at <= workflows::answer_time;
}

/// All that follows from one command (or timer, or settlement). It is written
/// whole, in one transaction, or not at all.
struct commit {
  std::string session;            ///< the session's id, which gives the bucket
  std::vector<event_row> events;  ///< their seqs follow the stored version
  std::string program = {};       ///< the session's, of a commit with events
  /// What the session is listed by; there with its first event.
  std::optional<session_row> row;
  /// Where the session stood before the events, with an empty state where that
  /// is not known (its marks are), and after them. What has not changed is not
  /// written. Absent where there was no session, and without events.
  std::optional<standing> before;
  std::optional<standing> after;
  /// The version on which the outcome was decided (0: no session), of a commit
  /// without events: at any other version it is a version_conflict. Absent: the
  /// commit fits any version.
  std::optional<int> base_version;
  std::vector<std::string> new_students;  ///< found from now on by `student=`
  std::vector<sent_reminder> reminded = {};
  std::vector<reminder_answer> answered = {};
  std::vector<usage_change> usage;
  std::optional<workflows::transfer> payment;
  std::optional<outcome_row> outcome;  ///< absent for the engine's own commands
  std::optional<std::int64_t> inbox_seq;  ///< the inbox row that is done
  /// The outcome, whole, of an inbox command that was decided before, by
  /// whatever way it came then: producers of the inbox may see it from now on.
  std::optional<outcome_row> asked_again = std::nullopt;
  /// What the commit changes of a disbursement, whose key `session` is then:
  /// it has events and no session's row or standing.
  std::shared_ptr<const disbursement_change> disbursed = nullptr;
};

/// Which way a dead letter was going.
enum class letter_direction : std::uint8_t {
  in,  ///< a command that could not be taken at all
  out  ///< a message that its receiver does not take
};

[[nodiscard]] constexpr std::string_view to_string(letter_direction d) {
  return d == letter_direction::in ? "in" : "out";
}

/// A message with which nothing can be done.
struct dead_letter {
  std::int64_t id = 0;
  std::string event;    ///< the text as it came or would go, valid UTF-8
  std::string reason;   ///< a sentence
  std::string code;     ///< `malformed`, `id-reused`, `too-large`, `refused`
  std::string ingress;  ///< `inbox`, `nats`, `webhook`: where from or to
  instant received_at;  ///< for an outgoing letter the moment of its event
  instant at;
  /// Which message the letter was, where that may come again; else empty.
  std::string origin = {};
  /// The inbox row that is deleted with the letter. It is not read back.
  std::optional<std::int64_t> inbox_seq = {};
  letter_direction direction = letter_direction::in;
};

/// Returns the id of the session that a message is about, by the `subject` of
/// its JSON text; empty where it has none.
[[nodiscard]] std::string subject_of(std::string_view event);

/// What became of a dead letter that was to be tried again.
enum class letter_retry : std::uint8_t {
  moved,    ///< it is in the inbox again
  absent,   ///< there is no such letter
  outgoing  ///< it stays, as the inbox is for what comes in
};

/// The most bytes of a dead letter's text, of which the beginning is stored if
/// it is longer. A command that a client sends may be as long.
inline constexpr std::size_t max_letter_bytes = 65'536;

/// Why an inbox row is no command, whatever its text says.
enum class row_trouble : std::uint8_t {
  none,
  too_long,   ///< `event` has only the beginning
  no_moment,  ///< `received_at` is no time for deadlines
};

struct inbox_row {
  std::int64_t seq = 0;
  bool ours = true;  ///< its bucket was asked for; else `event` is empty
  std::string event;
  instant received_at;
  bool taken = false;  ///< a node has read it before; of any length
  row_trouble trouble = row_trouble::none;
  /// What the event does not tell of its sender, in a row that another node
  /// forwarded (actors::sender_text); else empty.
  std::string sender = {};
};

/// A range of inbox seqs, both ends included.
struct seq_range {
  std::int64_t low = 1;
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
};

/// How much of a list is read at a time: at most `rows`, and none after those
/// whose long texts come to `bytes`; at least one row.
struct page_bounds {
  int rows = 1000;
  std::int64_t bytes = 8'388'608;
  page_bounds() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): a number is a page's rows.
  page_bounds(int most_rows) : rows{most_rows} {}
  page_bounds(int most_rows, std::int64_t most_bytes)
      : rows{most_rows}, bytes{most_bytes} {}
};

/// A part of a list, in the list's order.
template <class T> struct page : std::vector<T> {
  bool more = false;  ///< the list goes on behind this page
};

/// A state that a session was in; without a version, the one it is in.
struct session_version {
  std::string session;
  int version = std::numeric_limits<int>::max();
};

struct timer_row {
  std::string session;
  instant at;
};

/// An event with its position in the feed.
struct feed_row {
  std::int64_t position = 0;
  std::string session;
  event_row event;
  std::string epoch = {};  ///< the event's (storage/epochs.hpp)
};

/// Where a reader of the feed stands: behind the event at `position`. A
/// position alone is not enough: it may be given again where a database has
/// lost its last transactions.
struct feed_place {
  std::string epoch;  ///< the epoch of that event
  std::int64_t position = 0;
  bool operator==(const feed_place &) const = default;
};

/// A session whose next message a sink has not taken, while those of other
/// sessions go on.
struct held_session {
  std::string session;
  std::int64_t position = 0;  ///< of the first event that is not done
  int message = 0;            ///< 0: the event itself; n: its nth notification
  int tries = 0;              ///< how often that message was tried
  int refusals = 0;           ///< refusals that count towards giving it up
  std::optional<instant> refused_since = std::nullopt;  ///< when the first was
  instant next_try_at{};
  bool operator==(const held_session &) const = default;
};

/// Where a sink (a receiver with a stored cursor: webhook, NATS) stands in the
/// feed.
struct sink_state {
  /// The position up to which all is done but what is held.
  std::int64_t position = 0;
  std::vector<held_session> held = {};  ///< in the order of sessions
  std::int64_t version = 0;             ///< one more with each change
};

struct sink_change {
  std::int64_t version = 0;   ///< the version of the state that is changed
  std::int64_t position = 0;  ///< the new position
  std::vector<held_session> held = {};     ///< holds that are new or changed
  std::vector<std::string> released = {};  ///< sessions that are held no longer
};

/// How much of the feed is still to come for a reader.
struct feed_backlog {
  std::int64_t readable = 0;   ///< events after the reader's position
  std::int64_t held_back = 0;  ///< events behind a transaction that still runs
};

struct transfer_row {
  std::string session;
  workflows::transfer what;
  instant at;
};

/// What a list of sessions is sorted by; of two with the same start the id
/// decides.
enum class session_order : std::uint8_t { id, starts_at, starts_at_down };

/// The filters of `GET /v1/sessions`. An empty filter lets any session pass.
struct session_filter {
  std::string state = {};
  std::string tutor = {};
  std::string student = {};
  std::string takes_part = {};  ///< as the tutor or as a student
  std::string course = {};
  std::string program = {};
  program_set programs = {};         ///< of these only
  std::optional<instant> from = {};  ///< starts at this or later
  std::optional<instant> to = {};    ///< starts before this
  workflows::mark_set marks = {};    ///< with all of these
  session_order order = session_order::id;
  /// Only sessions behind this id; by a start's order, behind this start and
  /// id, where there is a start.
  std::string after = {};
  std::optional<instant> after_start = {};
  page_bounds most = 100;
};

/// What was decided at once about a session: a command, or what fell due.
struct recorded_row {
  instant at;
  std::string who;
  bool by_command = false;             ///< false: the engine by itself
  std::vector<event_row> events = {};  ///< as in session_events; none: refused
  std::string command = {};            ///< outcome_row::command
};

/// All that was decided about a session: first what brought events, in order,
/// then what was refused, by the moment of receipt.
struct recorded_session {
  std::string id;
  instant starts_at;
  std::vector<recorded_row> rows = {};
};

/// Which events with notifications are listed.
struct notified_filter {
  std::string session = {};  ///< empty: of all sessions
  /// With a notification to them, a person or `support`; empty: to anybody.
  std::string to = {};
  program_set among =
      {};  ///< of all sessions' events, those of these programmes
};

/// The sessions that start in [from, to), by (starts_at, id).
struct recorded_filter {
  instant from;
  instant to;
  std::string after = {};  ///< of those that start at `from`, only greater ids
  page_bounds most = {};
};

/// A page of an account: balances, and entries by (at, session, kind, n).
struct account_page {
  std::vector<std::pair<std::string, std::int64_t>> balances;  ///< by currency
  struct entry {
    std::string session;
    std::int64_t amount = 0;  ///< signed
    std::string currency;
    instant at;
    workflows::transfer_kind kind = workflows::transfer_kind::settlement;
    int n = 0;  ///< as in workflows::transfer
  };
  std::vector<entry> entries;
  std::string next;  ///< token of the next page, or empty
};

/// That no mail gets to a person's address.
struct unreachable_since {
  instant at;
  std::string words;  ///< what the server said
  bool operator==(const unreachable_since &) const = default;
};

/// What is known of a person besides an id. What was not given is empty.
struct person_row {
  workflows::person who;
  std::string name;
  std::string address = {};   ///< of mail
  std::string timezone = {};  ///< IANA's name
  std::string language = {};
  std::vector<std::string> mute = {};  ///< kinds of which no mail is wanted
  std::optional<unreachable_since> unreachable = {};
  bool operator==(const person_row &) const = default;
};

/// What of a person's row is to be another; what is absent stays.
struct person_change {
  workflows::person who;
  std::optional<std::string> name = {};
  std::optional<std::string> address = {};  ///< takes `unreachable` away
  std::optional<std::string> timezone = {};
  std::optional<std::string> language = {};
  std::optional<std::vector<std::string>> mute = {};
};

/// That what one person wrote is to be erased.
struct erasure {
  workflows::person who;
  workflows::person by;  ///< who asked for it
  instant at;            ///< when
};

/// Sessions that a search found, and where it goes on: empty at its end.
struct found_sessions {
  std::vector<std::string> ids;
  std::string next = {};
};

/// How many there are of what waits for staff.
struct queue_counts {
  std::int64_t asked = 0;
  std::int64_t missed = 0;
  std::int64_t overdue = 0;
  std::int64_t flagged = 0;
  std::int64_t disputed = 0;
  std::int64_t dead_letters = 0;
  bool operator==(const queue_counts &) const = default;
};

/// What waits to be taken, or for somebody who mends it.
struct untaken {
  std::int64_t commands = 0;  ///< rows of `inbox` and `forwarded`
  std::chrono::milliseconds
      oldest{};  ///< how long the first of them has waited
  std::int64_t dead_letters = 0;
  bool operator==(const untaken &) const = default;
};

/// When the first session began that waits in each queue; absent: none does.
struct oldest_waiting {
  std::optional<instant> asked;
  std::optional<instant> missed;
  std::optional<instant> overdue;
  std::optional<instant> disputed;
  bool operator==(const oldest_waiting &) const = default;
};

/// What statistics are grouped by.
enum class statistic : std::uint8_t {
  state,
  day,
  week,
  course,
  tutor,
  program,
  refusal,
  reminder,
};

struct statistics_query {
  statistic by = statistic::state;
  std::optional<instant> from = {};  ///< of sessions that start at or after it
  std::optional<instant> to = {};    ///< of sessions that start before it
  std::string program = {};          ///< empty: of any
  program_set programs = {};         ///< of these only
  int week_starts_on = 1;            ///< 1 Monday to 7 Sunday
  int most_groups = 10'000;
};

/// One group of statistics. By refusal and by reminder it has `count` alone and
/// `answered`, else the others.
struct statistics_group {
  std::string key;
  std::int64_t sessions = 0;
  std::int64_t minutes = 0;
  std::vector<std::pair<std::string, std::int64_t>> pay = {};  ///< by currency
  std::optional<double> median_confirm_seconds = {};
  std::int64_t count = 0;
  std::int64_t answered = 0;  ///< reminders, within a day
  bool operator==(const statistics_group &) const = default;
};

struct policy_row {
  int version = 0;
  std::string body;     ///< canonical JSON of the whole policy
  instant at{};         ///< when it was saved
  std::string by = {};  ///< `ROLE:ID`; empty where nobody was proven
  std::string note = {};
};

/// A policy that is to be the next version.
struct policy_draft {
  std::string body;  ///< as in policy_row
  std::string by = {};
  std::string note = {};
  /// What the newest version must be, 0 where there may be none.
  std::optional<int> base = {};
};

/// What became of a policy that was to be the next version.
struct policy_saved {
  /// `same`: the newest version has that body already, and stays the newest.
  /// `moved`: the newest version is not the one that was expected.
  enum class result : std::uint8_t { fresh, same, moved };
  result what = result::fresh;
  int newest = 0;  ///< the newest version now
};

/// What `recapctl check` found wrong, as one sentence each.
using violations = std::vector<std::string>;

/// Storage by one connection. Blocking; not thread safe; every call may throw
/// storage_error. Implementations: postgres::sql_store (PostgreSQL),
/// memory::memory_store (its twin, which refuses what PostgreSQL refuses).
class store {
public:
  virtual ~store() = default;

  /// Writes the commits, each whole or not at all, together in as few
  /// transactions as possible. Returns for each commit, in order, nothing or
  /// why it was refused. One refused commit does not fail its neighbours.
  /// Throws storage_error{outcome_unknown} if the connection broke while the
  /// answer was out (any commit may have been written), and
  /// storage_error{unavailable} if certainly none was written.
  ///
  /// The database itself refuses: version_conflict (an event's seq is taken, or
  /// does not follow the stored version), duplicate_command (the command_key is
  /// taken), limit_conflict (a counter would pass its cap), ledger_conflict (a
  /// second settlement or reversal, a reversal of another amount than the net,
  /// a correction that is not the next one, comes before the settlement or
  /// after the reversal, or takes more than was paid). The commits of one call
  /// are of distinct sessions, or in the order of their session's versions.
  [[nodiscard]] virtual std::vector<std::optional<fault>>
  append(std::span<const commit> commits) = 0;

  /// Writes something, as durable as a commit, where commits are written.
  /// Throws where the database would not take a commit, and says why.
  virtual void probe() = 0;

  /// Returns the token of the epoch in which this store works, and throws once
  /// that epoch is over. Positions below are of this epoch.
  [[nodiscard]] virtual std::string epoch() = 0;

  // ---- what actors load ----
  // Each function reads a set at once.
  /// Returns figures in the order of `keys`; 0 where there is no row.
  [[nodiscard]] virtual std::vector<std::int64_t>
  load_usage(std::span<const workflows::usage_key> keys) = 0;
  /// Returns timers at or before `until` of sessions in the buckets, earliest
  /// first (then by session id), at most `limit`.
  [[nodiscard]] virtual std::vector<timer_row>
  load_timers(std::span<const unsigned> buckets, instant until, int limit) = 0;
  /// Returns outcomes in the order of `keys`; nothing where a key is free.
  [[nodiscard]] virtual std::vector<std::optional<outcome_row>>
  find_outcomes(std::span<const command_key> keys) = 0;
  /// Returns the events of each session up to a version, in the order of `of`.
  [[nodiscard]] virtual std::vector<session_events>
  load_events(std::span<const session_version> of) = 0;

  // ---- policy and clock ----
  // Small rows that all nodes of a database share.
  /// Returns the versions greater than `after`, in order.
  [[nodiscard]] virtual std::vector<policy_row> load_policies(int after) = 0;
  [[nodiscard]] std::vector<policy_row> load_policies() {
    return load_policies(0);
  }
  /// Returns versions less than `before`, the newest first, without bodies.
  [[nodiscard]] virtual page<policy_row> list_policies(int before,
                                                       page_bounds most) = 0;
  [[nodiscard]] virtual policy_saved save_policy(const policy_draft &draft) = 0;
  /// Returns where the manual clock last stood.
  [[nodiscard]] virtual std::optional<instant> load_manual_clock() = 0;
  /// Sets the manual clock, which inbox rows get as their time of receipt from
  /// now on. Without a value inbox rows get the server's time again, and where
  /// the clock stood is left as it is.
  virtual void save_manual_clock(std::optional<instant> now) = 0;

  // ---- disbursements ----
  // Runs, and what they pay out.
  /// Returns the programmes that have sessions, or one of them, with their
  /// runs.
  [[nodiscard]] virtual std::vector<program_runs>
  list_program_runs(std::string_view only) = 0;
  /// Writes the run, unless it is there, and returns it as it is stored.
  virtual run_row begin_run(const run_row &run) = 0;
  virtual void complete_run(std::string_view id) = 0;
  /// Returns what waits to be paid out by a run, of some tutors behind `after`.
  [[nodiscard]] virtual waiting_page
  list_waiting(const run_row &run, std::string_view after, int tutors) = 0;
  [[nodiscard]] virtual page<disbursement_row>
  list_disbursements(const disbursement_filter &filter) = 0;
  [[nodiscard]] virtual std::optional<disbursement_row>
  find_disbursement(std::string_view id) = 0;
  /// Returns open disbursements that are to be posted by now, of these buckets.
  [[nodiscard]] virtual std::vector<disbursement_row>
  load_unsent(const bucket_set &buckets, instant now, int limit) = 0;
  /// Notes an attempt, unless a later one was noted.
  virtual void save_attempt(const post_attempt &attempt) = 0;

  // ---- people ----
  // Their names, their settings of mail, and what is erased of what they wrote.
  [[nodiscard]] virtual std::optional<person_row>
  load_person(const workflows::person &who) = 0;
  /// Changes the person's row, or makes one.
  virtual void save_person(const person_change &change) = 0;
  /// Returns people whom no mail reaches, by `ROLE:ID` from behind `after`.
  [[nodiscard]] virtual std::vector<person_row>
  list_unreachable(std::string_view after, int limit) = 0;
  /// Deletes the person's row, and erases the notes of their policies.
  virtual void delete_person(const workflows::person &who) = 0;
  /// Returns true if the person is a tutor or student of a session of these
  /// programmes, whatever they answered, and so is `other`, if there is one.
  [[nodiscard]] virtual bool
  takes_part(const workflows::person &who,
             const std::optional<workflows::person> &other,
             const program_set &among) = 0;
  /// Returns sessions in which the person may have written something, from
  /// behind the place `after`; it may find none and go on. A tutor's and a
  /// student's own are looked up, for others `limit` rows are searched.
  [[nodiscard]] virtual found_sessions
  find_written(const workflows::person &who, std::string_view after,
               int limit) = 0;
  /// Writes `[erased]` in the place of what the person wrote in the session's
  /// events, their notifications and stored outcomes, and the event
  /// person.erased, together or not at all. Returns false where nothing is left
  /// to erase, and throws storage_error{unavailable} where others wrote to the
  /// session meanwhile.
  [[nodiscard]] virtual bool erase_texts(std::string_view session,
                                         const erasure &what) = 0;
  /// Puts another text in the place of a dead letter's, if it is there.
  virtual void replace_letter(std::int64_t id, std::string_view event) = 0;
  /// Puts another text in the place of a waiting inbox row's, if it is there.
  virtual void replace_waiting(std::int64_t seq, std::string_view event) = 0;

  // ---- inbox and dead letters ----
  // What came by the database, and what could not be taken.
  /// Returns inbox rows of these ranges, which are ascending and do not
  /// overlap, in order. Rows of other buckets have a seq only.
  [[nodiscard]] virtual std::vector<inbox_row>
  read_inbox_among(std::span<const seq_range> among, int limit,
                   const bucket_set &buckets) = 0;
  /// Returns inbox rows with seq > `after`.
  [[nodiscard]] std::vector<inbox_row>
  read_inbox(std::int64_t after, int limit,
             const bucket_set &buckets = all_buckets) {
    const seq_range rest{.low = after + 1};
    return read_inbox_among({&rest, 1}, limit, buckets);
  }
  virtual void insert_inbox(std::string_view event) = 0;
  /// Writes the rows' events to the table `forwarded`, in this order, all or
  /// none, of any length, with their own times of receipt. They are read with
  /// the inbox.
  virtual void forward(std::span<const inbox_row> rows) = 0;
  /// Writes the dead letters and deletes their inbox rows, in one transaction.
  /// No second letter with the same origin is written.
  virtual void write_dead_letters(std::span<const dead_letter> letters) = 0;
  void write_dead_letter(dead_letter letter,
                         std::optional<std::int64_t> inbox_seq) {
    letter.inbox_seq = inbox_seq;
    write_dead_letters({&letter, 1});
  }
  /// Returns dead letters with ids greater than `after`, in order. Those of no
  /// known session are among all programmes only.
  [[nodiscard]] virtual page<dead_letter>
  list_dead_letters(std::int64_t after, page_bounds most,
                    const program_set &among) = 0;
  [[nodiscard]] page<dead_letter> list_dead_letters(std::int64_t after,
                                                    page_bounds most) {
    return list_dead_letters(after, most, {});
  }
  /// Moves an incoming dead letter back to the inbox, if it is among these
  /// programmes' as in a list; returns what became of it.
  [[nodiscard]] virtual letter_retry
  retry_dead_letter(std::int64_t id, const program_set &among) = 0;
  [[nodiscard]] letter_retry retry_dead_letter(std::int64_t id) {
    return retry_dead_letter(id, {});
  }

  // ---- reading ----
  // For views, sinks and checks: none of it enters a decision.
  /// Returns a session's events with seq > `after`.
  [[nodiscard]] virtual page<event_row>
  history(std::string_view session, int after, page_bounds most) = 0;
  /// Returns a session's whole history, for tests and tools.
  [[nodiscard]] page<event_row> history(std::string_view session) {
    constexpr auto all = std::numeric_limits<int>::max() - 1;
    return history(session, 0, {all, std::numeric_limits<std::int64_t>::max()});
  }
  [[nodiscard]] virtual page<session_events>
  list_sessions(const session_filter &filter) = 0;
  /// Returns all that was decided about each session of a range.
  [[nodiscard]] virtual page<recorded_session>
  list_recorded(const recorded_filter &filter) = 0;
  /// Counts the sessions of these programmes that start in [from, to).
  [[nodiscard]] virtual std::int64_t
  count_starting(instant from, instant to, const program_set &among) = 0;
  /// Returns a page of an account: of these programmes' sessions.
  [[nodiscard]] virtual account_page account(std::string_view account,
                                             std::string_view after, int limit,
                                             const program_set &among) = 0;
  [[nodiscard]] account_page account(std::string_view account,
                                     std::string_view after, int limit) {
    return this->account(account, after, limit, {});
  }
  /// Returns an account's balances by currency as they were before a moment, of
  /// these programmes.
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::int64_t>>
  balances_before(std::string_view account, instant at,
                  const program_set &among) = 0;
  /// Returns outcomes of refused commands about a session in the order of
  /// receipt, from behind the one whose refusal_token is `after`; empty: from
  /// the first on.
  [[nodiscard]] virtual page<outcome_row>
  refused_outcomes(std::string_view session, std::string_view after,
                   page_bounds most) = 0;
  /// Returns events that have notifications, without their data: those of one
  /// session from the seq `from` on, or of all sessions from the position
  /// `from` on. Events that the feed still holds back are included.
  [[nodiscard]] virtual page<feed_row> list_notified(const notified_filter &of,
                                                     std::int64_t from,
                                                     page_bounds most) = 0;
  /// Returns events after a position, in the order in which they became
  /// readable: once one was read, no event with a lower position ever appears.
  [[nodiscard]] virtual std::vector<feed_row> read_feed(std::int64_t after,
                                                        int limit) = 0;
  /// Returns the position of the last readable event, 0 where there is none.
  [[nodiscard]] virtual std::int64_t feed_end() = 0;
  /// Returns the position to read on from for a reader who stood at `place`,
  /// whatever the database has lost since; nothing where that cannot be told.
  [[nodiscard]] virtual std::optional<std::int64_t>
  find_in_feed(const feed_place &place) = 0;
  /// Counts the events after a position; each figure is at most `most`.
  [[nodiscard]] virtual feed_backlog count_feed(std::int64_t after,
                                                int most) = 0;
  /// Returns a session's events at positions from `from` to `last`, in order.
  /// `last` must be a position that read_feed has shown.
  [[nodiscard]] virtual std::vector<feed_row>
  read_feed_of(std::string_view session, std::int64_t from, std::int64_t last,
               int limit) = 0;
  /// Returns the state of the sink `webhook` or `nats`; at position 0 at first.
  [[nodiscard]] virtual sink_state load_sink(std::string_view sink) = 0;
  /// Writes the change whole. Returns false and writes nothing where the state
  /// has another version by now: a node may save late.
  [[nodiscard]] virtual bool save_sink(std::string_view sink,
                                       const sink_change &change) = 0;
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::int64_t>>
  count_by_state() = 0;
  /// Counts what waits for staff, of these programmes.
  [[nodiscard]] virtual queue_counts count_queues(const program_set &among) = 0;
  /// Counts what nobody has taken yet; each figure is at most `most`.
  [[nodiscard]] virtual untaken count_untaken(int most) = 0;
  /// Looks through all that waits for staff.
  [[nodiscard]] virtual oldest_waiting find_oldest_waiting() = 0;
  /// Returns the groups in the order of their keys; the first `most_groups`.
  [[nodiscard]] virtual page<statistics_group>
  statistics(const statistics_query &of) = 0;
  /// Checks every invariant of a database, for `recapctl check`: events are
  /// 1..version without a gap, lists and timers say what they fold to, there is
  /// one settlement at most, the ledger sums to zero, counters equal what
  /// sessions count and pass no cap.
  [[nodiscard]] virtual violations check() = 0;
};

/// Opens one more connection. Throws storage_error{unavailable} when it cannot.
using store_factory = std::function<std::unique_ptr<store>()>;

}  // namespace recapd::storage
