// SPDX-License-Identifier: Apache-2.0
#include "workflows/flags.hpp"

#include "workflows/names.hpp"

namespace recapd::workflows {

namespace {

/// The flags' names, in the order of the enumeration's values.
constexpr std::array<std::string_view, flag_count> flag_names{
    "logged-before-end", "longer-than-call", "nobody-in-call",
    "repetitive-recap",  "same-id",          "corrected"};
static_assert(flag_count == static_cast<int>(session_flag::corrected) + 1);

}  // namespace

std::string_view to_string(session_flag f) {
  return flag_names.at(static_cast<std::size_t>(f));
}

std::optional<session_flag> parse_session_flag(std::string_view text) {
  return value_named<session_flag>(flag_names, text);
}

std::vector<std::string> flag_set::names() const {
  std::vector<std::string> out;
  for (int i = 0; i < flag_count; ++i)
    if (const auto f = static_cast<session_flag>(i); has(f))
      out.emplace_back(to_string(f));
  return out;
}

}  // namespace recapd::workflows
