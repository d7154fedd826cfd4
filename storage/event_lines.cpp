// SPDX-License-Identifier: Apache-2.0
#include "storage/event_lines.hpp"

#include <algorithm>
#include <utility>

namespace recapd::storage {

namespace {

/// Returns what comes before `end`, or all; takes both away from the text.
std::string_view take_until(std::string_view &text, char end) {
  const auto at = std::min(text.find(end), text.size());
  const auto taken = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return taken;
}

}  // namespace

event_lines to_lines(std::span<const event_row> events,
                     const event_origin &from) {
  event_lines out;
  for (const auto &e : events) {
    const bool of_command = e.by == from.who && e.command_source == from.source
                            && e.command_id == from.id;
    if (&e != &events.front()) {
      out.events += '\n';
      out.notifications += '\n';
    }
    out.events += e.type;
    out.events += '\t';
    if (!of_command) out.events += e.by;
    out.events += '\t';
    out.events += e.data;
    out.notifications += e.notifications;
  }
  if (out.notifications.size() + 1 == events.size()) out.notifications.clear();
  return out;
}

std::vector<event_row> read_lines(const event_lines &lines,
                                  const event_origin &from) {
  std::vector<event_row> out;
  std::string_view events = lines.events;
  std::string_view notifications = lines.notifications;
  int seq = from.before;
  do {
    auto line = take_until(events, '\n');
    event_row row{.seq = ++seq,
                  .type = std::string{take_until(line, '\t')},
                  .at = from.at,
                  .by = std::string{take_until(line, '\t')},
                  .data = std::string{line},
                  .notifications = std::string{take_until(notifications, '\n')},
                  .traceparent = from.traceparent,
                  .draw = from.draw};
    if (row.by.empty()) {
      row.by = from.who;
      row.command_source = from.source;
      row.command_id = from.id;
    }
    out.push_back(std::move(row));
  } while (!events.empty() || !notifications.empty());
  return out;
}

std::string addressed_to(std::string_view to) {
  return to.empty() ? std::string{} : R"("to":")" + std::string{to} + '"';
}

bool notifies(const event_row &event, std::string_view to) {
  const auto &told = event.notifications;
  return !told.empty() && told.find(addressed_to(to)) != std::string::npos;
}

}  // namespace recapd::storage
