// Submissions and outcomes: a command as the engine gets it, and its answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "storage/store.hpp"
#include "workflows/programs.hpp"
#include "workflows/refusal.hpp"
#include "workflows/session/changes.hpp"

namespace recapd::actors {

using workflows::instant;

/// A decoded, well-formed command, as an ingress hands it over.
struct submission {
  std::string source;  ///< with `id` and `scope` the command's identity
  std::string id;
  std::string session;  ///< CloudEvents subject
  workflows::person by;
  instant received_at;
  workflows::command what;
  storage::digest content{};     ///< a digest of type, subject, by and data
  std::string traceparent = {};  ///< empty: none
  std::optional<std::int64_t> inbox_seq = {};  ///< row to delete
  /// How long producers may read its outcome, once a client, not a node, has
  /// put it into the inbox; 0: it did not come so.
  std::chrono::seconds told_for{0};
  bool decided_here = false;  ///< by this node, whoever serves the session
  bool relayed = false;       ///< another node has handed it to this one
  /// Whose `source` and `id` are (storage::command_key). It is absent until the
  /// engine, which knows the node's mode, has taken the command.
  std::optional<std::string> scope = {};
  workflows::program_set programs = {};  ///< in which its sender may act

  [[nodiscard]] storage::command_key key() const {
    return {source, id, scope.value_or("")};
  }
};

/// What became of a command. It is durable when it is seen (except `id_reused`,
/// which is not stored).
struct outcome {
  std::string json;  ///< the contract's outcome object
  /// Where in `json` the value of `session` stands; in a refusal it is `null`.
  std::size_t session_at = 0;
  std::size_t session_size = 0;
  bool accepted = false;
  bool duplicate = false;
  /// The first refusal's code; absent of an accepted command.
  std::optional<workflows::refusal_code> code;
};

}  // namespace recapd::actors
