// SPDX-License-Identifier: Apache-2.0
#include "faulty_leases.hpp"

#include <utility>

namespace recapd::simulation {

namespace {

using namespace storage;

class faulty_leases final : public lease_store {
public:
  faulty_leases(std::unique_ptr<lease_store> inner,
                std::shared_ptr<connection_state> state,
                std::shared_ptr<random_source> rng, beat_watch watch)
      : inner_{std::move(inner)}, state_{std::move(state)},
        rng_{std::move(rng)}, watch_{std::move(watch)} {}

  heartbeat_answer beat(const heartbeat &h) override {
    reach();
    auto told = inner_->beat(h);
    // Half of those that fail have reached the database.
    if (strikes("beat_answer_lost"))
      throw storage_error{fault::outcome_unknown, "simulated: answer lost"};
    watch_(told);
    return told;
  }
  void leave(std::string_view node, std::string_view incarnation) override {
    reach();
    inner_->leave(node, incarnation);
  }
  std::pair<lease_table, instant> look() override {
    reach();
    return inner_->look();
  }
  std::map<std::string, node_lag> lag() override {
    reach();
    return inner_->lag();
  }
  bool ask_to_drain(std::string_view node) override {
    reach();
    return inner_->ask_to_drain(node);
  }
  bool set_shards(int shards) override {
    reach();
    return inner_->set_shards(shards);
  }

private:
  bool strikes(const char *kind) {
    const auto rate = state_->rates.beat_fails;
    if (rate == 0 || !rng_->chance(rate)) return false;
    ++state_->faults[kind];
    return true;
  }
  void reach() {
    if (state_->cut || state_->away || strikes("beat_failed"))
      throw storage_error{fault::unavailable, "simulated: heartbeat failed"};
  }

  std::unique_ptr<lease_store> inner_;
  std::shared_ptr<connection_state> state_;
  std::shared_ptr<random_source> rng_;
  beat_watch watch_;
};

}  // namespace

std::unique_ptr<lease_store>
make_faulty_leases(std::unique_ptr<lease_store> inner,
                   std::shared_ptr<connection_state> state,
                   std::shared_ptr<random_source> rng, beat_watch watch) {
  return std::make_unique<faulty_leases>(std::move(inner), std::move(state),
                                         std::move(rng), std::move(watch));
}

}  // namespace recapd::simulation
