// A real engine on a store in memory with a manual clock, and a server.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>

#include "actors/engine/engine.hpp"
#include "gateway/http/server.hpp"
#include "gateway/telemetry/metrics.hpp"
#include "http_client.hpp"
#include "storage/memory/store.hpp"

namespace recapd::gateway::test {

inline constexpr auto event_type = "application/cloudevents+json";
inline constexpr auto batch_type = "application/cloudevents-batch+json";

/// An event with every required attribute; `data` is JSON text.
[[nodiscard]] boost::json::object event(const std::string &id,
                                        const std::string &type,
                                        const std::string &session,
                                        const std::string &who,
                                        const std::string &data);
/// `session.schedule` for tutor ann, course math and the students bob (and
/// eve), starting at the world's first moment.
[[nodiscard]] boost::json::object schedule(const std::string &id,
                                           const std::string &session);
[[nodiscard]] std::string text(const boost::json::value &v);

/// Returns the header field of a bearer token.
[[nodiscard]] field_list as(const std::string &token);

/// 2026-11-23T14:00:00Z, a Monday.
[[nodiscard]] workflows::instant first_moment();

/// Everything in one process; nothing is mocked but the disk.
struct world {
  std::shared_ptr<storage::memory::database> database;
  std::shared_ptr<actors::manual_clock> time;
  std::shared_ptr<metrics> meters;
  config::settings settings;
  std::unique_ptr<actors::engine> engine;
  std::unique_ptr<http::server> server;

  /// The other settings are changed before serve().
  explicit world(config::auth_mode mode = config::auth_mode::trusted);
  ~world();
  world(const world &) = delete;
  world &operator=(const world &) = delete;

  /// Makes the engine anew; it loses the first command `c-lost` once.
  void lose_one();
  void serve(http::tuning tuning = {});
  [[nodiscard]] http_client connect() const;
  [[nodiscard]] std::unique_ptr<storage::store> store() const;

  /// Posts an event, by a connection of its own.
  [[nodiscard]] answer submit(const boost::json::object &e) const;
  /// A session that bob has accepted, so that ann may log time.
  void ready_session(const std::string &session) const;
  void stop();
};

}  // namespace recapd::gateway::test
