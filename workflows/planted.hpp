// Planted bugs: what the simulation must find, in its own test build only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifdef RECAPD_PLANT_BUGS
#include <string>
#include <string_view>

namespace recapd {
/// The one that is active, by name; empty: none.
inline std::string planted_bug;
}  // namespace recapd
/// True where the named bug is to show.
#define RECAPD_PLANTED(name) (::recapd::planted_bug == std::string_view{name})
#else
#define RECAPD_PLANTED(name) false
#endif
