// The JSON forms of commands, events, sessions; the wire's and the store's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/system/result.hpp>
#include <span>
#include <string>
#include <string_view>

#include "workflows/policy.hpp"
#include "workflows/session/changes.hpp"

namespace recapd::workflows {

/// The types that parse_command knows, in the order of `command`'s
/// alternatives.
[[nodiscard]] std::span<const std::string_view> command_types();

/// The command types of the contract without `recapd.`, e.g.
/// `session.schedule`. Reads and checks `data`: an unknown, missing or
/// ill-typed member gives a sentence that says which and what was expected. A
/// whole number out of range of `minutes` is not an error here (decide answers
/// `invalid-minutes`); `hours` is. Errors are texts for `malformed`.
[[nodiscard]] boost::system::result<command, std::string>
parse_command(std::string_view type, const boost::json::value &data);

/// The command's type as above (`timers.fire`, `session.settle` for the
/// engine's own) and its `data` in canonical form: what parse_command reads
/// back, members in a fixed order.
[[nodiscard]] std::string_view type_of(const command &c);
[[nodiscard]] boost::json::object to_json(const command &c);

[[nodiscard]] boost::json::object to_json(const recap &r);

/// An event's type, `session.scheduled`, `participant.accepted`, `time.logged`,
/// `recap.submitted` … (unique for each alternative), and its `data`.
[[nodiscard]] std::string_view type_of(const event_body &e);
[[nodiscard]] boost::json::object to_json(const event_body &e);
/// The same as text: what `serialize` would give, at a fraction of its cost.
[[nodiscard]] std::string to_text(const event_body &e);

/// The schema version that is written now (in each event's `data` as `v`).
inline constexpr int event_schema = 1;

/// Reads any version ever written. The error says what is wrong.
[[nodiscard]] boost::system::result<event_body, std::string>
parse_event(std::string_view type, const boost::json::value &data);

/// The whole state for the `sessions` row; parse_session reads it back:
/// parse_session(serialize(to_row(s))) == s.
[[nodiscard]] boost::json::object to_row(const session &s);
/// The same as text, cheaper than by way of the object.
[[nodiscard]] std::string to_row_text(const session &s);
[[nodiscard]] boost::system::result<session, std::string>
parse_session(const boost::json::value &row);

/// The contract's session object (`Session` of docs/openapi.json).
/// `now` counts a call that still runs.
[[nodiscard]] boost::json::object to_view(const session &s,
                                          const rules &decided_by, instant now);
/// The same as text, cheaper than by way of the object.
[[nodiscard]] std::string to_view_text(const session &s,
                                       const rules &decided_by, instant now);
/// Returns the part of that text that is stored of an outcome: what the
/// session's events up to its version do not tell at a glance; what has not
/// come about is left out. The database's view command_outcomes makes the whole
/// of it.
[[nodiscard]] std::string
to_stored_outcome(const session &s, const rules &decided_by, instant now);

}  // namespace recapd::workflows
