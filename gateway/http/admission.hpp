// What the head of a request alone decides, before its body is read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "gateway/http/request.hpp"

namespace recapd::gateway::http {

struct admission {
  std::optional<response> answer = std::nullopt;  ///< what the head decides
  bool ends = false;         ///< the connection ends: no next request is found
  field_list fields = {};    ///< header fields of every answer to the request
  std::size_t max_body = 0;  ///< the most bytes of the body
};

/// What stands in a request line, and the address the connection came to.
struct request_head {
  std::string_view target;
  unsigned version = 11;  ///< 10 or 11
  config::address came_to{};
};

/// Finds the route and the caller, and sets them in `r`, which has its method
/// and headers. Returns what the head alone decides.
[[nodiscard]] admission admit_request(const services &s,
                                      const request_head &head, request &r);

/// Returns a 413.
[[nodiscard]] response too_large(std::size_t limit);

}  // namespace recapd::gateway::http
