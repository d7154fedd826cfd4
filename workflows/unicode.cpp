// SPDX-License-Identifier: Apache-2.0
#include "workflows/unicode.hpp"

#include <unicode/uchar.h>

namespace recapd::workflows {

std::string unicode_version() {
  UVersionInfo version{};
  u_getUnicodeVersion(version);
  return std::to_string(version[0]) + "." + std::to_string(version[1]);
}

}  // namespace recapd::workflows
