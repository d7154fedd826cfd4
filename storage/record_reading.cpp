// SPDX-License-Identifier: Apache-2.0
#include "storage/record_reading.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "storage/event_reading.hpp"
#include "workflows/json/session.hpp"

namespace recapd::storage {

namespace wf = workflows;

namespace {

template <class T> using read = boost::system::result<T, std::string>;

read<wf::record_entry> read_entry(const recorded_row &row) {
  const auto wrong = [&](const std::string &why) {
    return read<wf::record_entry>{boost::system::in_place_error,
                                  "what was decided at "
                                      + wf::format_rfc3339(row.at)
                                      + " cannot be read: " + why};
  };
  auto by = wf::parse_person(row.who);
  if (!by) return wrong("`" + row.who + "` is nobody");
  wf::record_entry out{
      .at = row.at, .by = *std::move(by), .by_command = row.by_command};
  for (const auto &e : row.events) {
    auto event = to_event(e);
    if (!event.has_value()) return wrong(event.error());
    out.events.push_back(*std::move(event));
  }
  if (!row.events.empty()) return out;
  auto refused = wf::parse_replay_text(row.command);
  if (!refused.has_value()) return wrong(refused.error());
  out.refused = std::move(*refused);
  return out;
}

/// Returns where an entry stands among a session's: what was refused on a
/// version comes before the events that follow that version.
std::pair<int, bool> place_of(const wf::record_entry &e) {
  if (e.refused) return {e.refused->on.version, false};
  return {e.events.front().seq - 1, true};
}

/// Returns true for the row that stands for refused commands.
bool is_left_out(const recorded_row &row) {
  return row.events.empty() && row.command.empty();
}

}  // namespace

std::int64_t refused_bytes(const recorded_session &of) {
  std::int64_t sum = 0;
  for (const auto &row : of.rows)
    if (is_left_out(row))
      sum += most_refused_bytes + 1;
    else if (row.events.empty())
      sum += std::ssize(row.command) + refused_row_bytes;
  return sum;
}

read<wf::session_record> to_record(const recorded_session &of) {
  wf::session_record out{.id = of.id};
  out.entries.reserve(of.rows.size());
  for (const auto &row : of.rows) {
    if (is_left_out(row)) continue;
    auto entry = read_entry(row);
    if (!entry.has_value())
      return {boost::system::in_place_error, entry.error()};
    out.entries.push_back(*std::move(entry));
  }
  std::ranges::stable_sort(out.entries, {}, place_of);
  return out;
}

}  // namespace recapd::storage
