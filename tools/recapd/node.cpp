// SPDX-License-Identifier: Apache-2.0
#include "tools/recapd/node.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include "gateway/disbursing/run_file.hpp"
#include "gateway/mail/unsubscribe.hpp"
#include "gateway/nats/mapping.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/cloudevent.hpp"
#include "storage/postgres/leases.hpp"
#include "storage/postgres/mail.hpp"
#include "storage/postgres/secret_keys.hpp"
#include "storage/postgres/store.hpp"

namespace recapd::tools {

namespace {

/// Returns the clock. A manual one goes on where that database's last stood,
/// else begins at the real time; inbox rows then get its time as their receipt.
std::shared_ptr<actors::clock> make_clock(config::clock_kind kind,
                                          storage::store &store) {
  if (kind == config::clock_kind::system) {
    store.save_manual_clock(std::nullopt);
    return std::make_shared<actors::confirmed_clock>();
  }
  const auto start =
      store.load_manual_clock().value_or(actors::wall_clock{}.now());
  store.save_manual_clock(start);
  return std::make_shared<actors::manual_clock>(start);
}

actors::engine_options options_of(const config::settings &s) {
  const auto &e = s.engine;
  actors::engine_options o;
  o.shards = static_cast<unsigned>(e.shards);
  o.workers = static_cast<unsigned>(e.workers);
  o.journals = static_cast<unsigned>(e.journals);
  o.readers = static_cast<unsigned>(e.readers);
  o.max_in_flight = static_cast<std::size_t>(e.max_in_flight);
  o.max_batch = static_cast<std::size_t>(e.max_batch);
  o.max_resident_sessions = static_cast<std::size_t>(e.max_resident_sessions);
  o.own_identities = s.auth != config::auth_mode::trusted;
  o.session_idle = std::chrono::milliseconds{e.session_idle_ms};
  o.statement = std::chrono::milliseconds{s.statement_ms};
  return o;
}

std::filesystem::path run_folder(const config::settings &s) {
  const auto &named = s.disbursements.folder;
  return named.empty() ? std::filesystem::path{s.data_dir} / "disbursements"
                       : std::filesystem::path{named};
}

/// Raises the bound of descriptors: every connection is one, and many a system
/// begins with 1,024.
void allow_descriptors(int connections) {
  constexpr rlim_t others = 512;  // databases, NATS, files, those rejected
  const auto wanted = static_cast<rlim_t>(connections) + others;
  rlimit now{};
  if (::getrlimit(RLIMIT_NOFILE, &now) != 0 || now.rlim_cur >= wanted) return;
  now.rlim_cur = std::min(wanted, now.rlim_max);
  if (::setrlimit(RLIMIT_NOFILE, &now) != 0 || now.rlim_cur < wanted)
    gateway::log_warn("there are fewer file descriptors than connections need",
                      {{"limit", std::to_string(now.rlim_cur)},
                       {"wanted", std::to_string(wanted)}});
}

std::string authority_of(const std::string &host, unsigned short port) {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string host_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return host.data();
}

/// Returns the node's name. A node that starts again on its data folder is the
/// same node, and has at once what it served before.
std::string name_of(const config::settings &s) {
  if (!s.name.empty()) return s.name;
  std::error_code none;
  // The name is the same whether the folder is there yet or not: of one that is
  // not, the canonical form of a relative path would be relative.
  auto folder = std::filesystem::weakly_canonical(
      std::filesystem::absolute(s.data_dir, none), none);
  if (!folder.has_filename()) folder = folder.parent_path();
  return host_name() + ":" + folder.string();
}

/// Returns true if the process runs; false, too, if it has ended and only waits
/// for its parent to notice.
bool runs(const std::string &pid) {
  std::ifstream in{"/proc/" + pid + "/stat"};
  std::string stat;
  if (!std::getline(in, stat)) return false;
  const auto state = stat.rfind(") ");
  return state != std::string::npos && stat.at(state + 2) != 'Z';
}

/// Returns the id of the living process that works under a node's name; empty:
/// none.
std::string holder_of(const std::string &name, const std::string &url) {
  const auto [table, now] = storage::postgres::open_leases(url)->look();
  const auto at = table.members.find(name);
  if (at == table.members.end() || at->second.expires_at <= now) return {};
  const auto &who = at->second.incarnation;
  const auto pid = who.substr(0, who.find('-'));
  return runs(pid) ? pid : std::string{};
}

/// Refuses a name under which another process works. A name belongs to the
/// process that took it last: that may take it from a dead one, but not by
/// mistake from one that works; one that drains gets as long to end as a lease
/// lasts.
void require_own_name(const config::settings &s) {
  if (!s.name.empty()) return;
  const auto name = name_of(s);
  const auto until =
      std::chrono::steady_clock::now() + std::chrono::milliseconds{s.lease_ms};
  auto pid = holder_of(name, s.database_url);
  if (pid.empty()) return;
  gateway::log_info("waiting for the process on this data folder to end",
                    {{"pid", pid}, {"data", s.data_dir}});
  while (std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    pid = holder_of(name, s.database_url);
    if (pid.empty()) return;
  }
  throw name_in_use{"process " + pid + " runs on this data folder ("
                    + s.data_dir
                    + ") and database: give each node a folder of its own "
                      "(--data), or a name (node.name)"};
}

/// Returns the name of another node whose lease has not run out; empty: none.
std::string other_live_node(const config::settings &s) {
  const auto own = name_of(s);
  const auto [table, now] =
      storage::postgres::open_leases(s.database_url)->look();
  for (const auto &[name, member] : table.members)
    if (name != own && member.expires_at > now) return name;
  return {};
}

/// Refuses another kind of clock than that by which living nodes of the
/// database work. One that has died lives until its lease ends: so long it is
/// waited for.
void require_common_clock(const config::settings &s) {
  const bool manual = s.clock == config::clock_kind::manual;
  if (storage::postgres::has_manual_clock(s.database_url) == manual) return;
  const auto until =
      std::chrono::steady_clock::now() + std::chrono::milliseconds{s.lease_ms};
  auto other = other_live_node(s);
  if (other.empty()) return;
  gateway::log_info("waiting for a node with another clock to end",
                    {{"node", other}});
  while (std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    other = other_live_node(s);
    if (other.empty()) return;
  }
  throw setting_error{
      "--clock: node " + other + " serves this database by "
      + (manual ? "the system's clock; a manual one is a single node's"
                : "a manual clock, which is a single node's")
      + ": end that node, or name another database"};
}

/// Returns where other nodes reach this one: as the settings say, else where it
/// listens, by the machine's name if that is on all its addresses.
std::string address_of(const config::settings &s, unsigned short port) {
  if (!s.address.empty() && s.address != "none") return s.address;
  const auto bound = config::parse_address(s.listen_host);
  const bool all = bound == config::parse_address("0.0.0.0")
                   || bound == config::parse_address("::");
  return authority_of(all ? host_name() : s.listen_host, port);
}

actors::sharing sharing_of(const config::settings &s,
                           const storage::postgres::endpoint &database,
                           std::string address,
                           const std::shared_ptr<gateway::relay::relay> &relay,
                           std::function<void(std::string)> leave) {
  actors::sharing out{
      .leases = [database] { return storage::postgres::open_leases(database); },
      .node = name_of(s),
      .address = std::move(address),
      .expiry = std::chrono::milliseconds{s.lease_ms},
      .clocks = {.served = std::chrono::milliseconds{s.max_clock_skew_ms}},
      .partitions =
          s.ingress == config::ingress_kind::nats ? s.nats_partitions : 0,
      .as_event = gateway::encode_structured,
      .leave = std::move(leave)};
  if (!relay) return out;
  out.secret = relay->self().secret;
  out.relay = [relay](const auto &to, const auto &what, const auto &done) {
    return relay->send(to, what, done);
  };
  out.live_nodes = [relay](const auto &live) { relay->know(live); };
  return out;
}

/// Refuses partitions that are not the server's. Where the server is away the
/// ingress looks when it is back.
void refuse_other_mapping(const config::settings &s) {
  if (s.ingress != config::ingress_kind::nats) return;
  try {
    gateway::nats::link link{s.nats_url, "recapd start " + name_of(s), s.nats};
    (void)gateway::nats::require_mapping(
        link, static_cast<unsigned>(s.nats_partitions));
  } catch (const gateway::nats::mapping_error &e) {
    throw setting_error{std::string{"ingress.nats_partitions: "} + e.what()};
  } catch (const gateway::nats::error &) {
  }
}

/// Refuses fewer partitions than shards: a shard that is smaller than a
/// partition would leave commands to nobody.
void refuse_few_partitions(const config::settings &s) {
  if (s.ingress != config::ingress_kind::nats) return;
  const auto shards =
      storage::postgres::open_leases(s.database_url)->look().first.shards;
  if (s.nats_partitions < shards)
    throw setting_error{
        "ingress.nats_partitions: expected at least the number of shards, "
        + std::to_string(shards) + ", not "
        + std::to_string(s.nats_partitions)};
}

void migrate(const std::string &url) {
  const auto notes = storage::postgres::migrate(url);
  for (const auto &what : notes.unsafe)
    gateway::log_warn(what, {});
  if (!notes.to_run.empty())
    gateway::log_warn("the role recapd_producer is not complete: somebody who "
                      "may make roles runs this in the database",
                      {{"sql", notes.to_run}});
}

gateway::http::bound_socket bind_to(const config::settings &s) try {
  return {s.listen_host, s.listen_port};
} catch (const std::runtime_error &e) {
  throw listen_error{e.what()};
}

/// Has mail begin with what happens from now on, where it never did.
void begin_mail(storage::store &store, const std::string &url) {
  if (store.load_sink(storage::mail_sink).version == 0)
    (void)storage::postgres::open_mail({url})->take(0, store.feed_end(), {});
}

/// Returns what takes what comes back of mail; null where none is sent.
std::shared_ptr<gateway::mail::replies>
replies_of(const config::settings &s,
           const storage::postgres::endpoint &database) {
  if (s.mail.smtp_url.empty()) return nullptr;
  const auto keys = [database] {
    return storage::postgres::open_secret_keys(database,
                                               gateway::mail::link_keys);
  };
  return std::make_shared<gateway::mail::replies>(gateway::mail::replies{
      .settings = s.mail,
      .keys = std::make_shared<gateway::oidc::key_ring>(
          keys, gateway::mail::link_life),
      .open = [database] { return storage::postgres::open_mail(database); }});
}

/// Returns the settings by which HTTP is served: other nodes, too, name the
/// host by which they reach this one.
config::settings served(config::settings s, const std::string &address) {
  if (const auto at = config::parse_authority(address))
    s.http.hosts.push_back(*at);
  return s;
}

std::shared_ptr<gateway::relay::relay>
relay_of(const config::settings &s, const std::string &address,
         gateway::metrics &meters,
         const storage::postgres::endpoint &database) {
  return std::make_shared<gateway::relay::relay>(
      storage::other_node{
          .name = name_of(s), .address = address, .secret = {}, .shards = {}},
      meters, gateway::relay::tuning{.answer = database.statement});
}

/// Tells which nodes commands cannot be posted to.
void watch_reach(gateway::relay::relay &to, actors::readiness &conditions) {
  to.watch([&conditions](const std::string &out_of_reach) {
    if (out_of_reach.empty()) return conditions.settle("nodes-apart");
    conditions.raise("nodes-apart", actors::weight::warning,
                     "Commands go to other nodes by the database, since they "
                     "are out of reach or this node is out of theirs: "
                         + out_of_reach + ". See node.address.");
  });
}

}  // namespace

node::node(const config::settings &s,
           std::function<void(std::string why)> leave)
    : meters_{std::make_shared<gateway::metrics>()} {
  migrate(s.database_url);
  require_own_name(s);
  require_common_clock(s);
  refuse_few_partitions(s);
  refuse_other_mapping(s);
  std::shared_ptr<actors::clock> time;
  {
    const auto store = storage::postgres::open_store(s.database_url);
    time = make_clock(s.clock, *store);
    meters_->set_sessions(store->count_by_state());
    if (!s.mail.smtp_url.empty()) begin_mail(*store, s.database_url);
  }
  const auto epochs = std::make_shared<storage::epoch_watch>();
  const storage::postgres::endpoint database{
      s.database_url, std::chrono::milliseconds{s.statement_ms}, epochs};
  auto socket = bind_to(s);
  const auto address = address_of(s, socket.port());
  if (s.address != "none") relay_ = relay_of(s, address, *meters_, database);
  engine_ = std::make_unique<actors::engine>(actors::engine::parts{
      .options = options_of(s),
      .stores = [database] { return storage::postgres::open_store(database); },
      .time = std::move(time),
      .reports = meters_,
      .policy = s.policy,
      .shared = sharing_of(s, database, address, relay_, std::move(leave)),
      .run_made =
          [folder = run_folder(s)](const storage::run_row &run,
                                   storage::store &from) {
            if (run.by == workflows::disbursement_way::file)
              gateway::disbursing::write_run_file(folder, run, from);
          },
      .epochs = epochs});
  allow_descriptors(s.http.max_connections);
  mail_replies_ = replies_of(s, database);
  try {
    http_ = std::make_unique<gateway::http::server>(
        *engine_, served(s, address), *meters_, gateway::http::tuning{},
        std::move(socket), relay_,
        [database] { return storage::postgres::open_secret_keys(database); },
        mail_replies_);
  } catch (const std::runtime_error &e) {
    throw listen_error{e.what()};
  }
  inbox_ = std::make_unique<gateway::inbox::ingress>(
      *engine_, database, *meters_,
      gateway::inbox::tuning{.outcomes_kept = s.retention.outcomes});
  if (!s.disbursements.http.url.empty())
    disbursements_ = std::make_unique<gateway::disbursing::sender>(
        *engine_, s.disbursements.http);
  if (!s.webhook.url.empty())
    webhook_ =
        std::make_unique<gateway::feed::webhook>(*engine_, s.webhook, *meters_);
  if (mail_replies_) start_mail(s);
  if (s.ingress == config::ingress_kind::nats) start_nats(s);
  feed_watch_ = std::make_unique<gateway::feed::watch>(
      database, [&conditions = engine_->conditions()](
                    std::optional<std::string> sentence) {
        if (!sentence) return conditions.settle("feed-held");
        conditions.raise("feed-held", actors::weight::warning,
                         std::move(*sentence));
      });
  if (relay_) watch_reach(*relay_, engine_->conditions());
  url_ = "http://" + authority_of(s.listen_host, http_->port());
}

void node::start_mail(const config::settings &s) try {
  mail_ = std::make_unique<gateway::mail::mail>(
      *engine_, s.mail, to_string(*s.http.public_url) + s.http.base_path,
      mail_replies_->open, mail_replies_->keys, *meters_);
} catch (const gateway::mail::template_error &e) {
  throw setting_error{std::string{"mail.templates: "} + e.what()};
}

void node::start_nats(const config::settings &s) {
  const auto name = name_of(s);
  nats_ = std::make_unique<gateway::nats::ingress>(
      *engine_,
      gateway::nats::settings{.url = s.nats_url,
                              .access = s.nats,
                              .node = name,
                              .partitions =
                                  static_cast<unsigned>(s.nats_partitions),
                              .replicas = s.nats_replicas},
      *meters_);
  nats_out_ = std::make_unique<gateway::nats::egress>(
      *engine_,
      gateway::nats::egress_settings{.url = s.nats_url,
                                     .access = s.nats,
                                     .node = name,
                                     .replicas = s.nats_replicas},
      *meters_);
}

node::~node() {
  stop();
}

node_health node::look(std::chrono::milliseconds bound) const {
  const auto health = engine_->status();
  const bool answers = engine_->answers(bound);
  return {.answers = answers,
          .line = "Listening on " + url_
                  + (!answers              ? "; its actors do not answer"
                     : !health.database_up ? "; the database is away"
                                           : "")
                  + "; " + std::to_string(health.in_flight)
                  + " commands in flight"};
}

void node::replace_tokens(const std::vector<config::token> &tokens) {
  http_->replace_tokens(tokens);
}

void node::stop() {
  // What is stopped at once comes first: another node begins with what this one
  // has saved when it takes bucket 0 over.
  feed_watch_.reset();
  if (disbursements_) disbursements_->stop();
  if (webhook_) webhook_->stop();
  if (mail_) mail_->stop();
  if (nats_out_) nats_out_->stop();
  if (engine_) engine_->leave();
  if (relay_) relay_->close();
  if (http_) http_->stop();
  if (inbox_) inbox_->stop();
  if (nats_) nats_->stop();
  if (engine_) engine_->drain();
  if (relay_) relay_->stop();
}

}  // namespace recapd::tools
