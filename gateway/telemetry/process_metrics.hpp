// What a process takes of its machine, by Prometheus' usual names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace recapd::gateway {

/// Returns this process's `process_…` metrics as Prometheus text: CPU time,
/// memory, descriptors, threads, when it began. What /proc does not tell is
/// left out.
[[nodiscard]] std::string process_metrics();

}  // namespace recapd::gateway
