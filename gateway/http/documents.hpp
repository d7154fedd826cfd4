// The published contract, embedded at build time from docs/.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace recapd::gateway::http {

extern const std::string_view openapi_document;   ///< docs/openapi.json
extern const std::string_view asyncapi_document;  ///< docs/asyncapi.json

}  // namespace recapd::gateway::http
