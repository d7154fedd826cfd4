// Facts: what decide is told besides the state and the command.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "workflows/policy.hpp"
#include "workflows/programs.hpp"
#include "workflows/refusal.hpp"
#include "workflows/session/changes.hpp"

namespace recapd::workflows {

/// Who acts in what the engine does by itself.
inline const person engine_itself{.as = role::system, .id = "recapd"};

/// Returns true for what the engine does by itself, whichever command it goes
/// with.
[[nodiscard]] inline bool by_engine(const event_body &what) {
  return std::holds_alternative<session_missed>(what)
         || std::holds_alternative<reminder_sent>(what)
         || std::holds_alternative<session_paid>(what);
}

/// All that decide may know besides the state and the command.
struct facts {
  person by;            ///< who acts
  instant received_at;  ///< when the ingress got the command; decides deadlines
  instant now;          ///< when it is processed
  const rules *decided_by = nullptr;  ///< the session's own policy version
  int policy_version = 0;             ///< the version of `decided_by`
  /// What the limit actors answered to `claims(...)`: used so far, in the
  /// claims' order. Empty when they were not asked.
  std::vector<std::int64_t> used;
  /// The programmes in which `by` may act; null: all.
  const program_set *programs = nullptr;
  /// The figures of the command's recap, where its text is not there any more;
  /// null: they are counted.
  const text_figures *figures = nullptr;
};

/// Why a command was refused, in figures.
struct refused_for {
  refusal_code code = refusal_code::malformed;
  std::optional<std::int64_t> used;  ///< of a limit: what was counted then
  std::string student = {};          ///< whose the limit is, if one student's
  bool operator==(const refused_for &) const = default;

  static void each_member(auto &m, auto &r) {
    m.named("code", r.code, parse_refusal_code, "a refusal's code");
    if (m.there("used", r.used)) m.whole("used", *r.used, 0);
    if (m.there("student", r.student)) m.id("student", r.student);
  }
};

[[nodiscard]] std::vector<refused_for>
in_figures(const std::vector<refusal> &why);

/// What a command was refused on, and why.
struct refusal_basis {
  int version = 0;         ///< the session's, 0 where there was none
  int policy_version = 0;  ///< of the rules
  std::vector<refused_for> why = {};
  bool operator==(const refusal_basis &) const = default;

  static void each_member(auto &m, auto &b) {
    m.count("version", b.version, 0);
    m.count("policy_version", b.policy_version, 0);
    m.list("why", b.why);
  }
};

/// A refused command as it is kept for a replay: without what people wrote.
struct replay_command {
  command what;
  text_figures figures;  ///< of its recap, where it has one
  refusal_basis on;
  bool operator==(const replay_command &) const = default;
};

}  // namespace recapd::workflows
