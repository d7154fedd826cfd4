// The JSON forms of disbursements and their events.
// SPDX-License-Identifier: Apache-2.0
#include "workflows/disbursement/disbursement.hpp"

#include "workflows/json/members.hpp"

namespace recapd::workflows {

namespace json = boost::json;

namespace {

constexpr std::string_view moved_prefix = "disbursement.";
constexpr int schema = 1;

/// Returns to which state an event of this type leads; nothing of others.
std::optional<disbursement_status> moves_to(std::string_view type) {
  if (!type.starts_with(moved_prefix)) return std::nullopt;
  return parse_disbursement_result(type.substr(moved_prefix.size()));
}

template <class T> T read_members(fields &in) {
  T out;
  member_reader m{in};
  T::each_member(m, out);
  return out;
}

disbursement_event_body read_body(std::string_view type, fields &in) {
  if (type == disbursement_opened::type)
    return read_members<disbursement_opened>(in);
  if (type == disbursement_mismatched::type)
    return disbursement_mismatched{read_members<report_result>(in)};
  disbursement_moved out{.to = *moves_to(type)};
  if (in.has("reason")) out.reason = in.text("reason");
  return out;
}

}  // namespace

std::string type_of(const disbursement_event_body &e) {
  if (std::holds_alternative<disbursement_opened>(e))
    return std::string{disbursement_opened::type};
  if (const auto *m = std::get_if<disbursement_moved>(&e))
    return std::string{moved_prefix}.append(to_string(m->to));
  return std::string{disbursement_mismatched::type};
}

std::string to_text(const disbursement_event_body &e) {
  std::string out;
  {
    text_writer to{out};
    to.put("v", schema);
    if (const auto *o = std::get_if<disbursement_opened>(&e))
      write_members{}(to, *o);
    else if (const auto *m = std::get_if<disbursement_mismatched>(&e))
      write_members{}(to, m->said);
    else if (const auto &moved = std::get<disbursement_moved>(e);
             !moved.reason.empty())
      to.put("reason", moved.reason);
  }
  return out;
}

bool is_disbursement_event(std::string_view type) {
  return type == disbursement_opened::type
         || type == disbursement_mismatched::type || moves_to(type);
}

boost::system::result<disbursement_event_body, std::string>
parse_disbursement_event(std::string_view type, const json::value &data) {
  using result = boost::system::result<disbursement_event_body, std::string>;
  if (!is_disbursement_event(type))
    return result{boost::system::in_place_error,
                  "type: expected an event's of disbursements"};
  field_error error;
  fields in{data, "data", error};
  static_cast<void>(in.whole("v", 1, schema));
  auto body = read_body(type, in);
  in.close();
  if (error.any()) return result{boost::system::in_place_error, error.text()};
  return body;
}

json::object to_view(const disbursement &d) {
  json::object out{{"id", d.id},
                   {"run", d.run},
                   {"program", d.program},
                   {"tutor", d.tutor},
                   {"amount", d.amount},
                   {"currency", d.currency},
                   {"transfers", d.transfers},
                   {"state", to_string(d.status)},
                   {"version", d.version},
                   {"opened_at", format_rfc3339(d.opened_at)},
                   {"changed_at", format_rfc3339(d.changed_at)}};
  out["by"] = d.by ? json::value(to_string(*d.by)) : json::value();
  out["reason"] = d.reason.empty() ? json::value() : json::value(d.reason);
  return out;
}

}  // namespace recapd::workflows
