// Reading what commands, events and rows have in common.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "workflows/json/fields.hpp"
#include "workflows/json/session.hpp"
#include "workflows/json/write.hpp"
#include "workflows/session/session.hpp"

namespace recapd::workflows {

[[nodiscard]] modality read_modality(fields &in);
[[nodiscard]] participation read_participation(fields &in);

[[nodiscard]] schedule_session read_schedule(fields &in);

[[nodiscard]] std::vector<claim> read_claims(fields &in, std::string_view name);

[[nodiscard]] std::vector<counted_usage> read_counted(fields &in,
                                                      std::string_view name);

[[nodiscard]] transfer read_transfer(fields &in, std::string_view name);
[[nodiscard]] std::optional<transfer>
read_transfer_or_null(fields &in, std::string_view name);

/// Of an event or a row: none where there is no `flags`.
[[nodiscard]] flag_set read_flags(fields &in);

[[nodiscard]] reminder_progress read_reminders(fields &in,
                                               std::string_view name);

}  // namespace recapd::workflows
