// SPDX-License-Identifier: Apache-2.0
#include "workflows/refusal.hpp"

#include <algorithm>

namespace recapd::workflows {

std::optional<refusal_code> parse_refusal_code(std::string_view text) {
  const auto *i = std::ranges::find(refusal_table, text, &refusal_entry::name);
  if (i == refusal_table.end()) return std::nullopt;
  return i->code;
}

refusal of_another_student(refusal_code code) {
  return {.code = code,
          .detail = "A limit of another student of the session is reached."};
}

boost::json::object to_json(const refusal &r) {
  boost::json::object json;
  json["code"] = to_string(r.code);
  json["detail"] = r.detail;
  if (r.limit) {
    json["limit"] = r.limit->limit;
    json["used"] = r.limit->used;
    json["remaining"] = r.limit->remaining;
    json["period"] = r.limit->period;
    if (!r.limit->student.empty()) json["student"] = r.limit->student;
  }
  return json;
}

}  // namespace recapd::workflows
