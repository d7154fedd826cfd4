// SPDX-License-Identifier: Apache-2.0
#include "faulty_store.hpp"

#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "planted.hpp"

namespace recapd::simulation {

namespace {

using namespace storage;

class faulty_store final : public store {
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
    throw storage_error{fault::outcome_unknown, "simulated: answer lost"};
  }

  std::vector<std::optional<session_row>>
  load_sessions(std::span<const std::string> ids) override {
    return read().load_sessions(ids);
  }
  std::vector<std::int64_t>
  load_usage(std::span<const workflows::usage_key> keys) override {
    return read().load_usage(keys);
  }
  std::vector<timer_row> load_timers(std::span<const unsigned> buckets,
                                     instant until, int limit) override {
    return read().load_timers(buckets, until, limit);
  }
  std::vector<std::optional<outcome_row>>
  find_outcomes(std::span<const command_key> keys) override {
    return read().find_outcomes(keys);
  }
  std::vector<policy_row> load_policies() override {
    return read().load_policies();
  }
  int save_policy(std::string_view body) override {
    return read().save_policy(body);
  }
  std::optional<instant> load_manual_clock() override {
    return read().load_manual_clock();
  }
  void save_manual_clock(std::optional<instant> now) override {
    read().save_manual_clock(now);
  }
  std::vector<inbox_row> read_inbox_among(std::span<const seq_range> among,
                                          int limit,
                                          const bucket_set &buckets) override {
    return read().read_inbox_among(among, limit, buckets);
  }
  void insert_inbox(std::string_view event) override {
    read().insert_inbox(event);
  }
  void forward_to_inbox(std::span<const inbox_row> rows) override {
    read().forward_to_inbox(rows);
  }
  void write_dead_letters(std::span<const dead_letter> letters) override {
    read().write_dead_letters(letters);
  }
  page<dead_letter> list_dead_letters(std::int64_t after,
                                      page_bounds most) override {
    return read().list_dead_letters(after, most);
  }
  letter_retry retry_dead_letter(std::int64_t id) override {
    return read().retry_dead_letter(id);
  }
  using store::history;
  page<event_row> history(std::string_view session, int after,
                          page_bounds most) override {
    return read().history(session, after, most);
  }
  page<session_row> list_sessions(const session_filter &filter) override {
    return read().list_sessions(filter);
  }
  account_page account(std::string_view account, std::string_view after,
                       int limit) override {
    return read().account(account, after, limit);
  }
  page<outcome_row> refused_outcomes(std::string_view session,
                                     std::string_view after,
                                     page_bounds most) override {
    return read().refused_outcomes(session, after, most);
  }
  page<feed_row> list_notified(std::string_view session, std::int64_t from,
                               page_bounds most) override {
    return read().list_notified(session, from, most);
  }
  std::vector<feed_row> read_feed(std::int64_t after, int limit) override {
    return read().read_feed(after, limit);
  }
  std::int64_t feed_end() override { return read().feed_end(); }
  std::optional<std::int64_t> find_in_feed(const feed_place &place) override {
    return read().find_in_feed(place);
  }
  std::string epoch() override { return read().epoch(); }
  void probe() override { read().probe(); }
  feed_backlog count_feed(std::int64_t after, int most) override {
    return read().count_feed(after, most);
  }
  std::vector<feed_row> read_feed_of(std::string_view session,
                                     std::int64_t from, std::int64_t last,
                                     int limit) override {
    return read().read_feed_of(session, from, last, limit);
  }
  sink_state load_sink(std::string_view sink) override {
    return read().load_sink(sink);
  }
  bool save_sink(std::string_view sink, const sink_change &change) override {
    return read().save_sink(sink, change);
  }
  std::vector<std::pair<std::string, std::int64_t>> count_by_state() override {
    return read().count_by_state();
  }
  violations check() override { return read().check(); }

private:
  bool chance(unsigned per_mille) {
    return per_mille > 0 && rng_->chance(per_mille);
  }
  bool strikes(unsigned per_mille, const char *kind) {
    const bool now = chance(per_mille);
    if (now) ++state_->faults[kind];
    return now;
  }
  /// What takes an actor or the whole process with it, as planted bugs.
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
  /// As if the stored version did not matter.
  void follow_stored(commit &c) {
    const auto rows = inner_->load_sessions(std::vector{c.session});
    int version = rows.front() ? rows.front()->version : 0;
    c.base_version.reset();
    for (auto &e : c.events)
      e.seq = ++version;
    if (c.row) c.row->version = version;
  }
  store &read() {
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
