// Event lines: the events of one commit as two texts, a line an event.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/store.hpp"

namespace recapd::storage {

/// What all events of one commit share.
struct event_origin {
  int before = 0;  ///< the session's version before the first event
  instant at{};
  std::string who = {};     ///< who sent the command, or the engine's name
  std::string source = {};  ///< the command's; empty where it is none
  std::string id = {};
  std::string traceparent = {};
  std::uint32_t draw = 0;  ///< as in event_row; drawn when they are written
};

/// Events as the journal has them. A line of `events` is an event's type, who
/// did it (empty: the origin's `who`, by its command) and its data, with tabs
/// between; one of `notifications` is a JSON text or empty.
struct event_lines {
  std::string events = {};
  std::string notifications = {};  ///< empty where no event has any
};

/// Returns the lines of events that have this origin.
[[nodiscard]] event_lines to_lines(std::span<const event_row> events,
                                   const event_origin &from);
/// Returns the events of lines; what is no line of to_lines gives events with
/// empty texts.
[[nodiscard]] std::vector<event_row> read_lines(const event_lines &lines,
                                                const event_origin &from);

/// Returns what the text of each notification to this person, or to `support`,
/// holds; empty for anybody.
[[nodiscard]] std::string addressed_to(std::string_view to);
/// Returns true if the event has a notification to them; empty: to anybody.
[[nodiscard]] bool notifies(const event_row &event, std::string_view to);

}  // namespace recapd::storage
