// What the head of a request alone decides, before anything of its body is
// read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "ingress/http_core.hpp"

namespace recapd::ingress {

struct admission {
  std::optional<response> refusal = std::nullopt;
  bool ends = false;         ///< where the next request begins is not known
  std::size_t max_body = 0;  ///< bytes
};

/// Finds the route and who calls, and sets them in `r`, which has its method
/// and headers. `version` is 10 or 11.
[[nodiscard]] admission admit_request(const services &s,
                                      std::string_view target, unsigned version,
                                      request &r);

/// 413.
[[nodiscard]] response too_large(std::size_t limit);

}  // namespace recapd::ingress
