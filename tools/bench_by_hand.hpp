// By hand: one statement and one transaction a step, from many clients, as an
// application without an engine does it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "tools/bench_rows.hpp"
#include "tools/load_client.hpp"

namespace recapd::bench {

/// Writes lessons 0 to `count`, each client one lesson at a time, step by step.
load_result write_by_hand(const std::string &database, const row_book &book,
                          const campus &where, std::size_t count,
                          std::size_t clients,
                          const load_client::progress &tell);

}  // namespace recapd::bench
