// What the head of a request alone decides, before anything of its body is
// read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "gateway/http/request.hpp"

namespace recapd::gateway::http {

struct admission {
  std::optional<response> answer = std::nullopt;  ///< the head decides it
  bool ends = false;         ///< where the next request begins is not known
  field_list fields = {};    ///< that every answer to the request has
  std::size_t max_body = 0;  ///< bytes
};

/// What stands in a request line, and where the connection came to.
struct request_head {
  std::string_view target;
  unsigned version = 11;  ///< 10 or 11
  config::address came_to{};
};

/// Finds the route and who calls, and sets them in `r`, which has its method
/// and headers.
[[nodiscard]] admission admit_request(const services &s,
                                      const request_head &head, request &r);

/// 413.
[[nodiscard]] response too_large(std::size_t limit);

}  // namespace recapd::gateway::http
