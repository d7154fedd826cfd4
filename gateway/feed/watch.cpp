// SPDX-License-Identifier: Apache-2.0
#include "gateway/feed/watch.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "gateway/feed/wakeup.hpp"
#include "storage/fault.hpp"
#include "storage/postgres/holder.hpp"

namespace recapd::gateway::feed {

using clock = std::chrono::steady_clock;

struct watch::impl {
  storage::postgres::endpoint database{""};
  std::function<void(std::optional<std::string>)> tell;
  watch_tuning tuning;
  wakeup signal;
  std::unique_ptr<storage::postgres::feed_holders> holders;
  std::string seen;  ///< the transaction at the last look; empty: none
  std::string told;  ///< the transaction that was told of; empty: none
  clock::time_point since;
  std::thread worker;

  void run() {
    while (signal.wait(tuning.poll, false)) {
      try {
        if (!holders) holders = storage::postgres::open_feed_holders(database);
        look();
      } catch (const storage::storage_error &) {
        holders.reset();  // Other parts tell that the database is away.
      }
    }
  }

  void look() {
    const auto found = holders->look();
    const auto now = clock::now();
    const auto transaction = found ? found->transaction : std::string{};
    if (std::exchange(seen, transaction) != transaction) since = now;
    if (!told.empty() && told != transaction) {
      told.clear();
      tell(std::nullopt);
    }
    if (!found || told == transaction) return;
    const auto age = std::max<clock::duration>(
        now - since, found->age.value_or(std::chrono::seconds{0}));
    if (age < tuning.patience) return;
    told = transaction;
    tell("Events wait for a transaction that is open: " + found->who
         + ", since "
         + std::to_string(
             std::chrono::duration_cast<std::chrono::seconds>(age).count())
         + " s. End it, or its process (pg_terminate_backend).");
  }
};

watch::watch(storage::postgres::endpoint database,
             std::function<void(std::optional<std::string>)> tell,
             watch_tuning tuning)
    : impl_{std::make_unique<impl>()} {
  impl_->database = std::move(database);
  impl_->tell = std::move(tell);
  impl_->tuning = tuning;
  impl_->worker = std::thread{[self = impl_.get()] { self->run(); }};
}

watch::~watch() {
  impl_->signal.stop();
  impl_->worker.join();
}

}  // namespace recapd::gateway::feed
