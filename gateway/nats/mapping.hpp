// Whether the NATS server maps sessions to partitions as this node does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/nats/link.hpp"

namespace recapd::gateway::nats {

/// Says that the server maps sessions to other partitions, or not at all:
/// commands would be consumed by nobody, or not by the node that serves them.
class mapping_error : public error {
public:
  using error::error;
};

/// Returns session ids that tell any two numbers of partitions apart.
[[nodiscard]] const std::vector<std::string> &probe_sessions();

/// Returns what is wrong when a command for `session` arrives under `subject`;
/// empty when nothing is.
[[nodiscard]] std::string mapping_fault(std::string_view session,
                                        std::string_view subject,
                                        unsigned partitions);

/// Asks the server by messages that no stream takes. Returns false when it
/// shows none of them (no right to subscribe). Throws mapping_error, or error
/// when the server does not answer.
[[nodiscard]] bool require_mapping(link &link, unsigned partitions);

}  // namespace recapd::gateway::nats
