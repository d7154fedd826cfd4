// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/shell.hpp"

#include "config/places.hpp"
#include "gateway/wire/digest.hpp"

namespace recapd::gateway::http {
namespace {

constexpr std::string_view comment = "<!-- recapd:meta -->";

std::string meta(std::string_view name, std::string_view content) {
  return "<meta name=\"recapd-" + std::string{name} + "\" content=\""
         + std::string{content} + "\">";
}

std::string etag_of(std::string_view text) {
  constexpr auto digits = "0123456789abcdef";
  constexpr std::size_t bytes = 12;
  const auto digest = sha256_of(text);
  std::string out{"\""};
  for (std::size_t i = 0; i < bytes; ++i) {
    out += digits[digest.at(i) >> 4];
    out += digits[digest.at(i) & 15];
  }
  return out + "\"";
}

std::string with_head(std::string_view document, const std::string &head) {
  std::string text{document};
  if (const auto at = text.find(comment); at != std::string::npos)
    text.replace(at, comment.size(), head);
  return text;
}

std::string_view name_of(config::auth_mode mode) {
  switch (mode) {
  case config::auth_mode::oidc:
    return "oidc";
  case config::auth_mode::token:
    return "token";
  case config::auth_mode::trusted:
    break;
  }
  return "trusted";
}

}  // namespace

std::string head_elements(const config::settings &settings, bool manual_clock) {
  const auto &base = settings.http.base_path;
  const bool anybody = settings.auth == config::auth_mode::trusted
                       && config::is_loopback(settings.listen_host);
  return "<base href=\"" + base + "\">" + meta("auth", name_of(settings.auth))
         + meta("act-as", anybody ? "yes" : "no") + meta("base", base)
         + meta("clock", manual_clock ? "manual" : "system");
}

shell::document::document(std::string_view from, const std::string &head)
    : text{with_head(from, head)}, etag{etag_of(text)},
      file{.path = "/",
           .type = "text/html; charset=utf-8",
           .etag = etag,
           .plain = text} {}

shell::shell(const config::settings &settings, bool manual_clock)
    : pages_{shell_document, head_elements(settings, manual_clock)},
      docs_{docs_document, head_elements(settings, manual_clock)} {}

const page_file *shell::docs() const {
  return docs_.text.empty() ? nullptr : &docs_.file;
}

}  // namespace recapd::gateway::http
