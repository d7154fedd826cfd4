// SPDX-License-Identifier: Apache-2.0
#include "storage/event_reading.hpp"

#include <boost/json/parse.hpp>

#include "workflows/json/session.hpp"

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

}  // namespace recapd::storage
