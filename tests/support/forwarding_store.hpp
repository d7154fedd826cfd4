// A store that hands every call but append() on to another.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "storage/store.hpp"

namespace recapd::storage::test {

class forwarding_store : public store {
public:
  std::vector<std::int64_t>
  load_usage(std::span<const workflows::usage_key> keys) override {
    return reached().load_usage(keys);
  }
  std::vector<timer_row> load_timers(std::span<const unsigned> buckets,
                                     instant until, int limit) override {
    return reached().load_timers(buckets, until, limit);
  }
  std::vector<std::optional<outcome_row>>
  find_outcomes(std::span<const command_key> keys) override {
    return reached().find_outcomes(keys);
  }
  std::vector<session_events>
  load_events(std::span<const session_version> of) override {
    return reached().load_events(of);
  }
  queue_counts count_queues(const program_set &among) override {
    return reached().count_queues(among);
  }
  untaken count_untaken(int most) override {
    return reached().count_untaken(most);
  }
  oldest_waiting find_oldest_waiting() override {
    return reached().find_oldest_waiting();
  }
  page<statistics_group> statistics(const statistics_query &of) override {
    return reached().statistics(of);
  }
  std::vector<policy_row> load_policies(int after) override {
    return reached().load_policies(after);
  }
  page<policy_row> list_policies(int before, page_bounds most) override {
    return reached().list_policies(before, most);
  }
  policy_saved save_policy(const policy_draft &draft) override {
    return reached().save_policy(draft);
  }
  std::optional<instant> load_manual_clock() override {
    return reached().load_manual_clock();
  }
  void save_manual_clock(std::optional<instant> now) override {
    reached().save_manual_clock(now);
  }
  std::vector<program_runs> list_program_runs(std::string_view only) override {
    return reached().list_program_runs(only);
  }
  run_row begin_run(const run_row &run) override {
    return reached().begin_run(run);
  }
  void complete_run(std::string_view id) override {
    reached().complete_run(id);
  }
  waiting_page list_waiting(const run_row &run, std::string_view after,
                            int tutors) override {
    return reached().list_waiting(run, after, tutors);
  }
  page<disbursement_row>
  list_disbursements(const disbursement_filter &filter) override {
    return reached().list_disbursements(filter);
  }
  std::optional<disbursement_row>
  find_disbursement(std::string_view id) override {
    return reached().find_disbursement(id);
  }
  std::vector<disbursement_row> load_unsent(const bucket_set &buckets,
                                            instant now, int limit) override {
    return reached().load_unsent(buckets, now, limit);
  }
  void save_attempt(const post_attempt &attempt) override {
    reached().save_attempt(attempt);
  }
  std::vector<std::pair<std::string, std::int64_t>>
  balances_before(std::string_view account, instant at,
                  const program_set &among) override {
    return reached().balances_before(account, at, among);
  }
  std::optional<person_row> load_person(const workflows::person &who) override {
    return reached().load_person(who);
  }
  void save_person(const person_change &change) override {
    reached().save_person(change);
  }
  std::vector<person_row> list_unreachable(std::string_view after,
                                           int limit) override {
    return reached().list_unreachable(after, limit);
  }
  void delete_person(const workflows::person &who) override {
    reached().delete_person(who);
  }
  bool takes_part(const workflows::person &who,
                  const std::optional<workflows::person> &other,
                  const program_set &among) override {
    return reached().takes_part(who, other, among);
  }
  found_sessions find_written(const workflows::person &who,
                              std::string_view after, int limit) override {
    return reached().find_written(who, after, limit);
  }
  bool erase_texts(std::string_view session, const erasure &what) override {
    return reached().erase_texts(session, what);
  }
  void replace_letter(std::int64_t id, std::string_view event) override {
    reached().replace_letter(id, event);
  }
  void replace_waiting(std::int64_t seq, std::string_view event) override {
    reached().replace_waiting(seq, event);
  }
  std::vector<inbox_row> read_inbox_among(std::span<const seq_range> among,
                                          int limit,
                                          const bucket_set &buckets) override {
    return reached().read_inbox_among(among, limit, buckets);
  }
  void insert_inbox(std::string_view event) override {
    reached().insert_inbox(event);
  }
  void forward(std::span<const inbox_row> rows) override {
    reached().forward(rows);
  }
  void write_dead_letters(std::span<const dead_letter> letters) override {
    reached().write_dead_letters(letters);
  }
  page<dead_letter> list_dead_letters(std::int64_t after, page_bounds most,
                                      const program_set &among) override {
    return reached().list_dead_letters(after, most, among);
  }
  letter_retry retry_dead_letter(std::int64_t id,
                                 const program_set &among) override {
    return reached().retry_dead_letter(id, among);
  }
  using store::history;
  page<event_row> history(std::string_view session, int after,
                          page_bounds most) override {
    return reached().history(session, after, most);
  }
  page<session_events> list_sessions(const session_filter &filter) override {
    return reached().list_sessions(filter);
  }
  page<recorded_session> list_recorded(const recorded_filter &f) override {
    return reached().list_recorded(f);
  }
  std::int64_t count_starting(instant from, instant to,
                              const program_set &among) override {
    return reached().count_starting(from, to, among);
  }
  account_page account(std::string_view account, std::string_view after,
                       int limit, const program_set &among) override {
    return reached().account(account, after, limit, among);
  }
  page<outcome_row> refused_outcomes(std::string_view session,
                                     std::string_view after,
                                     page_bounds most) override {
    return reached().refused_outcomes(session, after, most);
  }
  page<feed_row> list_notified(const notified_filter &of, std::int64_t from,
                               page_bounds most) override {
    return reached().list_notified(of, from, most);
  }
  std::vector<feed_row> read_feed(std::int64_t after, int limit) override {
    return reached().read_feed(after, limit);
  }
  std::int64_t feed_end() override { return reached().feed_end(); }
  std::optional<std::int64_t> find_in_feed(const feed_place &place) override {
    return reached().find_in_feed(place);
  }
  std::string epoch() override { return reached().epoch(); }
  void probe() override { reached().probe(); }
  feed_backlog count_feed(std::int64_t after, int most) override {
    return reached().count_feed(after, most);
  }
  std::vector<feed_row> read_feed_of(std::string_view session,
                                     std::int64_t from, std::int64_t last,
                                     int limit) override {
    return reached().read_feed_of(session, from, last, limit);
  }
  sink_state load_sink(std::string_view sink) override {
    return reached().load_sink(sink);
  }
  bool save_sink(std::string_view sink, const sink_change &change) override {
    return reached().save_sink(sink, change);
  }
  std::vector<std::pair<std::string, std::int64_t>> count_by_state() override {
    return reached().count_by_state();
  }
  violations check() override { return reached().check(); }

protected:
  /// The other store, asked for by each call; may throw storage_error.
  virtual store &reached() = 0;
};

}  // namespace recapd::storage::test
