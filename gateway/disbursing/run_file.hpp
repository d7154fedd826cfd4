// A run's file: what is to be paid, for who pays by lists.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "storage/store.hpp"

namespace recapd::gateway::disbursing {

/// The columns of a run's file.
[[nodiscard]] const std::vector<std::string> &run_columns();

/// Writes `RUN.csv` with a line for each of the run's disbursements. The file
/// is complete or not there at all, whatever happens meanwhile; written again
/// it is the same. Throws std::runtime_error where it cannot be written, and
/// storage_error.
void write_run_file(const std::filesystem::path &folder,
                    const storage::run_row &run, storage::store &from);

}  // namespace recapd::gateway::disbursing
