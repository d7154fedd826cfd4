// OpenMetrics 1.0 text out of Prometheus' older text format.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace recapd::gateway {

inline constexpr std::string_view open_metrics_type =
    "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Returns what prometheus-cpp writes (text format 0.0.4) as OpenMetrics: a
/// counter's family is named without `_total`, a bucket's bound has a fraction,
/// and the text ends with `# EOF`.
[[nodiscard]] std::string to_open_metrics(std::string_view text);

}  // namespace recapd::gateway
