// Answers as CSV or HTML, where the request prefers it to JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "gateway/http/request.hpp"

namespace recapd::gateway::http {

/// Returns true if the request's `Accept` would rather have CSV than JSON.
[[nodiscard]] bool prefers_csv(const request &r);
/// Returns true if the request's `Accept` names HTML, as a browser does that
/// goes to a page, and wants JSON no more.
[[nodiscard]] bool prefers_html(const request &r);
/// Returns a 406 for a request that takes CSV and no JSON of a route that has
/// none.
[[nodiscard]] std::optional<response> check_acceptable(const request &r);

/// Returns lines of CSV as the answer to `r`; where there is a next page, the
/// field `Link` has its target, with `next` as `after`.
[[nodiscard]] response csv_answer(const request &r, std::string lines,
                                  const std::string &next);

}  // namespace recapd::gateway::http
