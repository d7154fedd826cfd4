// SPDX-License-Identifier: Apache-2.0
#include "gateway/mail/replies.hpp"

#include <boost/json/serialize.hpp>

#include "gateway/mail/journal.hpp"
#include "gateway/mail/message.hpp"
#include "gateway/mail/smtp_answer.hpp"
#include "gateway/wire/text.hpp"

namespace recapd::gateway::mail {
namespace {

/// Returns the row that a notification's id `SESSION:SEQ-DRAW:INDEX` tells of;
/// nothing where it is none.
std::optional<storage::mail_row> row_of(const std::string &id) {
  const auto first = id.find(':'), last = id.rfind(':');
  const auto event = std::string_view{id}.substr(first + 1, last - first - 1);
  const auto seq = parse_integer<int>(event.substr(0, event.find('-')));
  const auto index = parse_integer<int>(std::string_view{id}.substr(last + 1));
  const auto session = id.substr(0, first);
  if (first == last || !seq || !index || *seq < 1 || *index < 0
      || !workflows::valid_id(session))
    return std::nullopt;
  return storage::mail_row{.id = id,
                           .to = {},
                           .kind = {},
                           .session = session,
                           .seq = *seq,
                           .index = *index};
}

/// Returns the address to which mail for somebody goes now.
std::string address_now(const replies &by, storage::store &s,
                        const std::optional<workflows::person> &who) {
  if (!who) return by.settings.address.support;
  const auto row = s.load_person(*who);
  return row && !row->address.empty()
             ? row->address
             : config::address_by_pattern(by.settings, *who);
}

}  // namespace

std::optional<std::string> take_report(const replies &by, storage::store &s,
                                       const delivery_report &report,
                                       workflows::instant now) {
  const auto id = notification_of(report.message_id);
  const auto row = id ? row_of(*id) : std::nullopt;
  const auto event = row ? notification_of_row(s, *row) : std::nullopt;
  if (!event) return std::nullopt;
  auto to = receiver_of(*event);
  const auto who = workflows::parse_person(to);
  const auto address = address_now(by, s, who);
  if (!equal_no_case(address, report.recipient)) return std::nullopt;
  if (!equal_no_case(report.action, "failed")) return to;
  const auto words = without_address(report.words, address);
  by.open()->give_up(
      {.letters = {letter_of(
           *event, "The mail was taken and came back: " + words, now)},
       .who = who,
       .address = address,
       .since = {.at = now, .words = words}});
  return to;
}

}  // namespace recapd::gateway::mail
