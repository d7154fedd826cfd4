// SPDX-License-Identifier: Apache-2.0
#include "hooked_store.hpp"

namespace recapd::actors::test {

namespace {

using namespace storage;

class hooked_store final : public store {
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
  std::vector<std::optional<session_row>>
  load_sessions(std::span<const std::string> ids) override {
    hooks_->sessions += static_cast<int>(ids.size());
    hooks_->before_load();
    return real_->load_sessions(ids);
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
    hooks_->before_load();
    return real_->find_outcomes(keys);
  }
  std::vector<policy_row> load_policies() override {
    return real_->load_policies();
  }
  int save_policy(std::string_view body) override {
    return real_->save_policy(body);
  }
  std::optional<instant> load_manual_clock() override {
    hooks_->before_load();
    return real_->load_manual_clock();
  }
  void save_manual_clock(std::optional<instant> now) override {
    real_->save_manual_clock(now);
  }
  std::vector<inbox_row> read_inbox_among(std::span<const seq_range> among,
                                          int limit,
                                          const bucket_set &buckets) override {
    return real_->read_inbox_among(among, limit, buckets);
  }
  void insert_inbox(std::string_view event) override {
    real_->insert_inbox(event);
  }
  void forward_to_inbox(std::span<const inbox_row> rows) override {
    real_->forward_to_inbox(rows);
  }
  void write_dead_letters(std::span<const dead_letter> letters) override {
    real_->write_dead_letters(letters);
  }
  page<dead_letter> list_dead_letters(std::int64_t after,
                                      page_bounds most) override {
    return real_->list_dead_letters(after, most);
  }
  letter_retry retry_dead_letter(std::int64_t id) override {
    return real_->retry_dead_letter(id);
  }
  using store::history;
  page<event_row> history(std::string_view session, int after,
                          page_bounds most) override {
    return real_->history(session, after, most);
  }
  page<session_row> list_sessions(const session_filter &filter) override {
    return real_->list_sessions(filter);
  }
  account_page account(std::string_view account, std::string_view after,
                       int limit) override {
    return real_->account(account, after, limit);
  }
  page<outcome_row> refused_outcomes(std::string_view session,
                                     std::string_view after,
                                     page_bounds most) override {
    return real_->refused_outcomes(session, after, most);
  }
  page<feed_row> list_notified(std::string_view session, std::int64_t from,
                               page_bounds most) override {
    return real_->list_notified(session, from, most);
  }
  std::vector<feed_row> read_feed(std::int64_t after, int limit) override {
    return real_->read_feed(after, limit);
  }
  std::int64_t feed_end() override { return real_->feed_end(); }
  std::optional<std::int64_t> find_in_feed(const feed_place &place) override {
    return real_->find_in_feed(place);
  }
  std::string epoch() override { return real_->epoch(); }
  void probe() override {
    hooks_->before_load();
    real_->probe();
  }
  feed_backlog count_feed(std::int64_t after, int most) override {
    return real_->count_feed(after, most);
  }
  std::vector<feed_row> read_feed_of(std::string_view session,
                                     std::int64_t from, std::int64_t last,
                                     int limit) override {
    return real_->read_feed_of(session, from, last, limit);
  }
  sink_state load_sink(std::string_view sink) override {
    return real_->load_sink(sink);
  }
  bool save_sink(std::string_view sink, const sink_change &change) override {
    return real_->save_sink(sink, change);
  }
  std::vector<std::pair<std::string, std::int64_t>> count_by_state() override {
    return real_->count_by_state();
  }
  violations check() override { return real_->check(); }

private:
  std::unique_ptr<store> real_;
  std::shared_ptr<store_hooks> hooks_;
};

}  // namespace

std::unique_ptr<store> hook(std::unique_ptr<store> real,
                            std::shared_ptr<store_hooks> hooks) {
  return std::make_unique<hooked_store>(std::move(real), std::move(hooks));
}

}  // namespace recapd::actors::test
