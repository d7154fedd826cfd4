// SPDX-License-Identifier: Apache-2.0
#include "gateway/wire/curl.hpp"

#include <stdexcept>

namespace recapd::gateway {

void start_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw std::runtime_error{"libcurl does not start"};
}

curl_fields fields_of(const std::vector<std::string> &lines) {
  curl_slist *list = nullptr;
  for (const auto &line : lines)
    list = curl_slist_append(list, line.c_str());
  return {list, &curl_slist_free_all};
}

}  // namespace recapd::gateway
