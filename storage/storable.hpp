// Texts that PostgreSQL can hold: UTF-8 without U+0000.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "storage/store.hpp"

namespace recapd::storage {

[[nodiscard]] bool is_storable(std::string_view text);

/// The text with U+FFFD wherever it cannot be held.
[[nodiscard]] std::string storable(std::string_view text);

/// The letter as it can be held, of a text that is too long the beginning.
[[nodiscard]] dead_letter storable(dead_letter letter);

}  // namespace recapd::storage
