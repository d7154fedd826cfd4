// SPDX-License-Identifier: Apache-2.0
#include "gateway/mail/journal.hpp"

#include <boost/json/serialize.hpp>

#include "gateway/wire/outgoing.hpp"

namespace recapd::gateway::mail {

namespace json = boost::json;

std::optional<json::object> notification_of_row(storage::store &s,
                                                const storage::mail_row &row) {
  const auto found = s.history(row.session, row.seq - 1, {1});
  if (found.empty() || found.front().seq != row.seq) return std::nullopt;
  auto all = notifications_out({.position = row.position,
                                .session = row.session,
                                .event = found.front()});
  const auto at = static_cast<std::size_t>(row.index);
  if (at >= all.size() || text_at(all[at], "id") != row.id) return std::nullopt;
  return std::move(all[at]);
}

std::string receiver_of(const json::object &notification) {
  return text_at(notification.at("data").get_object(), "to");
}

std::string text_at(const json::object &of, std::string_view name) {
  const auto *found = of.if_contains(name);
  if (found == nullptr || !found->is_string()) return {};
  return std::string{std::string_view{found->get_string()}};
}

storage::dead_letter letter_of(const json::object &notification,
                               const std::string &reason,
                               workflows::instant now) {
  return {
      .event = json::serialize(notification),
      .reason = reason,
      .code = "refused",
      .ingress = storage::mail_sink,
      .received_at =
          workflows::parse_rfc3339(text_at(notification, "time")).value_or(now),
      .at = now,
      .origin =
          std::string{storage::mail_sink} + " " + text_at(notification, "id"),
      .direction = storage::letter_direction::out};
}

}  // namespace recapd::gateway::mail
