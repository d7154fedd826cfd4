// SPDX-License-Identifier: Apache-2.0
#include "hooked_store.hpp"

#include "tests/support/forwarding_store.hpp"

namespace recapd::actors::test {

namespace {

using namespace storage;

class hooked_store final : public storage::test::forwarding_store {
public:
  hooked_store(std::unique_ptr<store> real, std::shared_ptr<store_hooks> hooks)
      : real_{std::move(real)}, hooks_{std::move(hooks)} {}

  std::vector<std::optional<fault>>
  append(std::span<const commit> commits) override {
    ++hooks_->appends;
    hooks_->before_append();
    auto fates = real_->append(commits);
    hooks_->after_append();
    return fates;
  }
  std::vector<session_events>
  load_events(std::span<const session_version> of) override {
    hooks_->sessions += static_cast<int>(of.size());
    hooks_->before_load();
    return real_->load_events(of);
  }
  std::vector<std::int64_t>
  load_usage(std::span<const workflows::usage_key> keys) override {
    hooks_->counters += static_cast<int>(keys.size());
    hooks_->before_load();
    return real_->load_usage(keys);
  }
  std::vector<timer_row> load_timers(std::span<const unsigned> buckets,
                                     instant until, int limit) override {
    hooks_->before_load();
    return real_->load_timers(buckets, until, limit);
  }
  std::vector<std::optional<outcome_row>>
  find_outcomes(std::span<const command_key> keys) override {
    ++hooks_->looks;
    hooks_->before_load();
    return real_->find_outcomes(keys);
  }
  std::optional<instant> load_manual_clock() override {
    hooks_->before_load();
    return real_->load_manual_clock();
  }
  void probe() override {
    hooks_->before_load();
    real_->probe();
  }

private:
  store &reached() override { return *real_; }

  std::unique_ptr<store> real_;
  std::shared_ptr<store_hooks> hooks_;
};

}  // namespace

std::unique_ptr<store> hook(std::unique_ptr<store> real,
                            std::shared_ptr<store_hooks> hooks) {
  return std::make_unique<hooked_store>(std::move(real), std::move(hooks));
}

}  // namespace recapd::actors::test
