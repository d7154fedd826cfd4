// JSON of what commands, events and rows have in common.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <vector>

#include "workflows/json_fields.hpp"
#include "workflows/session.hpp"
#include "workflows/session_json.hpp"

namespace recapd::workflows {

[[nodiscard]] modality read_modality(fields &in);
[[nodiscard]] participation read_participation(fields &in);

/// The members of `schedule_session`, for the command and the event alike.
void write_schedule(boost::json::object &to, const schedule_session &c);
[[nodiscard]] schedule_session read_schedule(fields &in);

[[nodiscard]] boost::json::value to_json(const std::vector<claim> &claims);
[[nodiscard]] std::vector<claim> read_claims(fields &in, std::string_view name);

[[nodiscard]] boost::json::value to_json(const std::vector<held_usage> &held);
[[nodiscard]] std::vector<held_usage> read_held(fields &in,
                                                std::string_view name);

[[nodiscard]] boost::json::value to_json(const transfer &t);
[[nodiscard]] transfer read_transfer(fields &in, std::string_view name);

[[nodiscard]] boost::json::value to_json(const reminder_progress &r);
[[nodiscard]] reminder_progress read_reminders(fields &in,
                                               std::string_view name);

/// The object, or null.
[[nodiscard]] boost::json::value
recap_or_null(const std::optional<recap> &written);

}  // namespace recapd::workflows
