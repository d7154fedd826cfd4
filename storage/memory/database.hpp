// The database in memory, which memory stores share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "storage/account_token.hpp"
#include "storage/conflict_check.hpp"
#include "storage/mail.hpp"
#include "storage/store.hpp"

namespace recapd::storage::memory {

/// The tables. The mutex lets an engine's threads share them; with one thread
/// everything is deterministic.
class database {
public:
  std::mutex lock;

  conflict_check stored;
  std::map<std::string, session_row, std::less<>> sessions;
  /// All pairs of a student and a session's id.
  std::set<std::pair<std::string, std::string>> students;
  std::map<std::string, standing, std::less<>> standings;
  std::map<std::string, std::vector<sent_reminder>, std::less<>> reminders;
  /// All timers, as (bucket, at, session).
  std::set<std::tuple<unsigned, instant, std::string>> timers;
  std::vector<feed_row> log;  ///< a position is the index + 1
  std::map<std::string, std::vector<std::size_t>, std::less<>> histories;
  std::map<command_key, outcome_row> outcomes;
  /// The refused commands of each session, as they were decided.
  std::map<std::string, std::vector<command_key>, std::less<>> refused;
  /// What was decided at once, by session: the sizes of commits with events,
  /// and whether each was a command's.
  std::map<std::string, std::vector<std::pair<std::size_t, bool>>, std::less<>>
      commits;
  std::map<std::string, std::vector<transfer_row>, std::less<>>
      transfers;  ///< by session, in the order written
  std::map<std::string, std::map<account_key, account_page::entry>, std::less<>>
      accounts;

  std::map<std::string, run_row, std::less<>> runs;
  std::map<std::string, disbursement_row, std::less<>> disbursements;

  std::int64_t last_inbox_seq = 0;
  std::map<std::int64_t, inbox_row> inbox;
  std::int64_t last_dead_letter = 0;
  /// The dead letters that rows were, by the rows' seq.
  std::map<std::int64_t, std::int64_t> letter_of_row;
  std::map<std::int64_t, dead_letter> dead_letters;
  std::map<std::string, person_row> people;  ///< by `ROLE:ID`
  std::vector<policy_row> policies;
  std::optional<instant> manual_clock;
  struct sink {
    std::int64_t position = 0;
    std::map<std::string, held_session> held = {};
    std::int64_t version = 0;
  };
  std::map<std::string, sink, std::less<>> sinks;
  std::map<std::string, mail_row> mails;  ///< by the notification's id

  /// Writes a commit that `stored` has admitted.
  void write(const commit &c);

  /// Returns statistics of what is stored.
  [[nodiscard]] page<statistics_group>
  statistics(const statistics_query &of) const;

  [[nodiscard]] std::vector<program_runs>
  program_runs_of(std::string_view only) const;
  [[nodiscard]] waiting_page waiting(const run_row &run, std::string_view after,
                                     int tutors) const;
  [[nodiscard]] page<disbursement_row>
  list_disbursements(const disbursement_filter &f) const;
  [[nodiscard]] std::vector<disbursement_row>
  unsent(const bucket_set &buckets, instant now, int limit) const;

private:
  void write_disbursement(const disbursement_change &change);
  void write_standing(const commit &c);
  void write_reminders(const commit &c);
  void write_payment(const commit &c);
};

}  // namespace recapd::storage::memory
