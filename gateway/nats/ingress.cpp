// SPDX-License-Identifier: Apache-2.0
#include "gateway/nats/ingress.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "actors/outcome_json.hpp"
#include "gateway/nats/backlog.hpp"
#include "gateway/nats/consumers.hpp"
#include "gateway/nats/mapping.hpp"
#include "gateway/nats/queue.hpp"
#include "gateway/nats/stream_loss.hpp"
#include "gateway/telemetry/command_log.hpp"
#include "gateway/telemetry/log.hpp"

namespace recapd::gateway::nats {

using namespace std::chrono_literals;

namespace {

using clock = std::chrono::steady_clock;
using time_point = partition::time_point;

/// Returns the subjects of the stream. It does not take what no partition
/// reads: the sender hears so.
std::vector<std::string> subjects_of(unsigned partitions) {
  std::vector<std::string> all;
  for (unsigned p = 0; p < partitions; ++p)
    all.push_back(filter_of(p));
  return all;
}

/// The longest time between two rounds of the worker.
constexpr auto longest_wait = 500ms;
/// How long the last acknowledgements may take to be sent.
constexpr auto flush_bound = 1s;

}  // namespace

/// Holds the ingress's state; replies share it, since they may come after the
/// ingress is gone. Other threads than the worker use the queue alone.
struct ingress::impl : std::enable_shared_from_this<ingress::impl> {
  actors::engine &engine;
  metrics &meters;
  nats::settings settings;
  nats::tuning tuning;

  nats::queue queue;
  std::thread worker;
  std::shared_ptr<void> subscription;

  std::unique_ptr<nats::link> link;
  std::string inbox;
  std::uint64_t reconnects = 0;
  bool mapping_checked = false;
  bool had_stream = false;  ///< the stream was seen by this process
  bool announced = false;   ///< it was logged that this connection consumes
  std::optional<time_point> anew_at;  ///< when the stream is made (again)
  time_point consumed_at{};
  nats::consumers consumers;
  std::string last_trouble;
  nats::sweeper sweeper;
  nats::backlog backlog;
  stream_loss loss;

  impl(actors::engine &e, nats::settings s, metrics &m, nats::tuning t)
      : engine{e}, meters{m}, settings{std::move(s)}, tuning{t},
        consumers{settings.partitions, tuning},
        sweeper{t.sweep, [this](const auto &one) { link->publish(one); }},
        backlog{[this](actors::submission &&command, const auto &done) {
          return engine.submit(std::move(command), done);
        }},
        loss{e.conditions(), "nats-commands-lost", t.told} {}

  void stop() {
    queue.stop();
    if (worker.joinable()) worker.join();
  }

  void run() {
    while (!queue.stopped()) {
      auto until = clock::now() + longest_wait;
      loss.pass(clock::now());
      submit_waiting();
      try {
        connect();
        until = std::min(until, consume());
      } catch (const stream_gone &e) {
        halt_all();
        anew_at = clock::now() + tuning.anew;
        trouble(e.what());
        tell(nats_state::failing);
        until = *anew_at;
      } catch (const mapping_error &e) {
        halt_all();
        trouble(e.what());
        tell(nats_state::mapping_differs);
        until = clock::now() + tuning.mapping;
      } catch (const error &e) {
        trouble(e.what());
        tell(nats_state::failing);
        until = clock::now() + tuning.backoff;
      }
      handle_all(queue.take(until));
    }
    finish();
  }

  /// Consumes what is due. Returns when something is due next.
  time_point consume() {
    if (anew_at && clock::now() < *anew_at) return *anew_at;
    if (anew_at) {
      make_stream();
      anew_at.reset();
    }
    check_mapping();
    consumers.keep(engine.buckets());
    const auto begun =
        consumers.begin_due(*link, [this] { return queue.stopped(); });
    // After this node stood still the stream may be another by now: nothing is
    // taken out of it before the consumers were compared.
    const auto now = clock::now();
    if (now - std::exchange(consumed_at, now) > tuning.anew)
      consumers.suspect();
    consumers.compare_with_list(*link);
    if (link->connected() && ask_for_more()) queue.wake();
    report(begun);
    return full() ? std::min(begun.again, clock::now() + tuning.full)
                  : begun.again;
  }

  /// Asks for messages and sweeps. Returns whether that halted a partition.
  bool ask_for_more() {
    const bool paused = full();
    const bool unheard = consumers.pull(*link, inbox, !paused);
    return sweeper.sweep(consumers.all(), inbox, clock::now(), paused)
           || unheard;
  }

  void report(const consumers::begun &begun) {
    if (!begun.trouble.empty())
      trouble(begun.trouble);
    else if (begun.again == time_point::max())
      well();
    tell(!begun.trouble.empty() ? nats_state::failing
         : consumers.torn()     ? nats_state::few_partitions
                                : nats_state::connected);
  }

  [[nodiscard]] bool full() const {
    return !backlog.empty() || !engine.admits(1);
  }

  /// Submits what waits, but not what has to come again: it would hold its
  /// partition up.
  void submit_waiting() {
    backlog.drop_if([this](const item &i) {
      const auto at = consumers.all().find(i.partition);
      return at == consumers.all().end() || at->second.halted();
    });
    backlog.submit_waiting();
  }

  /// Handles everything that came, whatever of it fails.
  void handle_all(std::vector<input> all) {
    for (auto &one : all) {
      try {
        std::visit([this](auto &what) { handle(what); }, one);
      } catch (const std::exception &e) {
        trouble(e.what());
        halt_all();  // what was not done comes again
      }
    }
  }

  void finish() {
    const auto until = clock::now() + tuning.drain;
    consumers.halt_all(time_point::max());
    submit_waiting();
    while (!consumers.at_rest() && clock::now() < until)
      handle_all(queue.take_last(until));
    try {
      if (link && !link->closed()) link->flush(flush_bound);
    } catch (const error &e) {
      log_warn("the last acknowledgements may be lost: what was done comes as "
               "a duplicate",
               {{"error", e.what()}});
    }
    link.reset();
  }

  /// Logs each new trouble once, since it is tried again all the time.
  void trouble(const std::string &what) {
    if (std::exchange(last_trouble, what) != what)
      log_warn("NATS fails; trying again", {{"error", what}});
  }

  void tell(nats_state now) {
    const bool there = link && link->connected();
    meters.nats_commands(there ? now : nats_state::away);
    tell_of_mapping(there && now == nats_state::mapping_differs, there);
    auto &words = engine.conditions();
    if (there) return words.settle("nats-away");
    words.raise("nats-away", actors::weight::warning,
                with_trouble("There is no connection to NATS: commands are not "
                             "taken from there and events wait"));
  }

  /// Raises the warning of a mapping that differs. It stays until the mapping
  /// was seen to be right, or the server is away.
  void tell_of_mapping(bool differs, bool there) {
    auto &words = engine.conditions();
    if (differs)
      words.raise("nats-mapping", actors::weight::warning,
                  with_trouble("No command is taken from NATS"));
    else if (mapping_checked || !there)
      words.settle("nats-mapping");
  }

  /// Returns a sentence that ends with the last trouble, where there is one.
  [[nodiscard]] std::string with_trouble(std::string what) const {
    if (!last_trouble.empty()) what += "; " + last_trouble;
    return what.ends_with('.') ? what : what + ".";
  }

  void well() {
    if (!std::exchange(last_trouble, {}).empty())
      log_info("NATS works again", {});
  }

  void connect() {
    if (link && !link->closed()) {
      // Messages on their way are lost, and what was asked for is forgotten.
      const auto count = link->reconnects();
      if (std::exchange(reconnects, count) != count) {
        halt_all();
        mapping_checked = false;
      }
      return;
    }
    link.reset();
    mapping_checked = false;
    halt_all();
    auto fresh = std::make_unique<nats::link>(
        settings.url, "recapd " + settings.node, settings.access);
    inbox = fresh->new_inbox();
    fresh->subscribe(inbox + ".*",
                     [this](message m) { queue.put(std::move(m)); });
    reconnects = fresh->reconnects();
    link = std::move(fresh);
    anew_at = clock::now();
    announced = false;
  }

  void make_stream() {
    const auto found =
        link->ensure_stream({.name = std::string{command_stream},
                             .subjects = subjects_of(settings.partitions),
                             .max_message_bytes = max_message_bytes,
                             .replicas = settings.replicas,
                             .other_subjects = true});
    if (!std::exchange(announced, true))
      log_info("consuming from NATS", {{"stream", command_stream}});
    if (std::exchange(had_stream, true) && found.made)
      loss.tell("The NATS stream " + std::string{command_stream}
                    + " was gone and was made again: commands that were in it "
                      "and not taken are lost, unless their producers publish "
                      "them once more.",
                clock::now());
  }

  /// Checks the mapping with each connection, since the server may have been
  /// given another.
  void check_mapping() {
    if (mapping_checked) return;
    const bool known = require_mapping(*link, settings.partitions);
    mapping_checked = true;
    if (!known)
      return log_warn("the NATS server does not let this node see its own "
                      "messages: whether its partitions are ours is not known",
                      {});
    try {
      link->set_subjects(std::string{command_stream},
                         subjects_of(settings.partitions));
    } catch (const stream_gone &) {
      throw;
    } catch (const error &e) {
      log_warn("what is sent to no partition is not refused: nobody reads it",
               {{"error", e.what()}});
    }
  }

  void halt_all() {
    sweeper.forget();
    consumers.halt_all();
  }

  void handle(message &m) {
    if (m.subject.starts_with(inbox)) return on_status(m);
    const auto told = parse_delivery(m.reply);
    auto *at = told ? consumers.find(told->consumer) : nullptr;
    if (at == nullptr) return;
    auto &[number, partition] = *at;
    switch (partition.arrived(*told)) {
    case partition::arrival_kind::gap:
      return partition.halt({});
    case partition::arrival_kind::known:
      return;
    case partition::arrival_kind::taken:
      return begin_message(number, partition, *told, std::move(m));
    }
  }

  /// Takes an answer or a status. 404 and 408: there was nothing (more). 409:
  /// the server ends the request, or somebody deleted the consumer. 503: there
  /// is no such consumer.
  void on_status(const message &m) {
    const auto what = std::string_view{m.subject}.substr(inbox.size() + 1);
    if (sweeper.on_answer(consumers.all(), what, m.data, clock::now())) return;
    auto *at = consumers.find(what);
    if (at == nullptr) return;
    const auto status = header_of(m, "Status");
    if (status == "404" || status == "408")
      at->second.asked_ended();
    else if (status != "100") {
      at->second.halt(clock::now() + tuning.backoff);
      consumers.suspect();
    }
  }

  void begin_message(unsigned number, partition &p, const delivery &told,
                     message m) {
    auto item = std::make_shared<nats::item>();
    // On a manual clock the broker's time means nothing.
    item->received_at =
        engine.time().manual() ? engine.time().now() : told.stored_at;
    item->stream_seq = told.stream_seq;
    item->stored_at = told.stored_at;
    item->message = std::move(m);
    auto read = decode_message(item->message, item->received_at);
    item->replyto = std::move(read.replyto);
    item->partition = number;
    // The message was stored under another mapping, or by a sender who chose
    // the partition himself. Or the mapping has just changed.
    if (partition_of(session_in(item->message.subject), settings.partitions)
        != item->partition)
      mapping_checked = false;
    if (!read.command.has_value()) {
      p.begin_alone();
      const auto &why = read.command.error();
      meters.command_rejected(why.type, workflows::to_string(why.code));
      actors::outcome refused;
      refused.json = boost::json::serialize(outcome_of(why));
      return write_dead_letter(item, workflows::to_string(why.code), why.detail,
                               std::move(refused));
    }
    item->command = std::move(*read.command);
    item->command->decided_here = true;
    item->session = item->command->session;
    if (const auto next = p.line_up(item)) submit(next);
  }

  void submit(const item_ptr &item) {
    backlog.pass(item, actors::reply<actors::outcome>{
                           [self = shared_from_this(), item,
                            note = note_of(*item->command)](auto answer) {
                             log_outcome(note, answer);
                             self->on_outcome(item, answer);
                           }});
  }

  /// Hands an outcome to the worker, from whichever thread answers.
  void on_outcome(const item_ptr &item,
                  const actors::answer<actors::outcome> &answer) {
    if (!answer.has_value())
      return queue.put(answered{.item = item, .fault = true, .outcome = {}});
    if (answer->code == workflows::refusal_code::id_reused)
      return write_dead_letter(
          item, "id-reused",
          "The same id and source came before with other content.", *answer);
    queue.put(answered{.item = item, .fault = false, .outcome = *answer});
  }

  void write_dead_letter(const item_ptr &item, std::string_view code,
                         const std::string &reason, actors::outcome outcome) {
    meters.dead_letter(code);
    log_warn("a NATS message became a dead letter",
             {{"code", code}, {"reason", reason}});
    engine.read(
        [self = shared_from_this(), item, outcome = std::move(outcome),
         letter = letter_of(*item, engine.time().now(), code, reason)](
            storage::store &s) {
          s.write_dead_letter(letter, std::nullopt);
          self->queue.put(
              answered{.item = item, .fault = false, .outcome = outcome});
        },
        [self = shared_from_this(), item](storage::fault) {
          self->queue.put(answered{.item = item, .fault = true, .outcome = {}});
        });
  }

  void handle(const answered &a) {
    const auto at = consumers.all().find(a.item->partition);
    if (at == consumers.all().end()) return;
    auto &p = at->second;
    if (a.fault) p.halt(clock::now() + tuning.backoff);
    const auto next = p.finished(*a.item);
    if (next) submit(next);
    if (!a.fault) acknowledge(a);
  }

  /// Sends an outcome to `replyto`. What the server would not take is left out:
  /// it would not take it the next time either, and the command counts.
  void send_outcome(const answered &a) {
    const auto room = link->max_payload();
    message made{.subject = a.item->replyto,
                 .headers = {{"content-type", "application/json"}},
                 .data = a.outcome.json};
    if (bytes_of(made) > room && actors::has_session(a.outcome))
      made.data = actors::without_session(a.outcome).json;
    if (bytes_of(made) > room)
      return log_warn("an outcome is larger than the NATS server takes",
                      {{"replyto", a.item->replyto}});
    link->publish(made);
  }

  /// Sends the outcome first: without the acknowledgement it is sent again.
  void acknowledge(const answered &a) {
    if (!link) return;
    if (!a.item->replyto.empty()) send_outcome(a);
    link->publish({.subject = a.item->message.reply, .data = "+ACK"});
  }
};

ingress::ingress(actors::engine &engine, const settings &settings,
                 metrics &meters, tuning tuning)
    : impl_{std::make_shared<impl>(engine, settings, meters, tuning)} {
  meters.nats_commands(nats_state::away);
  impl_->subscription = engine.on_buckets([weak = std::weak_ptr{impl_}] {
    if (const auto self = weak.lock()) self->queue.wake();
  });
  impl_->worker = std::thread{[self = impl_.get()] { self->run(); }};
}

ingress::~ingress() {
  if (impl_) impl_->stop();
}

void ingress::stop() {
  impl_->stop();
}

}  // namespace recapd::gateway::nats
