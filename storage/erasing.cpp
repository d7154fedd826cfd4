// SPDX-License-Identifier: Apache-2.0
#include "storage/erasing.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "storage/event_reading.hpp"
#include "workflows/json/session.hpp"
#include "workflows/session/erasure.hpp"

namespace recapd::storage {

namespace wf = workflows;
namespace json = boost::json;

namespace {

/// The members of a command's or an event's data whose texts name something.
/// All others may be what a person wrote, also in data of a wrong form.
constexpr std::array names_something{
    "tutor",    "student",  "students",  "course",   "program", "modality",
    "timezone", "currency", "starts_at", "deadline", "to",      "participant",
    "who",      "kind",     "owner",     "item",     "from",    "flags"};

bool erase_all(json::value &of);

bool erase_text(json::string &text) {
  if (text.empty() || text == wf::erased_text) return false;
  text = wf::erased_text;
  return true;
}

bool erase_members(json::object &of) {
  bool done = false;
  for (auto &member : of)
    if (std::ranges::find(names_something, member.key())
        == names_something.end())
      done = erase_all(member.value()) || done;
  return done;
}

bool erase_all(json::value &of) {
  if (auto *text = of.if_string()) return erase_text(*text);
  if (auto *object = of.if_object()) return erase_members(*object);
  bool done = false;
  if (auto *array = of.if_array())
    for (auto &one : *array)
      done = erase_all(one) || done;
  return done;
}

bool id_goes_on(std::string_view text) {
  return !text.empty() && wf::valid_id(text.substr(0, 1));
}

/// Returns true where a text that is no JSON says that the person sent it: by
/// its `authid`, or, without one, by naming the person at all.
bool is_sent_by(std::string_view text, std::string_view name) {
  constexpr std::string_view member = R"("authid")", between = " \t\r\n:\"";
  if (const auto at = text.find(member); at != text.npos) {
    text.remove_prefix(at + member.size());
    text.remove_prefix(std::min(text.find_first_not_of(between), text.size()));
    return text.starts_with(name) && !id_goes_on(text.substr(name.size()));
  }
  for (auto at = text.find(name); at != text.npos; at = text.find(name, at + 1))
    if (!id_goes_on(text.substr(at + name.size()))) return true;
  return false;
}

bool erase_notifications(std::string &text) {
  auto all = parsed(text);
  auto *list = all ? all->if_array() : nullptr;
  if (list == nullptr) return false;
  bool done = false;
  for (auto &one : *list) {
    auto *members = one.if_object();
    auto *data = members != nullptr ? members->if_contains("data") : nullptr;
    if (data != nullptr && data->is_object())
      done = wf::erase_texts(data->get_object()) || done;
  }
  if (done) text = json::serialize(*list);
  return done;
}

}  // namespace

bool erase_texts(event_row &row, const wf::person &who) {
  if (row.by != wf::to_string(who)) return false;
  auto e = to_event(row);
  if (!e.has_value()) throw std::runtime_error{e.error()};
  const bool told = erase_notifications(row.notifications);
  if (!wf::erase_texts(e->what)) return told;
  row.data = wf::to_text(e->what);
  return true;
}

bool erase_texts(std::string &outcome, const wf::person &who) {
  if (outcome.empty()) return false;
  auto value = parsed(outcome);
  auto *members = value ? value->if_object() : nullptr;
  auto *session =
      members != nullptr ? members->if_contains("session") : nullptr;
  if (session == nullptr || !session->is_object()
      || !wf::erase_recaps(session->get_object(), who))
    return false;
  outcome = json::serialize(*value);
  return true;
}

bool erase_from_message(std::string &text, const wf::person &who) {
  const auto name = wf::to_string(who);
  auto value = parsed(text);
  auto *event = value ? value->if_object() : nullptr;
  if (event == nullptr) {
    if (!is_sent_by(text, name)) return false;
    text = wf::erased_text;
    return true;
  }
  const auto *by = event->if_contains("authid");
  auto *data = event->if_contains("data");
  if (by == nullptr || !by->is_string() || by->get_string() != name
      || data == nullptr || !erase_all(*data))
    return false;
  const auto room = std::max(max_letter_bytes, text.size());
  text = json::serialize(*value);
  // Very many small texts: it cannot have been a command.
  if (text.size() > room) text = wf::erased_text;
  return true;
}

commit erasure_commit(std::string_view session, int version,
                      const erasure &what) {
  const wf::event_body told = wf::person_erased{.who = what.who};
  commit c;
  c.session = session;
  c.events.push_back({.seq = version + 1,
                      .type = std::string{wf::type_of(told)},
                      .at = what.at,
                      .by = wf::to_string(what.by),
                      .data = wf::to_text(told)});
  // Where a session stands is not changed, and so not written.
  c.before = standing{};
  c.after = standing{};
  return c;
}

}  // namespace recapd::storage
