// SPDX-License-Identifier: Apache-2.0
#include "gateway/mail/mail.hpp"

#include <thread>
#include <utility>

#include "gateway/feed/wakeup.hpp"
#include "gateway/mail/mailer.hpp"
#include "gateway/mail/smtp.hpp"
#include "gateway/mail/unsubscribe.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/reading.hpp"
#include "storage/fault.hpp"

namespace recapd::gateway::mail {
namespace {

constexpr const char *condition = "mail-failing";
constexpr std::chrono::milliseconds pause_after_fault{1000};

std::string_view name_of(mail_result r) {
  switch (r) {
  case mail_result::taken:
    return "taken";
  case mail_result::mail_later:
  case mail_result::server_later:
    return "later";
  case mail_result::address_refused:
  case mail_result::mail_refused:
    break;
  }
  return "refused";
}

/// Returns the URL that a person's kinds are muted by.
std::string unsubscribe_url(const std::string &site, const oidc::key_ring &keys,
                            const std::string &to,
                            const std::vector<std::string> &kinds) {
  const auto who = workflows::parse_person(to);
  if (!who) return {};
  const auto token = sealed_unsubscription(keys, {.who = *who, .kinds = kinds});
  return token ? site + "mail/unsubscribe?t=" + *token : std::string{};
}

}  // namespace

struct mail::impl {
  actors::engine &engine;
  metrics &meters;
  mail_tuning tuning;
  feed::wakeup signal;
  smtp server;
  mailer work;
  std::shared_ptr<void> subscription;
  std::thread worker;

  impl(actors::engine &e, const config::mail &settings, const std::string &site,
       storage::mail_store_factory open,
       const std::shared_ptr<oidc::key_ring> &keys, metrics &m, mail_tuning t)
      : engine{e}, meters{m}, tuning{t}, server{settings, signal.stopped()},
        work{mailer_parts{
            .settings = settings,
            .site = site,
            .words = std::make_shared<templates>(settings.templates),
            .open = std::move(open),
            .read =
                [&e](const std::function<void(storage::store &)> &task) {
                  return read_now(e,
                                  [task](storage::store &s) {
                                    task(s);
                                    return true;
                                  })
                      .has_value();
                },
            .send =
                [this](const std::string &to, const std::string &text) {
                  return server.send(to, text);
                },
            .unsubscribe =
                [site, keys](const std::string &to,
                             const std::vector<std::string> &kinds) {
                  return unsubscribe_url(site, *keys, to, kinds);
                },
            .told = [&m](mail_result r) { m.mail_tried(name_of(r)); },
            .time = std::shared_ptr<const actors::clock>{&e.time(),
                                                         [](const auto *) {}},
            .real = std::make_shared<actors::wall_clock>()}} {}

  void stop() {
    signal.stop();
    if (worker.joinable()) worker.join();
  }

  void run() {
    while (signal.wait(tuning.poll, true)) {
      try {
        if (!engine.buckets()[0])
          work.forget();
        else
          while (!signal.stopped() && work.step()) {
          }
        tell();
      } catch (const std::exception &e) {
        log_warn("mail failed", {{"error", e.what()}});
        work.forget();
        signal.wait(pause_after_fault, false);
      }
    }
    engine.conditions().settle(condition);
  }

  void tell() {
    const auto at = work.position();
    meters.feed_at(storage::mail_sink, at);
    if (at) meters.mails_waiting(work.waiting());
    if (work.trouble().empty() || !at)
      return engine.conditions().settle(condition);
    engine.conditions().raise(
        condition, actors::weight::warning,
        "Mail waits, and is tried again: the mail server says: "
            + work.trouble());
  }
};

mail::mail(actors::engine &engine, const config::mail &settings,
           const std::string &site, storage::mail_store_factory open,
           std::shared_ptr<oidc::key_ring> keys, metrics &meters,
           mail_tuning tuning)
    : impl_{std::make_shared<impl>(engine, settings, site, std::move(open),
                                   keys, meters, tuning)} {
  impl_->subscription = engine.on_commit([weak = std::weak_ptr{impl_}] {
    if (const auto self = weak.lock()) self->signal.wake();
  });
  impl_->worker = std::thread{[self = impl_.get()] { self->run(); }};
}

mail::~mail() {
  if (impl_) impl_->stop();
}

void mail::stop() {
  impl_->stop();
}

}  // namespace recapd::gateway::mail
