// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/metrics.hpp"

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <span>

#include "gateway/telemetry/open_metrics.hpp"
#include "gateway/telemetry/process_metrics.hpp"
#include "workflows/json/session.hpp"
#include "workflows/refusal.hpp"
#include "workflows/session/changes.hpp"
#include "workflows/time.hpp"
#include "workflows/unicode.hpp"

namespace recapd::gateway {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

/// Stands for a rejected event's type that is no command of the contract.
constexpr std::string_view no_type = "other";
constexpr std::array<std::string_view, 4> outcomes{"accepted", "refused",
                                                   "duplicate", "unavailable"};

const Histogram::BucketBoundaries seconds{
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
const Histogram::BucketBoundaries late_seconds{0.01, 0.05, 0.1, 0.25, 0.5, 1,
                                               5,    30,   60,  600,  3600};
const Histogram::BucketBoundaries sizes{1,   2,   5,   10,   20,  50,
                                        100, 200, 500, 1000, 2000};

Family<Counter> &counters(prometheus::Registry &r, const std::string &name,
                          const std::string &help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(r);
}
Family<Gauge> &gauges(prometheus::Registry &r, const std::string &name,
                      const std::string &help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(r);
}
Gauge &gauge(prometheus::Registry &r, const std::string &name,
             const std::string &help) {
  return gauges(r, name, help).Add({});
}
Histogram &histogram(prometheus::Registry &r, const std::string &name,
                     const std::string &help,
                     const Histogram::BucketBoundaries &buckets) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(r).Add(
      {}, buckets);
}

double in_seconds(std::chrono::microseconds d) {
  return std::chrono::duration<double>(d).count();
}

/// Returns the index of a name in `outcomes`, or else the last index.
std::size_t outcome_index(std::string_view name) {
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    if (outcomes[i] == name) return i;
  return outcomes.size() - 1;
}

}  // namespace

struct metrics::impl {
  prometheus::Registry all;
  std::map<std::string, std::array<Counter *, outcomes.size()>, std::less<>>
      commands;
  std::map<std::string, Counter *, std::less<>> refusals;
  Family<Counter> &commit_faults = counters(all, "recapd_commits_refused_total",
                                            "Commits the database refused.");
  Family<Gauge> &sessions =
      gauges(all, "recapd_sessions",
             "Sessions of the database by state; where several nodes share it, "
             "as of at most a minute before.");
  Family<Counter> &requests =
      counters(all, "recapd_http_requests_total", "HTTP requests answered.");
  Family<Histogram> &request_time =
      prometheus::BuildHistogram()
          .Name("recapd_http_request_seconds")
          .Help("From a request's head to its answer, by route.")
          .Register(all);
  std::mutex times_mutex;
  std::map<std::string, Histogram *, std::less<>> times;  ///< by route
  Gauge &untaken =
      gauge(all, "recapd_inbox_rows",
            "Commands that wait in the database to be taken, counted to "
            "10,000.");
  Gauge &untaken_age = gauge(all, "recapd_inbox_oldest_seconds",
                             "How long the first of them has waited.");
  Gauge &open_letters =
      gauge(all, "recapd_dead_letters_open",
            "Dead letters of the database, counted to 10,000.");
  Family<Gauge> &queues =
      gauges(all, "recapd_queue_sessions",
             "Sessions that wait for staff, by queue; as of at most a minute "
             "before.");
  Family<Gauge> &queue_ages =
      gauges(all, "recapd_queue_oldest_seconds",
             "How long ago the first session of a queue began; 0: it is "
             "empty.");
  Family<Counter> &reminders = counters(all, "recapd_reminders_total",
                                        "Reminders that went out, by kind.");
  Family<Counter> &helped =
      counters(all, "recapd_reminders_helped_total",
               "Times that what a kind of reminder asks for was done within a "
               "day after the session's last reminder.");
  Family<Counter> &money =
      counters(all, "recapd_ledger_minor_units_total",
               "Money of written ledger transfers in minor units, by kind and "
               "currency.");
  Gauge &leased =
      gauge(all, "recapd_leases_held", "Shards that this node leases.");
  Counter &leases_lost =
      counters(all, "recapd_leases_lost_total",
               "Shards that went to other nodes without being handed over.")
          .Add({});
  Family<Gauge> &lag =
      gauges(all, "recapd_feed_lag_events",
             "Events a sink has yet to get, counted to 10,000.");
  Gauge &held_back =
      gauge(all, "recapd_feed_held_back_events",
            "Events no sink gets before an open transaction ends, counted to "
            "10,000.");
  mutable std::mutex places_mutex;
  std::map<std::string, std::int64_t, std::less<>> places;  ///< by sink
  Family<Counter> &deliveries = counters(all, "recapd_webhook_deliveries_total",
                                         "Webhook messages by result.");
  Family<Counter> &mails =
      counters(all, "recapd_mails_total",
               "Mails handed in to the mail server, by what it said.");
  Family<Gauge> &mails_wait =
      gauges(all, "recapd_mails_waiting",
             "Notifications that wait to be sent as mail.");
  Counter &forwarded =
      counters(all, "recapd_forwarded_commands_total",
               "Commands handed by the database to the node that serves their "
               "session.")
          .Add({});
  Family<Counter> &relayed =
      counters(all, "recapd_relayed_commands_total",
               "Commands sent by HTTP to the node that serves their session; "
               "what is unanswered goes by the database after all.");
  Gauge &held_sessions =
      gauge(all, "recapd_webhook_sessions_held",
            "Sessions whose next message the webhook's receiver has not taken, "
            "while others' go on.");
  Family<Gauge> &nats =
      gauges(all, "recapd_nats_connected", "1 when the NATS server is there.");
  std::atomic<nats_state> nats_now{nats_state::none};
  Family<Counter> &letters =
      counters(all, "recapd_dead_letters_total",
               "Events that could not be taken at all, by code.");
  Histogram &command_time =
      histogram(all, "recapd_command_seconds",
                "From receipt of a command to its outcome.", seconds);
  Histogram &commit_size = histogram(all, "recapd_commit_size",
                                     "Commits in one group commit.", sizes);
  Histogram &commit_time =
      histogram(all, "recapd_commit_seconds",
                "How long the store took for a group commit.", seconds);
  Histogram &timer_late =
      histogram(all, "recapd_timer_late_seconds",
                "How long after its time a timer fired.", late_seconds);
  Gauge &in_flight = gauge(all, "recapd_commands_in_flight",
                           "Commands taken and not answered.");
  Family<Gauge> &resident = gauges(all, "recapd_sessions_resident",
                                   "Session actors in memory, by shard.");
  Gauge &timers = gauge(all, "recapd_timers_armed", "Timers held in memory.");
  Gauge &depth = gauge(all, "recapd_journal_depth",
                       "Commits that wait for the next group commit.");
  Gauge &loads = gauge(all, "recapd_reader_depth",
                       "Loads that went into the reader's last query.");
  Gauge &up = gauge(all, "recapd_database_up", "1 when the database answers.");
  Family<Gauge> &conditions = gauges(
      all, "recapd_condition",
      "1 for each of /readyz's reasons and warnings that hold, by code.");
  std::mutex raised_mutex;
  std::vector<Gauge *> raised;  ///< the gauges of the conditions that hold
  Gauge &ahead =
      gauge(all, "recapd_clock_ahead_seconds",
            "How far this node's clock is ahead of the database's, as far as a "
            "heartbeat can tell; behind: negative.");
  Gauge &connections =
      gauge(all, "recapd_http_connections", "Open HTTP connections.");
  Gauge &clients =
      gauge(all, "recapd_http_event_clients", "Clients of the event stream.");

  impl() {
    auto &by_type =
        counters(all, "recapd_commands_total", "Commands by type and outcome.");
    const auto add = [&](std::string_view type,
                         std::span<const std::string_view> ends) {
      auto &row = commands[std::string{type}];
      for (const auto outcome : ends)
        row.at(outcome_index(outcome)) = &by_type.Add(
            {{"type", std::string{type}}, {"outcome", std::string{outcome}}});
    };
    for (const auto type : workflows::command_types())
      add(type, outcomes);
    add(no_type, std::array<std::string_view, 1>{"refused"});
    auto &by_code = counters(all, "recapd_refusals_total",
                             "Refused commands by their first code.");
    for (const auto &entry : workflows::refusal_table) {
      const std::string code{entry.name};
      refusals.emplace(code, &by_code.Add({{"code", code}}));
    }
    set_sessions({});
    gauges(all, "recapd_build_info", "1; which program this is.")
        .Add({{"version", RECAPD_VERSION}, {"compiler", __VERSION__}})
        .Set(1);
    gauges(all, "recapd_rules",
           "1; whose rules days, weeks and characters are told by.")
        .Add({{"tzdata", workflows::time_zone_version()},
              {"unicode", workflows::unicode_version()}})
        .Set(1);
  }

  Histogram &time_of(std::string_view route) {
    const std::lock_guard lock{times_mutex};
    auto at = times.find(route);
    if (at == times.end())
      at = times
               .emplace(route, &request_time.Add(
                                   {{"route", std::string{route}}}, seconds))
               .first;
    return *at->second;
  }

  void count(std::string_view type, std::string_view outcome,
             std::string_view code) {
    if (type.starts_with("recapd.")) type.remove_prefix(7);
    auto row = commands.find(type);
    if (row == commands.end()) row = commands.find(no_type);
    if (auto *counter = row->second.at(outcome_index(outcome)))
      counter->Increment();
    if (const auto at = refusals.find(code); at != refusals.end())
      at->second->Increment();
  }

  void set_sessions(
      const std::vector<std::pair<std::string, std::int64_t>> &by_state) {
    std::map<std::string_view, std::int64_t> counts;
    for (const auto &[state, count] : by_state)
      counts[state] = count;
    for (std::size_t i = 0; i < workflows::session_status_count; ++i) {
      const auto state =
          workflows::to_string(static_cast<workflows::session_status>(i));
      sessions.Add({{"state", std::string{state}}})
          .Set(static_cast<double>(counts[state]));
    }
  }
};

metrics::metrics() : impl_{std::make_unique<impl>()} {}
metrics::~metrics() = default;

void metrics::command_done(std::string_view type, std::string_view outcome,
                           std::string_view code,
                           std::chrono::microseconds since_receipt) {
  impl_->count(type, outcome, code);
  impl_->command_time.Observe(in_seconds(since_receipt));
}

void metrics::command_rejected(std::string_view type, std::string_view code) {
  impl_->count(type, "refused", code);
}

void metrics::group_committed(std::size_t commits,
                              std::chrono::microseconds took) {
  impl_->commit_size.Observe(static_cast<double>(commits));
  impl_->commit_time.Observe(in_seconds(took));
}

void metrics::commit_refused(std::string_view fault) {
  impl_->commit_faults.Add({{"fault", std::string{fault}}}).Increment();
}

void metrics::session_moved(std::string_view from, std::string_view to) {
  if (!from.empty())
    impl_->sessions.Add({{"state", std::string{from}}}).Decrement();
  if (!to.empty())
    impl_->sessions.Add({{"state", std::string{to}}}).Increment();
}

void metrics::timer_fired(std::chrono::microseconds late) {
  impl_->timer_late.Observe(in_seconds(late));
}

void metrics::in_flight(std::size_t commands) {
  impl_->in_flight.Set(static_cast<double>(commands));
}
void metrics::resident_sessions(std::size_t shard, std::size_t sessions) {
  impl_->resident.Add({{"shard", std::to_string(shard)}})
      .Set(static_cast<double>(sessions));
}
void metrics::timers_armed(std::size_t timers) {
  impl_->timers.Set(static_cast<double>(timers));
}
void metrics::journal_depth(std::size_t commits) {
  impl_->depth.Set(static_cast<double>(commits));
}
void metrics::reader_depth(std::size_t loads) {
  impl_->loads.Set(static_cast<double>(loads));
}
void metrics::database_up(bool up) {
  impl_->up.Set(up ? 1 : 0);
}

void metrics::reminded(std::string_view kind) {
  impl_->reminders.Add({{"kind", std::string{kind}}}).Increment();
}
void metrics::reminder_helped(std::string_view kind) {
  impl_->helped.Add({{"kind", std::string{kind}}}).Increment();
}
void metrics::money_moved(std::string_view kind, std::string_view currency,
                          std::int64_t amount) {
  impl_->money
      .Add({{"kind", std::string{kind}}, {"currency", std::string{currency}}})
      .Increment(static_cast<double>(amount));
}
void metrics::leases(std::size_t held, std::size_t lost) {
  impl_->leased.Set(static_cast<double>(held));
  impl_->leases_lost.Increment(static_cast<double>(lost));
}
void metrics::untaken(const storage::untaken &now) {
  impl_->untaken.Set(static_cast<double>(now.commands));
  impl_->untaken_age.Set(in_seconds(now.oldest));
  impl_->open_letters.Set(static_cast<double>(now.dead_letters));
}
void metrics::queue(std::string_view name, std::int64_t sessions,
                    std::chrono::microseconds oldest) {
  const prometheus::Labels labels{{"queue", std::string{name}}};
  impl_->queues.Add(labels).Set(static_cast<double>(sessions));
  impl_->queue_ages.Add(labels).Set(in_seconds(oldest));
}

void metrics::clock_ahead(std::chrono::microseconds of_the_database) {
  impl_->ahead.Set(in_seconds(of_the_database));
}

void metrics::set_sessions(
    const std::vector<std::pair<std::string, std::int64_t>> &by_state) {
  impl_->set_sessions(by_state);
}

void metrics::http_request(std::string_view route, unsigned status,
                           std::optional<std::chrono::microseconds> took) {
  impl_->requests
      .Add({{"route", std::string{route}}, {"status", std::to_string(status)}})
      .Increment();
  if (took) impl_->time_of(route).Observe(in_seconds(*took));
}
void metrics::http_connections(int delta) {
  impl_->connections.Increment(delta);
}
void metrics::event_clients(int delta) {
  impl_->clients.Increment(delta);
}

void metrics::dead_letter(std::string_view code) {
  impl_->letters.Add({{"code", std::string{code}}}).Increment();
}

void metrics::conditions(const std::vector<actors::condition> &reasons,
                         const std::vector<actors::condition> &warnings) {
  const std::lock_guard lock{impl_->raised_mutex};
  for (auto *gauge : impl_->raised)
    impl_->conditions.Remove(gauge);
  impl_->raised.clear();
  const auto add = [this](const auto &all, const char *weight) {
    for (const auto &c : all) {
      auto &gauge =
          impl_->conditions.Add({{"code", c.code}, {"weight", weight}});
      gauge.Set(1);
      impl_->raised.push_back(&gauge);
    }
  };
  add(reasons, "reason");
  add(warnings, "warning");
}

void metrics::feed_at(std::string_view sink,
                      std::optional<std::int64_t> position) {
  const std::lock_guard lock{impl_->places_mutex};
  if (position) {
    impl_->places.insert_or_assign(std::string{sink}, *position);
    return;
  }
  const auto at = impl_->places.find(sink);
  if (at == impl_->places.end()) return;
  impl_->places.erase(at);
  impl_->lag.Remove(&impl_->lag.Add({{"sink", std::string{sink}}}));
}

std::vector<metrics::feed_place> metrics::feed_places() const {
  const std::lock_guard lock{impl_->places_mutex};
  return {impl_->places.begin(), impl_->places.end()};
}

void metrics::feed_lag(std::string_view sink, std::int64_t events) {
  const std::lock_guard lock{impl_->places_mutex};
  if (impl_->places.find(sink) == impl_->places.end()) return;
  impl_->lag.Add({{"sink", std::string{sink}}})
      .Set(static_cast<double>(events));
}

void metrics::feed_held_back(std::int64_t events) {
  impl_->held_back.Set(static_cast<double>(events));
}

void metrics::delivery(std::string_view result) {
  impl_->deliveries.Add({{"result", std::string{result}}}).Increment();
}

void metrics::mail_tried(std::string_view result) {
  impl_->mails.Add({{"result", std::string{result}}}).Increment();
}
void metrics::mails_waiting(std::int64_t notifications) {
  impl_->mails_wait.Add({}).Set(static_cast<double>(notifications));
}

void metrics::forwarded(std::size_t commands) {
  impl_->forwarded.Increment(static_cast<double>(commands));
}
void metrics::relayed(std::string_view result, std::size_t commands) {
  impl_->relayed.Add({{"result", std::string{result}}})
      .Increment(static_cast<double>(commands));
}
void metrics::sessions_held(std::size_t sessions) {
  impl_->held_sessions.Set(static_cast<double>(sessions));
}

void metrics::nats_connected(std::string_view link, bool connected) {
  impl_->nats.Add({{"link", std::string{link}}}).Set(connected ? 1 : 0);
}
void metrics::nats_commands(nats_state now) {
  impl_->nats_now = now;
  nats_connected("commands",
                 now != nats_state::none && now != nats_state::away);
}
nats_state metrics::nats_commands() const {
  return impl_->nats_now;
}

std::string metrics::text() const {
  return to_open_metrics(
      prometheus::TextSerializer{}.Serialize(impl_->all.Collect())
      + process_metrics());
}

}  // namespace recapd::gateway
