// Reads what the `Accept` fields of a request want, and how much.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace recapd::gateway::http {

/// Takes the part before the next `mark`, or the rest, off the text, and
/// returns it without spaces at either end.
[[nodiscard]] std::string_view take_part(std::string_view &text, char mark);

/// Returns the weight among parameters such as `v=1;q=0.5`, in thousandths;
/// 1000 where there is none, or what there is is no weight.
[[nodiscard]] int weight_in(std::string_view parameters);

/// The forms in which a file is sent.
enum class coding : unsigned char { plain, gzip, brotli };

/// Returns the form of a file that the field `Accept-Encoding` wants most, of
/// those that there are; of equals the smallest. What is refused outright in
/// every form is sent plain.
[[nodiscard]] coding wanted_coding(std::string_view accept_encoding,
                                   bool has_gzip, bool has_brotli);

}  // namespace recapd::gateway::http
