// Unicode: the version by which texts are read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace recapd::workflows {

/// Returns the Unicode version of the machine's ICU, such as `15.0`.
[[nodiscard]] std::string unicode_version();

}  // namespace recapd::workflows
