// The campus: a seeded plan of sessions, and of who sends what when.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/engine/engine.hpp"
#include "rng.hpp"
#include "workflows/policy.hpp"

namespace recapd::simulation {

using workflows::instant;

/// The way in which a command comes.
enum class ingress : std::uint8_t { http, inbox, broker };

/// One command as somebody means to send it.
struct planned {
  int number = 0;  ///< its place in the whole plan, also in a shrunk one
  instant at;
  ingress via = ingress::http;
  /// HTTP: how many clients send it; inbox, broker: how many rows or messages
  /// carry it.
  int copies = 1;
  /// Inbox: how long it lies there before anybody looks.
  std::chrono::microseconds lag{};
  /// Without `received_at`, which its receipt decides.
  actors::submission what;
};

struct plan {
  instant begin;
  workflows::policy policy;
  std::vector<planned> commands;  ///< by time
  std::size_t sessions = 0;
};

/// Returns a seed's plan: commands of every type, legal and not, doubled,
/// reordered, late.
[[nodiscard]] plan make_plan(std::uint64_t seed);

/// Returns a seed's policy; `variant` tells apart those that it has in turn.
[[nodiscard]] workflows::policy make_policy(std::uint64_t seed,
                                            std::uint64_t variant);

/// Returns the letter with which the person's texts begin in every plan, and no
/// other text does; nothing for who is in no plan.
[[nodiscard]] std::optional<char> mark_of(const workflows::person &who);

/// Returns one line that says what a command is.
[[nodiscard]] std::string describe(const actors::submission &s);

}  // namespace recapd::simulation
