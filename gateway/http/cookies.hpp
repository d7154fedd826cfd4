// Cookies: which ones a request brought, and how they are set.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/http/request.hpp"
#include "gateway/http/sites.hpp"

namespace recapd::gateway::http {

/// The cookie of who is signed in.
inline constexpr std::string_view session_cookie = "recapd";

/// Returns the name of the cookie of a sign-in that was begun, by its state:
/// two that are under way in one browser do not take each other's.
[[nodiscard]] std::string login_cookie(std::string_view state);

/// Where a cookie goes: by TLS only or not, and below which path of the host.
struct cookie_site {
  bool secure = false;
  std::string path = "/";
};

/// Returns where the cookies of this node's sign-in go; there has to be one.
[[nodiscard]] cookie_site cookie_site_of(const services &s);

/// Returns what a cookie is called: where it is for TLS only, a name by which
/// nobody without TLS can set it and, where it is for all of the host, no other
/// host either.
[[nodiscard]] std::string cookie_name(std::string_view name,
                                      const cookie_site &site);

/// Returns the names of the cookies of sign-ins that were begun, as
/// set_cookie() takes them.
[[nodiscard]] std::vector<std::string>
login_cookies_in(std::string_view header, const cookie_site &site);

/// Returns the value of the first cookie of that name; an empty one if there is
/// none.
[[nodiscard]] std::string_view cookie_in(std::string_view header,
                                         std::string_view name);

/// Returns the value of `Set-Cookie`: scripts do not see it, and other sites'
/// pages do not send it along. With no life it is taken back.
[[nodiscard]] std::string set_cookie(std::string_view name,
                                     std::string_view value,
                                     const cookie_site &site,
                                     std::chrono::seconds life);

/// Returns true if a cookie that came with a request counts: other sites' pages
/// make a browser send it, too. To read, no page may be foreign or listed; to
/// change something, the page has to be this site's.
[[nodiscard]] bool cookie_counts(std::string_view method, page from,
                                 header_list headers);

/// Returns a 403 to a request whose cookie does not count.
[[nodiscard]] response foreign_cookie();

}  // namespace recapd::gateway::http
