// JSON of commands, events and sessions: the wire's and the journal's forms.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/system/result.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "workflows/policy.hpp"
#include "workflows/session/changes.hpp"
#include "workflows/session/evolve.hpp"
#include "workflows/session/facts.hpp"

namespace recapd::workflows {

/// Returns the types that parse_command knows, in the order of `command`'s
/// alternatives.
[[nodiscard]] std::span<const std::string_view> command_types();

/// Reads a command of one of the contract's types, which is named without
/// `recapd.`, such as `session.schedule`. An unknown, missing or ill-typed
/// member of `data` gives a sentence for `malformed` that says which it is and
/// what was expected. Minutes out of range are no error here, since decide
/// answers them with `invalid-minutes`; `hours` out of range are.
[[nodiscard]] boost::system::result<command, std::string>
parse_command(std::string_view type, const boost::json::value &data);

/// Return the command's type as parse_command takes it (`timers.fire` for the
/// engine's own) and its `data` in canonical form: what parse_command reads
/// back, members in a fixed order.
[[nodiscard]] std::string_view type_of(const command &c);
[[nodiscard]] boost::json::object to_json(const command &c);
/// Appends the text of the command's `data`, as `serialize` would give it.
void append_text(std::string &to, const command &c);

/// Returns the text of a refused command as a replay needs it: its type, its
/// `data` with figures in the place of each text that people wrote
/// (text_figures), and what it was refused on.
[[nodiscard]] std::string to_replay_text(const command &c,
                                         const refusal_basis &on);
/// Reads a text of to_replay_text. The error says what is wrong.
[[nodiscard]] boost::system::result<replay_command, std::string>
parse_replay_text(std::string_view text);

/// Return an event's type, unique for each alternative (`session.scheduled`,
/// `participant.accepted`, `time.logged` …), and its `data`.
[[nodiscard]] std::string_view type_of(const event_body &e);
[[nodiscard]] boost::json::object to_json(const event_body &e);
/// Returns the text of the event's `data`, as `serialize` would give it, at a
/// fraction of the cost.
[[nodiscard]] std::string to_text(const event_body &e);

/// The schema version that is written now, in each event's `data` as `v`.
inline constexpr int event_schema = 1;

/// Reads an event of any version ever written. The error says what is wrong.
[[nodiscard]] boost::system::result<event_body, std::string>
parse_event(std::string_view type, const boost::json::value &data);

/// To whom something of a session is shown. A student is shown neither pay nor
/// what other students wrote in their recaps: null, or no such member, stands
/// in its place.
struct viewer {
  std::string student = {};  ///< a student's id; empty: somebody else

  viewer() = default;
  explicit viewer(const person &who)
      : student{who.as == role::student ? who.id : ""} {}

  [[nodiscard]] bool sees_pay() const { return student.empty(); }
  [[nodiscard]] bool sees_recap_of(std::string_view whose) const {
    return student.empty() || student == whose;
  }
};

/// Returns the contract's session object (`Session` of docs/openapi.json). A
/// call that still runs counts up to `now`.
[[nodiscard]] boost::json::object to_view(const session &s,
                                          const rules &decided_by, instant now,
                                          const viewer &to = {});
/// Return the session object as text, cheaper than by way of the object; with
/// the session's next timer where that is known.
[[nodiscard]] std::string to_view_text(const session &s,
                                       const rules &decided_by, instant now,
                                       const viewer &to = {});
[[nodiscard]] std::string to_view_text(const session &s,
                                       const std::optional<due_timer> &next,
                                       const rules &decided_by, instant now,
                                       const viewer &to = {});

/// Takes out of an event's `data`, whose type is named, what the viewer is not
/// shown.
void hide(boost::json::object &data, std::string_view type, const viewer &from);
/// Returns false for notifications that the viewer is not shown.
[[nodiscard]] bool shows_notification(std::string_view kind, const viewer &to);
}  // namespace recapd::workflows
