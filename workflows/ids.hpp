// Identifiers: who acts, which session, which bucket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace recapd::workflows {

/// True for 1 to 64 of `A-Z a-z 0-9 _ -` (docs/contract.md, 1).
[[nodiscard]] bool valid_id(std::string_view text);

enum class role : std::uint8_t { tutor, student, support, system };

[[nodiscard]] std::string_view to_string(role r);

/// Who acts, or who takes part: `tutor:ann`, `student:bob`, `support:eve`,
/// `system:sis`.
struct person {
  role as = role::system;
  std::string id;
  bool operator==(const person &) const = default;
};

/// `role:id`.
[[nodiscard]] std::string to_string(const person &p);

/// Nothing unless the text is a known role, a colon and a valid id.
[[nodiscard]] std::optional<person> parse_person(std::string_view text);

/// Buckets are the unit in which sessions are spread over shards and nodes.
inline constexpr unsigned bucket_count = 1024;

/// FNV-1a 32 of the session id, modulo `bucket_count`.
[[nodiscard]] unsigned bucket_of(std::string_view session_id);

}  // namespace recapd::workflows
