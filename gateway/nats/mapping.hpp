// Whether the NATS server maps sessions to partitions as this node does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/nats/link.hpp"

namespace recapd::gateway::nats {

/// The server maps sessions to other partitions, or not at all: commands would
/// be consumed by nobody, or by a node that does not serve their session.
class mapping_error : public error {
public:
  using error::error;
};

/// Session ids whose partitions tell any two numbers of partitions apart.
[[nodiscard]] const std::vector<std::string> &probe_sessions();

/// What is wrong when a command for `session` arrives under `subject`; empty
/// when nothing is.
[[nodiscard]] std::string mapping_fault(std::string_view session,
                                        std::string_view subject,
                                        unsigned partitions);

/// Asks the server by messages that no stream keeps. False when it shows none
/// of them (no right to subscribe). Throws mapping_error, or error when
/// the server does not answer.
[[nodiscard]] bool require_mapping(link &link, unsigned partitions);

}  // namespace recapd::gateway::nats
