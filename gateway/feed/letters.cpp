// SPDX-License-Identifier: Apache-2.0
#include "gateway/feed/letters.hpp"

#include "gateway/telemetry/log.hpp"
#include "gateway/wire/reading.hpp"

namespace recapd::gateway::feed {

bool write_outgoing_letters(actors::engine &engine, metrics &meters,
                            const std::vector<storage::dead_letter> &letters) {
  if (letters.empty()) return true;
  const auto done = read_now(engine, [letters](storage::store &s) {
    s.write_dead_letters(letters);
    return true;
  });
  if (!done) return false;
  for (const auto &letter : letters) {
    meters.dead_letter(letter.code);
    log_warn("a message became a dead letter",
             {{"message", letter.origin}, {"reason", letter.reason}});
  }
  return true;
}

}  // namespace recapd::gateway::feed
