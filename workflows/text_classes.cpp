// SPDX-License-Identifier: Apache-2.0
#include "workflows/text_classes.hpp"

#include <unicode/uchar.h>
#include <unicode/uniset.h>

#include "workflows/text_breaks.hpp"

namespace recapd::workflows {

bool white_space(UChar32 c) {
  return c < 0x80 ? ascii_space(c) : u_isUWhiteSpace(c) != 0;
}

bool invisible(UChar32 c) {
  if (c < 0x80) return !ascii_visible(c);
  static const icu::UnicodeSet set = [] {
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeSet made{
        u"[[:Default_Ignorable_Code_Point:][:Cf:][:Cc:]\\u2800]", status};
    need(status);
    made.freeze();
    return made;
  }();
  return set.contains(c) != 0;
}

}  // namespace recapd::workflows
