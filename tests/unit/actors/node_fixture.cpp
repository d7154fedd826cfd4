// SPDX-License-Identifier: Apache-2.0
#include "node_fixture.hpp"

#include <boost/json/serialize.hpp>
#include <caf/send.hpp>
#include <functional>
#include <stdexcept>

#include "storage/event_reading.hpp"
#include "workflows/json/session.hpp"

namespace recapd::actors::test {

instant at(std::string_view text) {
  return wf::parse_rfc3339(text).value();
}

wf::recap recap_of(int characters) {
  return {.topics_covered = std::string(std::size_t(characters), 'x')};
}

submission command_of(std::string id, std::string session, std::string_view who,
                      wf::command what, instant received) {
  const auto text = std::string{who} + session + std::string{wf::type_of(what)}
                    + boost::json::serialize(wf::to_json(what));
  storage::digest content{};
  const auto hash = std::hash<std::string>{}(text);
  for (std::size_t i = 0; i < sizeof hash; ++i)
    content[i] = static_cast<std::uint8_t>(hash >> (8 * i));
  return {.source = "test",
          .id = std::move(id),
          .session = std::move(session),
          .by = wf::parse_person(who).value(),
          .received_at = received,
          .what = std::move(what),
          .content = content};
}

std::unique_ptr<storage::store> cluster::store() const {
  return storage::memory::open_store(database);
}

node_parts cluster::parts_of_a_node(engine_options options) {
  auto own = std::make_shared<store_hooks>();
  hooks.push_back(own);
  options.shards = 2;
  auto book = std::make_shared<policy_book>();
  auto first = store();
  first->save_manual_clock(time->now());
  book->begin(*first, policy);
  return {
      .base = {.options = options,
               .time = time,
               .reports = std::make_shared<telemetry>(),
               .policies = book},
      .stores = [db = database,
                 own] { return hook(storage::memory::open_store(db), own); },
      .where = blocking::cooperative};
}

void cluster::add_node(caf::actor_system &system, engine_options options) {
  nodes.push_back(spawn_node(system, parts_of_a_node(options)));
}

void cluster::add_sharing_node(caf::actor_system &system,
                               const std::string &name) {
  auto parts = parts_of_a_node({});
  parts.base.owned->set({}, ownership::time_point::max());
  parts.base.as_event = [](const submission &s) {
    return R"({"subject":")" + s.session + R"(","id":")" + s.id + R"("})";
  };
  parts.base.relay = relay;
  parts.base.clocks = clocks;
  parts.leases = lease_parts{
      .stores =
          [this] {
            return std::make_unique<storage::memory::leases>(
                leases, [this] { return lease_time; });
          },
      .who = {.node = name,
              .incarnation = name,
              .address = name,
              .secret = "secret of " + name,
              .joining = false,
              .leaving = false},
      .changed = [] {},
      .leave = [this,
                name](const std::string &) { told_to_leave.push_back(name); }};
  parts.leases->who.joining = true;
  (void)storage::beat(leases->table, parts.leases->who, lease_time);
  parts.leases->who.joining = false;
  nodes.push_back(spawn_node(system, parts));
}

std::string pending::word() const {
  if (!answered()) return "silence";
  const auto &a = **got;
  if (!a.has_value()) return std::string{to_string(a.error())};
  if ((*a).duplicate) return "duplicate";
  if ((*a).accepted) return "accepted";
  return std::string{wf::to_string((*a).code.value())};
}

pending send(const context_ptr &node, submission s) {
  pending p;
  auto item = std::make_shared<work>();
  item->done = reply<outcome>{[got = p.got](answer<outcome> a) {
    if (got->has_value()) throw std::logic_error("answered twice");
    got->emplace(std::move(a));
  }};
  item->what = std::move(s);
  const auto &shard = node->shard_of(item->what.session);
  caf::anon_send(shard, take_work{std::move(item)});
  return p;
}

std::string state_of(storage::store &store, const std::string &session) {
  const storage::session_version which{.session = session};
  const auto found = store.load_events({&which, 1}).front();
  if (found.events.empty()) return "none";
  const auto s = storage::fold(found);
  return s.has_value() ? std::string{wf::to_string(s->status)} : s.error();
}

}  // namespace recapd::actors::test
