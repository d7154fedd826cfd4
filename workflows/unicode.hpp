// Which edition of Unicode texts are read by.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace recapd::workflows {

/// Returns the Unicode version of the machine's ICU, `15.0`.
[[nodiscard]] std::string unicode_version();

}  // namespace recapd::workflows
