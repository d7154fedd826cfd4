// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/page_answers.hpp"

#include <string>

#include "gateway/http/accepting.hpp"

namespace recapd::gateway::http {
namespace {

/// A file in one form, whose tag no other form of it has.
struct form {
  std::string_view bytes;
  std::string_view coding;  ///< of `Content-Encoding`; empty: plain
  std::string etag;
};

std::string suffixed(std::string_view etag, std::string_view suffix) {
  return std::string{etag.substr(0, etag.size() - 1)} + "-"
         + std::string{suffix} + "\"";
}

form form_of(const page_file &file, coding wanted) {
  switch (wanted) {
  case coding::brotli:
    return {file.brotli, "br", suffixed(file.etag, "br")};
  case coding::gzip:
    return {file.gzip, "gzip", suffixed(file.etag, "gzip")};
  case coding::plain:
    break;
  }
  return {file.plain, "", std::string{file.etag}};
}

/// Returns a Content-Security-Policy. By `base-uri` a document may say below
/// which path it is served.
std::string policy_with(inline_styles styles) {
  return std::string{"default-src 'none'; script-src 'self'; style-src 'self'"}
         + (styles == inline_styles::allowed ? " 'unsafe-inline'" : "")
         + "; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
           "manifest-src 'self'; base-uri 'self'; form-action 'self'; "
           "frame-ancestors 'none'";
}

}  // namespace

bool names_tag(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    auto one = take_part(if_none_match, ',');
    if (one == "*") return true;
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == etag) return true;
  }
  return false;
}

response page_answer(const page_file &file, const request &r,
                     inline_styles styles) {
  auto [bytes, name, etag] =
      form_of(file, wanted_coding(r.header("accept-encoding"),
                                  !file.gzip.empty(), !file.brotli.empty()));
  response out{.body = {}, .content_type = std::string{file.type}};
  if (names_tag(r.header("if-none-match"), etag))
    out.status = 304;
  else
    out.lasting = bytes;
  out.headers = {{"ETag", std::move(etag)},
                 {"Cache-Control", file.immutable
                                       ? "public, max-age=31536000, immutable"
                                       : "no-cache"},
                 {"Vary", "Accept-Encoding"},
                 {"Content-Security-Policy", policy_with(styles)},
                 {"Referrer-Policy", "same-origin"},
                 {"Cross-Origin-Opener-Policy", "same-origin"}};
  if (!name.empty() && out.status == 200)
    out.headers.emplace_back("Content-Encoding", std::string{name});
  return out;
}

}  // namespace recapd::gateway::http
