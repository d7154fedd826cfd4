// Golden files: what a release wrote, and what each line of it means.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "workflows/session/changes.hpp"

namespace recapd::tests {

/// The JSON of each line of a file in this folder; empty without the file.
[[nodiscard]] std::vector<boost::json::value>
read_lines(const std::string &file);

/// A line of `events_vN.jsonl`: `{session,seq,type,at,by,data}`.
[[nodiscard]] workflows::event_body body_of(const boost::json::value &line);
[[nodiscard]] workflows::event event_of(const boost::json::value &line);

/// What each line of `events_v1.jsonl` says, in its order.
[[nodiscard]] std::vector<workflows::event_body> expected_v1();

}  // namespace recapd::tests
