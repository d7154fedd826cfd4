// libcurl, as every sender of this process uses it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>
#include <memory>
#include <string>
#include <vector>

namespace recapd::gateway {

using curl_handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using curl_fields = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

/// Starts libcurl once, as it has to be before threads use it. Throws
/// std::runtime_error.
void start_curl();

/// Returns header fields from lines `Name: value`.
[[nodiscard]] curl_fields fields_of(const std::vector<std::string> &lines);

}  // namespace recapd::gateway
