// How files of the people's pages are answered: forms, conditions, safety.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "gateway/http/page_files.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/http/request.hpp"

namespace recapd::gateway::http {

/// Returns true if the field `If-None-Match` has the tag; weak ones count too.
[[nodiscard]] bool names_tag(std::string_view if_none_match,
                             std::string_view etag);

/// Whether elements of a document may have styles of their own.
enum class inline_styles : unsigned char { refused, allowed };

/// Returns the file in the form that the request wants, or 304 where it has
/// that already. A document of ours may load files of this node alone.
[[nodiscard]] response
page_answer(const page_file &file, const request &r,
            inline_styles styles = inline_styles::refused);

}  // namespace recapd::gateway::http
