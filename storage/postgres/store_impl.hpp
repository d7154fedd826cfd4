// The PostgreSQL store's class. Its members are in append.cpp, check.cpp,
// erasing.cpp, inbox.cpp, people.cpp, probe.cpp, queries.cpp, reading.cpp,
// recorded.cpp, sinks.cpp and statistics.cpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "storage/postgres/link.hpp"
#include "storage/store.hpp"

namespace recapd::storage::postgres {

/// A column for statements that find rows: where the database replicates
/// synchronously, the answer waits until the rows are replicated, as whoever
/// wrote them may have been told not to wait. The column writes a message, and
/// its commit waits for all commits before it; without a row there is no
/// message and no wait.
inline constexpr const char *once_replicated =
    "(SELECT CASE WHEN current_setting('synchronous_standby_names') <> '' THEN"
    " pg_logical_emit_message(true, 'recapd', '') END)";

class sql_store final : public store, private link {
public:
  explicit sql_store(endpoint to) : link{std::move(to), true} {}

  std::string epoch() override;
  void probe() override;

  std::vector<std::optional<fault>>
  append(std::span<const commit> commits) override;

  std::vector<std::int64_t>
  load_usage(std::span<const workflows::usage_key> keys) override;
  std::vector<timer_row> load_timers(std::span<const unsigned> buckets,
                                     instant until, int limit) override;
  std::vector<std::optional<outcome_row>>
  find_outcomes(std::span<const command_key> keys) override;
  std::vector<session_events>
  load_events(std::span<const session_version> of) override;

  std::vector<policy_row> load_policies(int after) override;
  page<policy_row> list_policies(int before, page_bounds most) override;
  policy_saved save_policy(const policy_draft &draft) override;
  std::optional<instant> load_manual_clock() override;
  void save_manual_clock(std::optional<instant> now) override;

  std::vector<program_runs> list_program_runs(std::string_view only) override;
  run_row begin_run(const run_row &run) override;
  void complete_run(std::string_view id) override;
  waiting_page list_waiting(const run_row &run, std::string_view after,
                            int tutors) override;
  page<disbursement_row>
  list_disbursements(const disbursement_filter &filter) override;
  std::optional<disbursement_row>
  find_disbursement(std::string_view id) override;
  std::vector<disbursement_row> load_unsent(const bucket_set &buckets,
                                            instant now, int limit) override;
  void save_attempt(const post_attempt &attempt) override;

  std::optional<person_row> load_person(const workflows::person &who) override;
  void save_person(const person_change &change) override;
  std::vector<person_row> list_unreachable(std::string_view after,
                                           int limit) override;
  void delete_person(const workflows::person &who) override;
  bool takes_part(const workflows::person &who,
                  const std::optional<workflows::person> &other,
                  const program_set &among) override;
  found_sessions find_written(const workflows::person &who,
                              std::string_view after, int limit) override;
  bool erase_texts(std::string_view session, const erasure &what) override;
  void replace_letter(std::int64_t id, std::string_view event) override;
  void replace_waiting(std::int64_t seq, std::string_view event) override;

  std::vector<inbox_row> read_inbox_among(std::span<const seq_range> among,
                                          int limit,
                                          const bucket_set &buckets) override;
  void insert_inbox(std::string_view event) override;
  void forward(std::span<const inbox_row> rows) override;
  void write_dead_letters(std::span<const dead_letter> letters) override;
  page<dead_letter> list_dead_letters(std::int64_t after, page_bounds most,
                                      const program_set &among) override;
  letter_retry retry_dead_letter(std::int64_t id,
                                 const program_set &among) override;

  using store::history;
  page<event_row> history(std::string_view session, int after,
                          page_bounds most) override;
  page<session_events> list_sessions(const session_filter &filter) override;
  page<recorded_session> list_recorded(const recorded_filter &filter) override;
  std::int64_t count_starting(instant from, instant to,
                              const program_set &among) override;
  account_page account(std::string_view account, std::string_view after,
                       int limit, const program_set &among) override;
  std::vector<std::pair<std::string, std::int64_t>>
  balances_before(std::string_view account, instant at,
                  const program_set &among) override;
  page<outcome_row> refused_outcomes(std::string_view session,
                                     std::string_view after,
                                     page_bounds most) override;
  page<feed_row> list_notified(const notified_filter &of, std::int64_t from,
                               page_bounds most) override;
  std::vector<feed_row> read_feed(std::int64_t after, int limit) override;
  std::int64_t feed_end() override;
  std::optional<std::int64_t> find_in_feed(const feed_place &place) override;
  feed_backlog count_feed(std::int64_t after, int most) override;
  std::vector<feed_row> read_feed_of(std::string_view session,
                                     std::int64_t from, std::int64_t last,
                                     int limit) override;
  sink_state load_sink(std::string_view sink) override;
  bool save_sink(std::string_view sink, const sink_change &change) override;
  std::vector<std::pair<std::string, std::int64_t>> count_by_state() override;
  queue_counts count_queues(const program_set &among) override;
  untaken count_untaken(int most) override;
  oldest_waiting find_oldest_waiting() override;
  page<statistics_group> statistics(const statistics_query &of) override;
  violations check() override;
};

}  // namespace recapd::storage::postgres
