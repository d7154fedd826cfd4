// SPDX-License-Identifier: Apache-2.0
#include "storage/event_reading.hpp"

#include <boost/json/parse.hpp>

#include "workflows/json/session.hpp"
#include "workflows/session/evolve.hpp"

namespace recapd::storage {

namespace wf = workflows;

std::optional<boost::json::value> parsed(const std::string &text) {
  boost::system::error_code error;
  auto value = boost::json::parse(text, error);
  if (error) return std::nullopt;
  return value;
}

boost::system::result<wf::event, std::string> to_event(const event_row &row) {
  const auto unreadable = [&](const std::string &why) {
    return "event " + std::to_string(row.seq) + " cannot be read: " + why;
  };
  const auto data = parsed(row.data);
  if (!data) return unreadable("its data is not JSON");
  auto what = wf::parse_event(row.type, *data);
  if (!what.has_value()) return unreadable(what.error());
  const auto by = wf::parse_person(row.by);
  if (!by) return unreadable("`" + row.by + "` is nobody");
  return wf::event{.seq = row.seq, .at = row.at, .by = *by, .what = *what};
}

boost::system::result<void, std::string>
move_to(wf::session &s, const session_events &of, int version) {
  while (s.version < version) {
    const auto next = static_cast<std::size_t>(s.version);
    if (next >= of.events.size() || of.events[next].seq != s.version + 1)
      return "there is no event " + std::to_string(s.version + 1);
    const auto e = to_event(of.events[next]);
    if (!e.has_value()) return e.error();
    s = wf::evolve(std::move(s), *e);
  }
  return {};
}

boost::system::result<wf::session, std::string> fold(const session_events &of) {
  wf::session s;
  s.id = of.id;
  const auto moved = move_to(s, of, static_cast<int>(of.events.size()));
  if (!moved.has_value()) return {boost::system::in_place_error, moved.error()};
  return s;
}

}  // namespace recapd::storage
