// The documents that browsers open, with what they have to know of the node.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "config/config.hpp"
#include "gateway/http/page_files.hpp"

namespace recapd::gateway::http {

/// Returns the elements of a document's head that tell how people sign in, the
/// base path, and whether the clock is a manual one (ARCHITECTURE.md has them).
[[nodiscard]] std::string head_elements(const config::settings &settings,
                                        bool manual_clock);

/// The documents of one node; they are made when it starts.
class shell {
public:
  shell(const config::settings &settings, bool manual_clock);
  shell(const shell &) = delete;
  shell &operator=(const shell &) = delete;

  /// Returns the document of every page but `/docs`.
  [[nodiscard]] const page_file &pages() const { return pages_.file; }
  /// Returns the document of `/docs`, or null where none was built.
  [[nodiscard]] const page_file *docs() const;

private:
  struct document {
    document(std::string_view from, const std::string &head);
    std::string text, etag;
    page_file file;
  };
  document pages_, docs_;
};

}  // namespace recapd::gateway::http
