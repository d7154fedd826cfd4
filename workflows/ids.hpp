// Identifiers: who acts, which session, which bucket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace recapd::workflows {

/// Returns true for 1 to 64 of `A-Z a-z 0-9 _ -` (docs/contract.md, 1).
[[nodiscard]] bool valid_id(std::string_view text);

enum class role : std::uint8_t {
  tutor,
  student,
  support,
  system,
  manager,
  admin
};

/// Returns true for roles that see only sessions in which they take part.
[[nodiscard]] constexpr bool only_takes_part(role r) {
  return r == role::tutor || r == role::student;
}

[[nodiscard]] std::string_view to_string(role r);
/// Returns the role of that name; nothing if there is none.
[[nodiscard]] std::optional<role> parse_role(std::string_view name);

/// One person who acts, takes part or looks on: `tutor:ann`, `student:bob`,
/// `support:eve`, `system:sis`, `manager:mia`, `admin:ada`.
struct person {
  role as = role::system;
  std::string id;
  bool operator==(const person &) const = default;
};

/// Returns `ROLE:ID`.
[[nodiscard]] std::string to_string(const person &p);

/// Returns the person that a text `ROLE:ID` names; nothing unless the role is
/// known and the id is valid.
[[nodiscard]] std::optional<person> parse_person(std::string_view text);

/// The number of buckets, the unit in which sessions are spread over shards and
/// nodes.
inline constexpr unsigned bucket_count = 1024;

/// Returns the id by which what is stored under a key is known outside: a
/// session's key is its id, what is stored beside sessions has a prefix that
/// ends with a colon (workflows/disbursements.hpp).
[[nodiscard]] std::string_view plain_id(std::string_view key);

/// Returns FNV-1a 32 of the session's id, modulo `bucket_count`; of another
/// key that of its plain id.
[[nodiscard]] unsigned bucket_of(std::string_view session_id);

}  // namespace recapd::workflows
