// SPDX-License-Identifier: Apache-2.0
#include "faulty_store.hpp"

#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "planted.hpp"
#include "tests/support/forwarding_store.hpp"

namespace recapd::simulation {

namespace {

using namespace storage;

class faulty_store final : public storage::test::forwarding_store {
public:
  faulty_store(std::unique_ptr<store> inner,
               std::shared_ptr<connection_state> state,
               std::shared_ptr<random_source> rng, commit_watch watch)
      : inner_{std::move(inner)}, state_{std::move(state)},
        rng_{std::move(rng)}, watch_{std::move(watch)} {}

  std::vector<std::optional<fault>>
  append(std::span<const commit> commits) override {
    go_wrong(commits);
    const bool breaks = std::exchange(state_->breaking, false);
    if (state_->cut || (state_->away && !breaks)
        || strikes(state_->rates.commit_fails, "commit_failed"))
      throw storage_error{fault::unavailable, "simulated: commit failed"};
    const bool lost = breaks || chance(state_->rates.answer_lost);
    const auto written =
        lost ? rng_->below(commits.size() + 1) : commits.size();
    if (lost)
      ++state_->faults[written > 0 ? "answer_lost" : "answer_lost_unwritten"];
    auto fates = inner_->append(commits.first(written));
    for (std::size_t i = 0; i < fates.size(); ++i)
      if (fates[i] && let_pass(*fates[i], commits[i])) fates[i].reset();
    for (std::size_t i = 0; i < fates.size(); ++i)
      if (!fates[i])
        watch_.written(commits[i]);
      else {
        ++state_->refused[std::string{to_string(*fates[i])}];
        watch_.refused(commits[i]);
      }
    if (!lost) return fates;
    ++state_->lost;
    state_->shaken = true;
    throw storage_error{fault::outcome_unknown, "simulated: answer lost"};
  }

  std::vector<std::optional<outcome_row>>
  find_outcomes(std::span<const command_key> keys) override {
    if (std::exchange(state_->shaken, false) && rng_->chance(300)) {
      ++state_->faults["read_failed"];
      throw storage_error{fault::unavailable, "simulated: look-up failed"};
    }
    return forwarding_store::find_outcomes(keys);
  }

private:
  bool chance(unsigned per_mille) {
    return per_mille > 0 && rng_->chance(per_mille);
  }
  bool strikes(unsigned per_mille, const char *kind) {
    const bool now = chance(per_mille);
    if (now) ++state_->faults[kind];
    return now;
  }
  /// Plants bugs that take an actor or the whole process with them.
  static void go_wrong(std::span<const commit> commits) {
    for (const auto &c : commits)
      for (const auto &e : c.events) {
        if (e.type != "session.voided") continue;
        if (planted("crash")) std::abort();
        if (planted("throw")) throw std::logic_error{"planted"};
      }
  }
  /// A journal that has lost one of its refusals, as a planted bug.
  bool let_pass(fault refusal, commit c) {
    const bool passes =
        (planted("skip-dedupe") && refusal == fault::duplicate_command)
        || (planted("pass-limits") && refusal == fault::limit_conflict)
        || (planted("pay-twice") && refusal == fault::ledger_conflict)
        || (planted("serve-lost-shards") && refusal == fault::version_conflict
            && watch_.stale(c));
    if (!passes) return false;
    if (refusal == fault::version_conflict) follow_stored(c);
    if (refusal == fault::duplicate_command) c.outcome.reset();
    if (refusal == fault::limit_conflict) c.usage.clear();
    if (refusal == fault::ledger_conflict) c.payment.reset();
    return !inner_->append({&c, 1}).front();
  }
  /// Numbers the commit's events on from whatever version is stored.
  void follow_stored(commit &c) {
    const auto last = inner_->history(c.session);
    int version = static_cast<int>(last.size());
    c.base_version.reset();
    if (version > 0 && c.row) {
      c.row.reset();
      c.before.emplace();
    }
    for (auto &e : c.events)
      e.seq = ++version;
  }
  store &reached() override {
    if (state_->cut || state_->away
        || strikes(state_->rates.read_fails, "read_failed"))
      throw storage_error{fault::unavailable, "simulated: read failed"};
    return *inner_;
  }

  std::unique_ptr<store> inner_;
  std::shared_ptr<connection_state> state_;
  std::shared_ptr<random_source> rng_;
  commit_watch watch_;
};

}  // namespace

std::unique_ptr<store>
make_faulty_store(std::unique_ptr<store> inner,
                  std::shared_ptr<connection_state> state,
                  std::shared_ptr<random_source> rng, commit_watch watch) {
  return std::make_unique<faulty_store>(std::move(inner), std::move(state),
                                        std::move(rng), std::move(watch));
}

}  // namespace recapd::simulation
