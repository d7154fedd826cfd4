// Record reading: from the rows about a session to what a replay takes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>

#include "storage/store.hpp"
#include "workflows/whatif/record.hpp"

namespace recapd::storage {

/// What a refused command counts besides its text.
inline constexpr std::int64_t refused_row_bytes = 1024;
/// The most that is read of one session's refused commands. Where there are
/// more one row, the last, stands for them, with neither events nor a command.
inline constexpr std::int64_t most_refused_bytes = std::int64_t{64} << 20;

/// Returns what a session's refused commands count; more than
/// `most_refused_bytes` where they were left out.
[[nodiscard]] std::int64_t refused_bytes(const recorded_session &of);

/// Returns the record of a session, in the order in which it was decided. The
/// error is a clause that says which row cannot be read. Refused commands that
/// were left out are not in it.
[[nodiscard]] boost::system::result<workflows::session_record, std::string>
to_record(const recorded_session &of);

}  // namespace recapd::storage
