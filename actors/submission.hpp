// A command as it comes to the engine, and what became of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

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
  std::string source;  ///< with id and scope: the command's identity
  std::string id;
  std::string session;  ///< CloudEvents subject
  workflows::person by;
  instant received_at;
  workflows::command what;
  storage::digest content{};              ///< of type, subject, by and data
  std::string traceparent;                ///< or empty
  std::optional<std::int64_t> inbox_seq;  ///< deleted by the commit
  bool by_inbox = false;  ///< a client put it there, no other node
  bool here = false;      ///< executed by this node, whoever serves the session
  /// Whose `source` and `id` are (storage::command_key); absent until the
  /// engine has taken it, which knows the node's mode.
  std::optional<std::string> scope = {};
  workflows::program_set programs = {};  ///< that its sender may act in

  [[nodiscard]] storage::command_key key() const {
    return {source, id, scope.value_or("")};
  }
};

/// What became of a command. Durable when you see it (except `id_reused`,
/// which leaves no trace).
struct outcome {
  std::string json;  ///< the contract's outcome object
  /// Where in `json` the value of `session` stands; of a refusal it is `null`.
  std::size_t session_at = 0;
  std::size_t session_size = 0;
  bool accepted = false;
  bool duplicate = false;
  /// The first refusal's code; absent when accepted.
  std::optional<workflows::refusal_code> code;
};

}  // namespace recapd::actors
