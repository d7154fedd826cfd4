// Begins each file of suites in a unity build: makes equal names differ. It has
// no guard, as it is for each file anew.
//
// SPDX-License-Identifier: Apache-2.0
#include <caf/test/dsl.hpp>

#undef CAF_SUITE
#undef CAF_UNIQUE
#undef fixture

// CAF makes these names of the line alone, which is another file's, too.
#define CAF_UNIQUE(name) CAF_PASTE(CAF_PASTE(name, __LINE__), RECAPD_TEST_FILE)
#define fixture CAF_PASTE(fixture_, RECAPD_TEST_FILE)
