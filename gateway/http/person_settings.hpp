// What of a person can be set, as JSON: the name, and how mail goes to them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/store.hpp"

namespace recapd::gateway::http {

/// Reads `{name, address, timezone, language, mute}`, at least one of them,
/// where null takes away all but a name. The error is a sentence.
[[nodiscard]] boost::system::result<storage::person_change, std::string>
parse_person_change(const workflows::person &who, std::string_view body);

/// How much of a person is shown.
enum class person_part : std::uint8_t {
  none,  ///< that there is a name is not told either
  name,
  reach,  ///< whether mail reaches them, too
  all
};

/// Returns the contract's `Person`: what was not given is absent, but for the
/// name.
[[nodiscard]] boost::json::object person_view(const storage::person_row &row,
                                              person_part shown);

}  // namespace recapd::gateway::http
