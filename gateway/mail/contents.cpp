// SPDX-License-Identifier: Apache-2.0
#include "gateway/mail/contents.hpp"

#include <boost/json/array.hpp>
#include <optional>

#include "workflows/session/notices.hpp"
#include "workflows/time.hpp"
#include "workflows/wording.hpp"

namespace recapd::gateway::mail {
namespace {

namespace json = boost::json;
using workflows::person;
using workflows::role;

constexpr std::string_view type_begin = "recapd.notify.";

std::string text_in(const json::object &of, std::string_view name) {
  const auto *found = of.if_contains(name);
  if (found == nullptr || !found->is_string()) return {};
  return std::string{std::string_view{found->get_string()}};
}

std::optional<std::int64_t> number_in(const json::object &of,
                                      std::string_view name) {
  const auto *found = of.if_contains(name);
  if (found == nullptr || !found->is_int64()) return std::nullopt;
  return found->get_int64();
}

const json::object &data_of(const json::object &notification) {
  static const json::object none;
  const auto *data = notification.if_contains("data");
  return data != nullptr && data->is_object() ? data->get_object() : none;
}

std::string time_in(const json::object &data, std::string_view name,
                    const reader &whose) {
  const auto t = workflows::parse_rfc3339(text_in(data, name));
  return t ? workflows::human_time(*t, whose.zone) : std::string{};
}

std::string students_of(const json::object &data, const reader &whose) {
  std::string out;
  const auto *list = data.if_contains("students");
  if (list == nullptr || !list->is_array()) return out;
  for (const auto &one : list->get_array())
    if (one.is_string())
      (out += out.empty() ? "" : ", ") += whose.called(
          {.as = role::student, .id = std::string{one.get_string().c_str()}});
  return out;
}

void put_money(template_values &to, const json::object &data) {
  const auto currency = text_in(data, "currency");
  for (const auto *name : {"amount", "change"})
    if (const auto minor = number_in(data, name))
      to[name] = workflows::human_money(*minor, currency);
}

}  // namespace

std::string kind_of(const json::object &notification) {
  auto type = text_in(notification, "type");
  return type.starts_with(type_begin) ? type.substr(type_begin.size())
                                      : std::string{};
}

std::string link_of(std::string_view kind, std::string_view session,
                    const reader &whose) {
  // The tutor's own sessions, or the desk, are where people begin.
  if (workflows::tells_of_disbursement(kind)) return whose.site;
  auto page = whose.site + "sessions/" + std::string{session};
  if (kind == "tutor_recap_due" || kind == "tutor_recap_reminder"
      || kind == "support_reopened")
    return page + "/complete";
  if (kind == "student_recap_request" || kind == "student_recap_reminder")
    return page + "/recap";
  return page;
}

template_values values_of(const json::object &notification,
                          const reader &whose) {
  const auto &data = data_of(notification);
  const auto kind = kind_of(notification);
  const auto session = text_in(notification, "subject");
  const auto who = workflows::parse_person(whose.to);
  const bool student = who && who->as == role::student;
  template_values out{{"kind", kind},
                      {"session", session},
                      {"site", whose.site},
                      {"link", link_of(kind, session, whose)},
                      {"course", text_in(data, "course")},
                      {"tutor", whose.called({.as = role::tutor,
                                              .id = text_in(data, "tutor")})},
                      {"starts_at", time_in(data, "starts_at", whose)},
                      {"deadline", time_in(data, "deadline", whose)},
                      {"decision", text_in(data, "decision")},
                      {"note", text_in(data, "note")},
                      {"reason", text_in(data, "reason")},
                      {"message", text_in(data, "message")}};
  if (who) out["name"] = whose.called(*who);
  if (!who) out["to_staff"] = "yes";
  if (const auto minutes = number_in(data, "minutes"))
    out["minutes"] = workflows::human_minutes(*minutes);
  if (const auto hours = number_in(data, "hours"))
    out["hours"] = std::to_string(*hours);
  const auto *automatic = data.if_contains("automatic");
  if (automatic != nullptr && automatic->is_bool() && automatic->get_bool())
    out["automatic"] = "yes";
  const auto by = workflows::parse_person(text_in(data, "by"));
  const bool by_another_student =
      by && by->as == role::student && student && *by != *who;
  if (by && !by_another_student) out["by"] = whose.called(*by);
  if (by_another_student) out.erase("reason");
  if (student) return out;
  out["students"] = students_of(data, whose);
  put_money(out, data);
  return out;
}

}  // namespace recapd::gateway::mail
