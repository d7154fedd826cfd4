// The files of the people's pages, embedded at build time from pages/.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace recapd::gateway::http {

/// A file as it is served. What its views point into outlives the server.
struct page_file {
  std::string_view path;   ///< `/assets/main-4XF2.js`
  std::string_view type;   ///< the media type
  std::string_view etag;   ///< of the plain form, with its quotes
  bool immutable = false;  ///< other contents have another path
  std::string_view plain;
  std::string_view gzip = {};    ///< empty where not smaller
  std::string_view brotli = {};  ///< empty where not smaller
};

/// All files but the documents below.
extern const std::span<const page_file> page_files;

/// The document of every page, and the one of `/docs`; the latter may be empty.
extern const std::string_view shell_document;
extern const std::string_view docs_document;

}  // namespace recapd::gateway::http
