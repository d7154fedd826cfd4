// SPDX-License-Identifier: Apache-2.0
#include "gateway/oidc/fetch.hpp"

#include "gateway/wire/curl.hpp"

namespace recapd::gateway::oidc {
namespace {

std::size_t take(char *bytes, std::size_t, std::size_t count, void *to) {
  auto &body = *static_cast<std::string *>(to);
  if (body.size() + count > max_answer_bytes) return 0;
  body.append(bytes, count);
  return count;
}

int stopped(void *stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return *static_cast<const std::atomic<bool> *>(stop) ? 1 : 0;
}

void set_up(CURL *curl, const question &what, const curl_fields &fields,
            std::string &body, const std::atomic<bool> &stop) {
  curl_easy_setopt(curl, CURLOPT_URL, what.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
                   what.url.starts_with("https:") ? "https" : "http");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT,
                   static_cast<long>(what.bound.count()));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields.get());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &stopped);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stop);
  if (what.form.empty()) return;
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, what.form.c_str());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE,
                   static_cast<long>(what.form.size()));
}

}  // namespace

fetched fetch(const question &what, const std::atomic<bool> &stop) {
  start_curl();
  const curl_handle curl{curl_easy_init(), &curl_easy_cleanup};
  if (!curl) return no_answer{"libcurl does not start"};
  auto lines = what.fields;
  lines.emplace_back("Accept: application/json");
  const auto fields = fields_of(lines);
  std::string body;
  set_up(curl.get(), what, fields, body, stop);
  const auto done = curl_easy_perform(curl.get());
  if (done == CURLE_WRITE_ERROR)
    return no_answer{"answers more than " + std::to_string(max_answer_bytes)
                     + " bytes"};
  if (done != CURLE_OK)
    return no_answer{std::string{"does not answer: "}
                     + curl_easy_strerror(done)};
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200)
    return no_answer{"answers " + std::to_string(status), status};
  return fetched{boost::system::in_place_value, std::move(body)};
}

}  // namespace recapd::gateway::oidc
