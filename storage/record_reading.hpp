// Record reading: from the rows about a session to what a replay takes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>
#include <string>

#include "storage/store.hpp"
#include "workflows/whatif/record.hpp"

namespace recapd::storage {

/// Returns the record of a session, in the order in which it was decided. The
/// error is a clause that says which row cannot be read.
[[nodiscard]] boost::system::result<workflows::session_record, std::string>
to_record(const recorded_session &of);

}  // namespace recapd::storage
