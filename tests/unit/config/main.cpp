// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE main_
#include "caf/test/unit_test_impl.hpp"
