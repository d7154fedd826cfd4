// SPDX-License-Identifier: Apache-2.0
#include "gateway/wire/outgoing.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "workflows/time.hpp"

namespace recapd::gateway {
namespace {

namespace json = boost::json;

/// Returns a row's notifications; empty when it has none.
json::array stored_notifications(const storage::event_row &row) {
  if (row.notifications.empty()) return {};
  auto parsed = json::parse(row.notifications);
  auto *array = parsed.if_array();
  return array != nullptr ? std::move(*array) : json::array{};
}

json::value member(const json::value &notification, std::string_view name) {
  const auto *object = notification.if_object();
  const auto *found = object != nullptr ? object->if_contains(name) : nullptr;
  return found != nullptr ? *found : json::value{};
}

json::object envelope(const std::string &id, const std::string &type,
                      const storage::feed_row &of) {
  const auto &row = of.event;
  json::object out{{"specversion", "1.0"},
                   {"id", id},
                   {"source", "/recapd"},
                   {"type", type},
                   {"subject", workflows::plain_id(of.session)},
                   {"time", workflows::format_rfc3339(row.at)},
                   {"datacontenttype", "application/json"},
                   {"authid", row.by},
                   {"seq", row.seq}};
  if (!row.traceparent.empty()) out["traceparent"] = row.traceparent;
  return out;
}

/// Returns the event's id, which no other event has.
std::string event_id(const storage::feed_row &row) {
  auto id = std::string{workflows::plain_id(row.session)} + ":"
            + std::to_string(row.event.seq);
  if (row.event.draw != 0) id += fmt::format("-{:08x}", row.event.draw);
  return id;
}

json::value data_for(const workflows::viewer &to,
                     const storage::event_row &row) {
  if (row.data.empty()) return json::object{};
  auto data = json::parse(row.data);
  if (auto *members = data.if_object()) workflows::hide(*members, row.type, to);
  return data;
}

}  // namespace

json::object event_out(const storage::feed_row &row,
                       const workflows::viewer &to) {
  auto out = envelope(event_id(row), "recapd.event." + row.event.type, row);
  out["data"] = data_for(to, row.event);
  return out;
}

std::vector<json::object> notifications_out(const storage::feed_row &row) {
  std::vector<json::object> all;
  for (const auto &n : stored_notifications(row.event)) {
    const auto kind = member(n, "kind");
    auto out = envelope(
        event_id(row) + ":" + std::to_string(all.size()),
        "recapd.notify."
            + std::string{kind.is_string() ? kind.get_string().c_str() : ""},
        row);
    json::object data{{"to", member(n, "to")}};
    if (const auto more = member(n, "data"); more.is_object())
      for (const auto &m : more.get_object())
        data.insert(m);
    out["data"] = std::move(data);
    all.push_back(std::move(out));
  }
  return all;
}

std::vector<json::object> notification_views(const storage::feed_row &row,
                                             const workflows::viewer &to) {
  std::vector<json::object> all;
  for (const auto &n : stored_notifications(row.event)) {
    const auto kind = member(n, "kind");
    const bool shown = kind.is_string()
                       && workflows::shows_notification(kind.get_string(), to);
    auto &view = all.emplace_back();
    if (!shown) continue;
    const auto disbursement = workflows::disbursement_of(row.session);
    view = {
        {"id", event_id(row) + ":" + std::to_string(all.size() - 1)},
        {"kind", kind},
        {"to", member(n, "to")},
        {"session", disbursement ? json::value() : json::value(row.session)},
        {"at", workflows::format_rfc3339(row.event.at)},
        {"data", member(n, "data")}};
    if (disbursement) view["disbursement"] = *disbursement;
  }
  return all;
}

json::object history_view(const storage::event_row &row,
                          const workflows::viewer &to) {
  json::value command;
  if (!row.command_id.empty())
    command = {{"source", row.command_source}, {"id", row.command_id}};
  return {{"seq", row.seq},
          {"type", row.type},
          {"at", workflows::format_rfc3339(row.at)},
          {"by", row.by},
          {"command", std::move(command)},
          {"data", data_for(to, row)}};
}

}  // namespace recapd::gateway
