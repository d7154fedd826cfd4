// A lease store whose connection breaks now and then, as the random source
// says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "faulty_store.hpp"
#include "storage/leases.hpp"

namespace recapd::simulation {

/// Called with each heartbeat whose answer arrives.
using beat_watch = std::function<void(const storage::heartbeat_answer &)>;

[[nodiscard]] std::unique_ptr<storage::lease_store>
make_faulty_leases(std::unique_ptr<storage::lease_store> inner,
                   std::shared_ptr<connection_state> state,
                   std::shared_ptr<random_source> rng, beat_watch watch);

}  // namespace recapd::simulation
