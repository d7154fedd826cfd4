// Whole nodes on CAF's test coordinator: one thread, virtual time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/actor_system.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/clock.hpp"
#include "actors/engine/engine.hpp"
#include "actors/node.hpp"
#include "hooked_store.hpp"
#include "storage/memory/leases.hpp"
#include "storage/memory/store.hpp"

namespace recapd::actors::test {

using namespace std::chrono_literals;
namespace wf = workflows;

/// Precondition: RFC 3339.
[[nodiscard]] instant at(std::string_view text);
inline const instant start = at("2026-11-23T14:30:00Z");

[[nodiscard]] wf::recap recap_of(int characters);

/// A command as an ingress would hand it over. `who` is `role:id`; its identity
/// is (`test`, `id`), its content follows from type, who and data.
[[nodiscard]] submission command_of(std::string id, std::string session,
                                    std::string_view who, wf::command what,
                                    instant received);

/// One database and any number of nodes on it.
struct cluster {
  std::shared_ptr<storage::memory::database> database =
      storage::memory::make_database();
  std::shared_ptr<manual_clock> time = std::make_shared<manual_clock>(start);
  wf::policy policy;
  std::vector<context_ptr> nodes;
  std::vector<std::shared_ptr<store_hooks>> hooks;
  std::shared_ptr<storage::memory::shared_leases> leases =
      std::make_shared<storage::memory::shared_leases>();
  instant lease_time = start;              ///< by which leases expire
  std::shared_ptr<clock_watch> clocks;     ///< of nodes that are added
  std::vector<std::string> told_to_leave;  ///< names
  relay_function relay;                    ///< of nodes that share
  int ids = 0;

  [[nodiscard]] std::unique_ptr<storage::store> store() const;
  /// Spawns one more node, whose store calls go through the last of `hooks`.
  void add_node(caf::actor_system &system, engine_options options = {});
  /// Spawns one more node, which shares by leases under a name. The node serves
  /// nothing before its second heartbeat.
  void add_sharing_node(caf::actor_system &system, const std::string &name);

private:
  [[nodiscard]] node_parts parts_of_a_node(engine_options options);
};

/// What a command was answered with, once it is.
struct pending {
  std::shared_ptr<std::optional<answer<outcome>>> got =
      std::make_shared<std::optional<answer<outcome>>>();
  [[nodiscard]] bool answered() const { return got->has_value(); }
  /// `accepted`, `duplicate`, a refusal's code, a fault's name, `silence`.
  [[nodiscard]] std::string word() const;
  [[nodiscard]] const outcome &value() const { return *(**got); }
};

/// Sends it to the node; the caller runs the scheduler.
pending send(const context_ptr &node, submission s);

/// State of the session by what is stored, or `none`.
[[nodiscard]] std::string state_of(storage::store &store,
                                   const std::string &session);

}  // namespace recapd::actors::test
