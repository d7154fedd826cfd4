// SPDX-License-Identifier: Apache-2.0
#include "gateway/disbursing/sender.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <future>
#include <thread>
#include <utility>

#include "gateway/feed/wakeup.hpp"
#include "gateway/feed/webhook_post.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/digest.hpp"
#include "workflows/session/facts.hpp"

namespace recapd::gateway::disbursing {

namespace {

namespace wf = workflows;

constexpr std::string_view source = "/recapd";
constexpr const char *condition = "disbursements-unsent";

/// Returns the text that is posted: a CloudEvent whose id is the
/// disbursement's, the same at each try.
std::string text_of(const wf::disbursement &d) {
  return boost::json::serialize(boost::json::object{
      {"specversion", "1.0"},
      {"id", d.id},
      {"source", source},
      {"type", "recapd.disbursement.pay"},
      {"subject", d.id},
      {"time", wf::format_rfc3339(d.opened_at)},
      {"datacontenttype", "application/json"},
      {"data", boost::json::object{{"run", d.run},
                                   {"program", d.program},
                                   {"tutor", d.tutor},
                                   {"amount", d.amount},
                                   {"currency", d.currency}}}});
}

}  // namespace

struct sender::impl {
  actors::engine &engine;
  sender_tuning tuning;
  feed::wakeup signal;
  feed::webhook_post post;
  std::shared_ptr<void> commits;
  std::thread worker;

  impl(actors::engine &e, const config::webhook &to, sender_tuning t)
      : engine{e}, tuning{t}, post{to, signal.stopped()} {}

  void run() {
    while (signal.wait(tuning.poll, true)) {
      try {
        const auto store = engine.open_store();
        while (!signal.stopped() && send_page(*store)) {
        }
      } catch (const std::exception &e) {
        log_warn("disbursements are not posted", {{"error", e.what()}});
        signal.wait(tuning.poll, false);
      }
    }
    engine.conditions().settle(condition);
  }

  /// Posts what is due. Returns false where nothing is.
  bool send_page(storage::store &store) {
    const auto now = engine.time().now();
    const auto due = store.load_unsent(engine.buckets(), now, tuning.page);
    for (const auto &row : due) {
      if (signal.stopped()) return false;
      try_one(store, row);
    }
    return !due.empty();
  }

  void try_one(storage::store &store, const storage::disbursement_row &row) {
    const auto now = engine.time().now();
    storage::post_attempt attempt{.id = row.what.id,
                                  .tries = row.tries + 1,
                                  .next_try_at = now + pause_after(row.tries),
                                  .trouble = {}};
    const auto answer =
        post.send(text_of(row.what), now, {"Idempotency-Key: " + row.what.id});
    if (answer.status >= 200 && answer.status < 300) {
      if (note_sent(row.what, now))
        return engine.conditions().settle(condition);
      attempt.trouble = "that it was taken could not be noted";
    } else {
      attempt.trouble = answer.status == 0
                            ? answer.trouble
                            : "answered " + std::to_string(answer.status);
      engine.conditions().raise(condition, actors::weight::warning,
                                "A disbursement is not taken by who pays ("
                                    + attempt.trouble + "): " + row.what.id
                                    + " is posted again.");
    }
    store.save_attempt(attempt);
  }

  [[nodiscard]] std::chrono::seconds pause_after(int tries) const {
    return std::min(tuning.last_retry,
                    tuning.first_retry * (1 << std::min(tries, 12)));
  }

  /// Says that a disbursement was sent, and waits until that is durable.
  bool note_sent(const wf::disbursement &d, wf::instant now) {
    actors::submission s;
    s.source = source;
    s.id = wf::disbursement_key(d.id) + ":sent";
    s.session = wf::disbursement_key(d.id);
    s.by = wf::engine_itself;
    s.received_at = now;
    s.what = wf::report_result{.result = wf::disbursement_status::sent,
                               .amount = d.amount,
                               .currency = d.currency};
    s.content = content_digest(s.what, s.session, s.by);
    const auto said = std::make_shared<std::promise<bool>>();
    auto known = said->get_future();
    const actors::reply<actors::outcome> done{
        [said](auto answer) { said->set_value(answer.has_value()); }};
    return engine.submit(std::move(s), done) && known.get();
  }
};

sender::sender(actors::engine &engine, const config::webhook &to,
               sender_tuning tuning)
    : impl_{std::make_unique<impl>(engine, to, tuning)} {
  auto *i = impl_.get();
  i->commits = engine.on_commit([i] { i->signal.wake(); });
  i->worker = std::thread{[i] { i->run(); }};
}

sender::~sender() {
  stop();
}

void sender::stop() {
  impl_->commits.reset();
  impl_->signal.stop();
  if (impl_->worker.joinable()) impl_->worker.join();
}

}  // namespace recapd::gateway::disbursing
