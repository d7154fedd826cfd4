// Texts that a terminal or a log may get.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace recapd::config {

/// Returns the text with `\uXXXX` for every control, bidirectional and
/// invisible formatting character, line ends too, and `\xXX` for bytes that are
/// no UTF-8. In a JSON text, which is UTF-8, this changes nothing that it says.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace recapd::config
