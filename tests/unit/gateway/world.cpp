// SPDX-License-Identifier: Apache-2.0
#include "world.hpp"

#include <atomic>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "tests/support/forwarding_store.hpp"

namespace recapd::gateway::test {

namespace json = boost::json;

namespace {

/// Does not take the first command `c-lost`.
class losing_store final : public storage::test::forwarding_store {
public:
  losing_store(std::unique_ptr<storage::store> inner,
               std::shared_ptr<std::atomic<bool>> loses)
      : inner_{std::move(inner)}, loses_{std::move(loses)} {}

  std::vector<std::optional<storage::fault>>
  append(std::span<const storage::commit> commits) override {
    std::vector<std::optional<storage::fault>> fates;
    for (const auto &c : commits)
      fates.push_back(c.outcome && c.outcome->id == "c-lost"
                              && loses_->exchange(false)
                          ? storage::fault::unavailable
                          : inner_->append({&c, 1}).front());
    return fates;
  }

private:
  storage::store &reached() override { return *inner_; }
  std::unique_ptr<storage::store> inner_;
  std::shared_ptr<std::atomic<bool>> loses_;
};

}  // namespace

json::object event(const std::string &id, const std::string &type,
                   const std::string &session, const std::string &who,
                   const std::string &data) {
  return {{"specversion", "1.0"},     {"id", id},           {"source", "/test"},
          {"type", "recapd." + type}, {"subject", session}, {"authid", who},
          {"data", json::parse(data)}};
}

json::object schedule(const std::string &id, const std::string &session) {
  return event(id, "session.schedule", session, "tutor:ann",
               R"({"tutor":"ann","course":"math","modality":"online",
                   "starts_at":"2026-11-23T14:00:00Z","students":["bob"]})");
}

std::string text(const json::value &v) {
  return json::serialize(v);
}

field_list as(const std::string &token) {
  return {{"Authorization", "Bearer " + token}};
}

workflows::instant first_moment() {
  return *workflows::parse_rfc3339("2026-11-23T14:00:00Z");
}

world::world(config::auth_mode mode)
    : database{storage::memory::make_database()},
      time{std::make_shared<actors::manual_clock>(first_moment())},
      meters{std::make_shared<metrics>()} {
  store()->save_manual_clock(first_moment());
  settings.listen_port = 0;
  settings.auth = mode;
  settings.clock = config::clock_kind::manual;
  actors::engine_options options;
  options.workers = 1;
  options.shards = 2;
  options.own_identities = mode != config::auth_mode::trusted;
  engine = std::make_unique<actors::engine>(actors::engine::parts{
      .options = options,
      .stores = [db = database] { return storage::memory::open_store(db); },
      .time = time,
      .reports = meters,
      .policy = settings.policy});
}

world::~world() {
  stop();
}

void world::lose_one() {
  auto loses = std::make_shared<std::atomic<bool>>(true);
  engine = std::make_unique<actors::engine>(
      actors::engine::parts{.options = {.shards = 2, .workers = 1},
                            .stores =
                                [db = database, loses] {
                                  return std::make_unique<losing_store>(
                                      storage::memory::open_store(db), loses);
                                },
                            .time = time,
                            .reports = meters,
                            .policy = settings.policy});
}

void world::serve(http::tuning tuning) {
  server = std::make_unique<http::server>(*engine, settings, *meters, tuning);
}

http_client world::connect() const {
  return http_client{server->port()};
}

std::unique_ptr<storage::store> world::store() const {
  return storage::memory::open_store(database);
}

answer world::submit(const json::object &e) const {
  return connect().post("/v1/commands", event_type, text(e));
}

void world::ready_session(const std::string &session) const {
  (void)submit(schedule(session + "-1", session));
  (void)submit(event(session + "-2", "participant.accept", session,
                     "student:bob", R"({"student":"bob"})"));
}

void world::stop() {
  if (server) server->stop();
}

}  // namespace recapd::gateway::test
