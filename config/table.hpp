// The table of settings. Reading, the environment, `recapd --check` and the
// default file come from it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/layers.hpp"
#include "config/setting.hpp"

namespace recapd::config {

/// A section of the file.
struct part {
  std::string_view name;
  std::vector<setting> rows;
};

/// Returns all sections, in the order in which they are read and shown. Rows of
/// `policy` have no functions: workflows/policy.hpp reads that section.
[[nodiscard]] std::vector<part> table(settings &s);

/// Returns every setting as the environment may name it.
[[nodiscard]] const std::vector<scalar> &scalars();

}  // namespace recapd::config
