// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/cookies.hpp"

#include "gateway/oidc/sign_in.hpp"
#include "gateway/wire/text.hpp"

namespace recapd::gateway::http {

namespace {

constexpr std::string_view login_prefix = "recapd-login-";

}  // namespace

std::string login_cookie(std::string_view state) {
  constexpr std::size_t told_apart = 16;
  return std::string{login_prefix} + std::string{state.substr(0, told_apart)};
}

cookie_site cookie_site_of(const services &s) {
  return {.secure = s.sign_in->secure(), .path = s.sign_in->home()};
}

std::string cookie_name(std::string_view name, const cookie_site &site) {
  const auto *const prefix = !site.secure       ? ""
                             : site.path == "/" ? "__Host-"
                                                : "__Secure-";
  return prefix + std::string{name};
}

std::vector<std::string> login_cookies_in(std::string_view header,
                                          const cookie_site &site) {
  std::vector<std::string> found;
  const auto prefix = cookie_name("", site).size();
  while (!header.empty()) {
    const auto end = std::min(header.find(';'), header.size());
    const auto one = trim(header.substr(0, end));
    if (one.starts_with(cookie_name(login_prefix, site)))
      found.emplace_back(one.substr(prefix, one.find('=') - prefix));
    header.remove_prefix(std::min(end + 1, header.size()));
  }
  return found;
}

std::string_view cookie_in(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const auto end = std::min(header.find(';'), header.size());
    const auto one = trim(header.substr(0, end));
    if (one.size() > name.size() && one.starts_with(name)
        && one[name.size()] == '=')
      return one.substr(name.size() + 1);
    header.remove_prefix(std::min(end + 1, header.size()));
  }
  return {};
}

std::string set_cookie(std::string_view name, std::string_view value,
                       const cookie_site &site, std::chrono::seconds life) {
  return cookie_name(name, site) + "=" + std::string{value}
         + "; Path=" + site.path + "; Max-Age=" + std::to_string(life.count())
         + "; HttpOnly; SameSite=Lax" + (site.secure ? "; Secure" : "");
}

bool cookie_counts(std::string_view method, page from, header_list headers) {
  if (from == page::own) return true;
  if (from != page::none) return false;
  if (method == "GET" || method == "HEAD") return true;
  for (const auto &[name, value] : headers)
    if (equal_no_case(name, "sec-fetch-site"))
      return trim(value) == "same-origin";
  return false;
}

response foreign_cookie() {
  return problem(403, "foreign-origin",
                 "A sign-in's cookie counts for this node's own pages only, "
                 "which say so by Origin or Sec-Fetch-Site; others send a "
                 "token.");
}

}  // namespace recapd::gateway::http
