// Reads disbursements from their stored events.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>
#include <string>

#include "storage/store.hpp"

namespace recapd::storage {

/// Returns the disbursement to which events add up, up to a version; one that
/// does not exist where there are none. The events' `id` is its key.
[[nodiscard]] boost::system::result<workflows::disbursement, std::string>
fold_disbursement(const session_events &of,
                  int version = std::numeric_limits<int>::max());

}  // namespace recapd::storage
