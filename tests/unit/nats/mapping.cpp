// Whether the server's partitions are ours, as far as it is decided here.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE nats_mapping
#include <algorithm>
#include <cstdint>

#include "gateway/nats/mapping.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd::gateway;
using namespace recapd::gateway::nats;

namespace {

/// The partition of a token, as the NATS server computes it.
std::uint32_t partition_at(const std::string &token, std::uint32_t partitions) {
  std::uint32_t hash = 0x811C9DC5U;
  for (const char c : token)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193U;
  return hash % partitions;
}

}  // namespace

CAF_TEST(the probes tell any two numbers of partitions apart) {
  for (std::uint32_t ours = 1; ours <= 1024; ours *= 2)
    for (std::uint32_t theirs = 1; theirs <= 4096; ++theirs) {
      const bool told = std::ranges::any_of(
          probe_sessions(), [&](const std::string &session) {
            return !mapping_fault(
                        session,
                        "recapd.commands."
                            + std::to_string(partition_at(session, theirs))
                            + "." + session,
                        ours)
                        .empty();
          });
      if (told != (ours != theirs))
        CAF_ERROR(std::to_string(ours) << " and " << std::to_string(theirs));
    }
  CAF_CHECK(true);
}

CAF_TEST(a server without a mapping is told from one with another) {
  const auto fault = [](const std::string &subject) {
    return mapping_fault("s-1", "recapd.commands." + subject, 64);
  };
  const auto right = std::to_string(partition_at("s-1", 64));
  CAF_CHECK_EQUAL(fault(right + ".s-1"), "");
  CAF_CHECK(fault("s-1").find("does not map") != std::string::npos);
  for (const auto *other : {"64", "x", "-1", ""})
    CAF_CHECK(fault(std::string{other} + ".s-1").find("nats_partitions")
              != std::string::npos);
}
