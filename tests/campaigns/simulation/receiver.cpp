// SPDX-License-Identifier: Apache-2.0
#include "receiver.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "compare.hpp"

namespace recapd::simulation {

bool receiver::pump(storage::store &store, random_source &rng, unsigned fails) {
  try {
    const auto stood = store.load_sink("simulated");
    const auto rows = store.read_feed(stood.position, 1 + int(rng.below(40)));
    auto got_to = stood.position;
    bool broke = false;
    for (const auto &row : rows) {
      broke = rng.chance(fails);
      // Half of those that fail have reached the receiver.
      if (!broke || rng.chance(500)) receive(row);
      if (broke) break;
      got_to = row.position;
    }
    if (got_to != stood.position)
      (void)store.save_sink("simulated",
                            {.version = stood.version, .position = got_to});
    return broke;
  } catch (const storage::storage_error &) {
    return false;
  }
}

void receiver::receive(const storage::feed_row &row) {
  const auto id =
      row.session + "/" + std::to_string(row.event.seq) + "/" + row.event.type;
  const auto &text = row.event.notifications;
  const auto told = boost::json::parse(text.empty() ? "[]" : text);
  const auto [it, fresh] = seen_.try_emplace(row.position, message{id, told});
  const auto &[was, was_told] = it->second;
  if (was != id || !same_but_erased(was_told, told))
    violations_.push_back("outbox: " + id + text + " was " + was
                          + boost::json::serialize(was_told) + " before");
  if (!fresh) return;
  auto &last = last_seq_[row.session];
  if (row.event.seq != last + 1)
    violations_.push_back("outbox: " + id + " came after event "
                          + std::to_string(last));
  last = row.event.seq;
}

}  // namespace recapd::simulation
