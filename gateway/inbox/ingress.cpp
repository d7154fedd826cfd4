// SPDX-License-Identifier: Apache-2.0
#include "gateway/inbox/ingress.hpp"

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "actors/sender_text.hpp"
#include "gateway/inbox/seqs.hpp"
#include "gateway/telemetry/command_log.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/cloudevent.hpp"
#include "gateway/wire/lines.hpp"
#include "gateway/wire/reading.hpp"
#include "gateway/wire/strict_json.hpp"
#include "storage/postgres/store.hpp"

namespace recapd::gateway::inbox {

using namespace std::chrono_literals;

namespace {

/// The listener's name among the database's watchers.
constexpr std::string_view listening = "inbox";

using storage::row_trouble;
using letters = std::vector<storage::dead_letter>;

/// Returns the dead letter that says why a row was not taken; with its writing
/// the row is deleted.
storage::dead_letter letter_of(const storage::inbox_row &row,
                               workflows::instant now, std::string_view code,
                               std::string reason) {
  return {.id = 0,
          .event = row.event,
          .reason = std::move(reason),
          .code = std::string{code},
          .ingress = "inbox",
          .received_at =
              row.trouble == row_trouble::no_moment ? now : row.received_at,
          .at = now,
          .inbox_seq = row.seq};
}

decoded read(const storage::inbox_row &row) {
  if (row.trouble == row_trouble::too_long)
    return rejected{.detail = "The event is larger than 64 KiB."};
  if (row.trouble == row_trouble::no_moment)
    return rejected{.detail = "received_at: expected a moment within the years "
                              "1 to 9999."};
  auto event = decode_structured(
      row.event,
      {.who = {}, .received_at = row.received_at, .any_length = row.taken});
  if (event.has_value() && !row.sender.empty()
      && !actors::take_sender(*event, row.sender))
    return rejected{.detail = "sender: expected what a node has written."};
  return event;
}

}  // namespace

/// Holds the ingress's state; replies share it, since they may come after the
/// ingress is gone.
struct ingress::impl : std::enable_shared_from_this<ingress::impl> {
  struct command {
    actors::submission event;
    storage::inbox_row row;
  };

  actors::engine &engine;
  metrics &meters;
  storage::postgres::endpoint database;
  inbox::tuning tuning;

  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  bool notified = true;
  bool faulted = false;              ///< rows must be read again
  std::set<std::int64_t> in_flight;  ///< rows taken and not done
  /// By session: none holds up another, and none is decided before an earlier
  /// one of its session has its outcome.
  gateway::lines<command> lines;
  std::thread reader, listener;
  // Only the reader's thread uses the next three.
  bool whole = true;  ///< the last read began at the first row
  std::chrono::steady_clock::time_point last_whole;
  inbox::seqs seqs;
  std::shared_ptr<void> subscription;

  impl(actors::engine &e, storage::postgres::endpoint d, metrics &m,
       inbox::tuning t)
      : engine{e}, meters{m}, database{std::move(d)}, tuning{t} {}

  // ---- threads

  void start() {
    reader = std::thread{[this] { read_on(); }};
    if (!database.url.empty()) listener = std::thread{[this] { listen(); }};
  }

  void stop() {
    {
      std::unique_lock lock{mutex};
      if (std::exchange(stopping, true)) return;
      forget_waiting();
      changed.notify_all();
    }
    if (reader.joinable()) reader.join();
    if (listener.joinable()) listener.join();
    std::unique_lock lock{mutex};
    changed.wait_for(lock, tuning.drain, [this] { return in_flight.empty(); });
  }

  void listen() {
    std::unique_ptr<storage::postgres::listener> channel;
    while (!is_stopping()) {
      try {
        if (!channel)
          channel = storage::postgres::open_listener(database, "recapd_inbox");
        if (channel->wait(200ms)) notify();
        engine.database().answers(listening);
      } catch (const storage::storage_error &e) {
        engine.database().fails(listening, e.what());
        log_warn("cannot listen for inbox rows", {{"error", e.what()}});
        pause(tuning.backoff * 4);
      }
    }
  }

  void read_on() {
    while (wait_for_work()) {
      try {
        if (!read_all() || is_faulted()) recover();
      } catch (const std::exception &e) {
        log_warn("reading the inbox failed", {{"error", e.what()}});
        recover();
      }
    }
  }

  // ---- waiting

  bool is_stopping() {
    const std::lock_guard lock{mutex};
    return stopping;
  }

  bool is_faulted() {
    const std::lock_guard lock{mutex};
    return faulted;
  }

  void notify() {
    const std::lock_guard lock{mutex};
    notified = true;
    changed.notify_all();
  }

  void pause(std::chrono::milliseconds d) {
    std::unique_lock lock{mutex};
    changed.wait_for(lock, d, [this] { return stopping; });
  }

  bool wait_for_work() {
    std::unique_lock lock{mutex};
    changed.wait_for(lock, whole ? tuning.poll : tuning.rescan,
                     [this] { return stopping || notified || faulted; });
    notified = false;
    return !stopping;
  }

  /// Waits until a row may be taken. Returns false at the end or after a fault.
  bool wait_for_room() {
    std::unique_lock lock{mutex};
    changed.wait(lock, [this] {
      return stopping || faulted
             || (in_flight.size() - lines.waiting() < tuning.max_in_flight
                 && lines.bytes() < tuning.max_waiting_bytes);
    });
    return !stopping && !faulted;
  }

  /// Waits after a fault until nothing is in flight, so that rows that are read
  /// again are taken in the order of seq again.
  void recover() {
    {
      std::unique_lock lock{mutex};
      changed.wait(lock, [this] { return stopping || in_flight.empty(); });
      faulted = false;
      notified = true;
      last_whole = {};
    }
    pause(tuning.backoff);
  }

  // ---- rows

  /// Takes every row that was not taken before. Now and then, and whenever
  /// nothing is in flight, it begins at the first, for what a fault or a very
  /// slow transaction has left behind. Returns false where a fault came
  /// between.
  bool read_all() {
    const auto now = std::chrono::steady_clock::now();
    whole = snapshot().empty() || now - last_whole >= tuning.rescan;
    if (whole) last_whole = now;
    if (whole) seqs.start_over();
    while (true) {
      const auto skipped = snapshot();
      const auto ours = engine.buckets();
      const auto page =
          read_now(engine, [among = seqs.unseen(ours, now), n = tuning.page,
                            ours](storage::store &s) {
            return s.read_inbox_among(among, n, ours);
          });
      if (!page) return false;
      letters unreadable;
      for (const auto &row : *page) {
        if (!take_unless(skipped, row, unreadable)) return false;
        seqs.saw(row.seq, now);
      }
      if (!unreadable.empty()) write_dead_letters(std::move(unreadable));
      if (page->size() < static_cast<std::size_t>(tuning.page)) return true;
    }
  }

  /// Returns the rows in flight before a read, which may see them even when
  /// they are done by the time it answers.
  std::set<std::int64_t> snapshot() {
    const std::lock_guard lock{mutex};
    return in_flight;
  }

  /// Takes a row of this node's that was not in flight. Returns false after a
  /// fault, or at the end.
  bool take_unless(const std::set<std::int64_t> &in_flight_before,
                   const storage::inbox_row &row, letters &unreadable) {
    return !row.ours || in_flight_before.contains(row.seq)
           || (wait_for_room() && take(row, unreadable));
  }

  bool take(const storage::inbox_row &row, letters &unreadable) {
    auto event = read(row);
    if (!event.has_value()) {
      meters.command_rejected(event.error().type, "malformed");
      unreadable.push_back(letter_of(row, engine.time().now(), "malformed",
                                     event.error().detail));
      return true;
    }
    event->inbox_seq = row.seq;
    if (!row.taken) event->told_for = tuning.outcomes_kept;
    std::optional<command> now;
    {
      const std::lock_guard lock{mutex};
      if (faulted) return false;
      in_flight.insert(row.seq);
      const auto session = event->session;
      now = lines.enter(session, {std::move(*event), row}, row.event.size());
    }
    return !now || submit(std::move(*now));
  }

  bool submit(command c) {
    actors::reply<actors::outcome> done{
        [self = shared_from_this(), row = std::move(c.row),
         session = c.event.session, note = note_of(c.event)](auto answer) {
          log_outcome(note, answer);
          self->on_outcome(row, answer);
          self->submit_next_of(session);
        }};
    // A full or draining engine leaves the reply to answer `unavailable`.
    return engine.submit(std::move(c.event), done);
  }

  void submit_next_of(const std::string &session) {
    std::optional<command> next;
    {
      const std::lock_guard lock{mutex};
      next = lines.leave(session);
    }
    if (next) (void)submit(std::move(*next));
  }

  void on_outcome(const storage::inbox_row &row,
                  const actors::answer<actors::outcome> &answer) {
    if (!answer.has_value()) return end(row.seq, true);
    if (answer->code == workflows::refusal_code::id_reused)
      return write_dead_letters({letter_of(
          row, engine.time().now(), "id-reused",
          "The same id and source came before with other content.")});
    end(row.seq, false);
  }

  /// Writes dead letters together, so that many rows that cannot be read hold
  /// up nobody for long.
  void write_dead_letters(letters all) {
    for (const auto &letter : all) {
      meters.dead_letter(letter.code);
      log_warn("an inbox row became a dead letter",
               {{"code", letter.code}, {"reason", letter.reason}});
      begin(*letter.inbox_seq);
    }
    const auto shared = std::make_shared<const letters>(std::move(all));
    engine.read(
        [self = shared_from_this(), shared](storage::store &s) {
          s.write_dead_letters(*shared);
          self->end_all(*shared, false);
        },
        [self = shared_from_this(), shared](storage::fault) {
          self->end_all(*shared, true);
        });
  }

  void end_all(const letters &all, bool fault) {
    for (const auto &letter : all)
      end(*letter.inbox_seq, fault);
  }

  void begin(std::int64_t seq) {
    const std::lock_guard lock{mutex};
    in_flight.insert(seq);
  }

  /// Drops rows that wait, so that they are read again. The mutex is locked.
  void forget_waiting() {
    for (const auto &c : lines.clear())
      in_flight.erase(c.row.seq);
  }

  void end(std::int64_t seq, bool fault) {
    const std::lock_guard lock{mutex};
    in_flight.erase(seq);
    faulted = faulted || fault;
    if (fault) forget_waiting();
    changed.notify_all();
  }
};

ingress::ingress(actors::engine &engine, storage::postgres::endpoint database,
                 metrics &meters, tuning tuning)
    : impl_{
        std::make_shared<impl>(engine, std::move(database), meters, tuning)} {
  impl_->subscription = engine.on_buckets([weak = std::weak_ptr{impl_}] {
    if (const auto self = weak.lock()) self->notify();
  });
  impl_->start();
}

ingress::~ingress() {
  if (impl_) impl_->stop();
}

void ingress::stop() {
  impl_->stop();
}

}  // namespace recapd::gateway::inbox
