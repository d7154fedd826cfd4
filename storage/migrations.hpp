// Migrations: the numbered SQL files of storage/migrations, compiled in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace recapd::storage {

struct migration {
  std::string_view name;  ///< `001_initial`; the number is the version
  std::string_view sql;
};

/// Returns the migrations in the order of their numbers.
[[nodiscard]] std::span<const migration> migrations();

}  // namespace recapd::storage
