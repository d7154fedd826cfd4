// The checker: compares every commit and every answer of the nodes with the
// independent model.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/engine/engine.hpp"
#include "model.hpp"
#include "storage/store.hpp"
#include "workflows/whatif/summary.hpp"

namespace recapd::simulation {

/// The values of one counter, each with the commit after which it had it.
class counter_history {
public:
  void add(std::uint64_t commit, int delta) {
    values_.emplace_back(commit, last() + delta);
  }
  [[nodiscard]] std::int64_t last() const {
    return values_.empty() ? 0 : values_.back().second;
  }
  /// Returns the lowest and the highest value from just after commit `since`
  /// until now.
  [[nodiscard]] std::pair<std::int64_t, std::int64_t>
  range_since(std::uint64_t since) const;

private:
  std::vector<std::pair<std::uint64_t, std::int64_t>> values_;
};

/// Collects violations: sentences about what is not as the model says.
class checker {
public:
  /// Notes that `version` is the number of policy `p`.
  void knows_policy(int version, const workflows::policy &p);

  /// Notes that a command goes to a node. The same one may go many times.
  void sent(const actors::submission &s);
  /// Notes that a command goes to the broker: it must be done after those of
  /// its session that went there before.
  void published(const actors::submission &s);
  /// Checks a commit that was written.
  void committed(const storage::commit &c);
  /// Checks a node's answer to a command.
  void answered(const actors::submission &s, const actors::outcome &o);
  /// Notes that what a person wrote in a session was erased.
  void erased(const std::string &session, const storage::erasure &what);
  /// Checks that the store has no text of these people any more.
  void expect_no_texts(storage::store &store,
                       const std::vector<workflows::person> &of);
  /// Returns what the policy would have made of all sessions.
  [[nodiscard]] workflows::whatif_summary
  whatif(storage::store &store, const workflows::policy &would, instant now);
  /// Checks the store as a whole, once nothing is under way any more; `now` is
  /// the true time.
  void at_the_end(storage::store &store, instant now);

  [[nodiscard]] const std::vector<std::string> &violations() const {
    return violations_;
  }
  void violation(std::string what) { violations_.push_back(std::move(what)); }

  [[nodiscard]] std::uint64_t commits() const { return commits_; }
  /// Returns how often each event, refusal and kind of answer came up.
  [[nodiscard]] const std::map<std::string, std::uint64_t> &met() const {
    return met_;
  }
  [[nodiscard]] bool has_outcome(const actors::submission &s) const;
  /// Returns the earliest moment at which the engine must look at a session;
  /// nothing if there is none.
  [[nodiscard]] std::optional<instant> next_owed() const;

private:
  using identity = std::pair<std::string, std::string>;
  struct known_command {
    actors::submission what;
    std::set<instant> receipts;
    std::uint64_t first_sent = 0;  ///< how many commits there were then
    int times_sent = 0;
  };

  void command_committed(const storage::commit &c);
  void engine_committed(const storage::commit &c);
  void accepted(const storage::commit &c, const expected_outcome &v,
                const known_command &k);
  void refused(const storage::commit &c, const expected_outcome &v,
               const known_command &k);
  void follow(const storage::commit &c, const expected_outcome &v,
              const workflows::rules &r);
  void follow_notices(const storage::commit &c, const expected_outcome &v);
  void follow_usage(const storage::commit &c, const expected_outcome &v);
  void follow_ledger(const storage::commit &c, const expected_outcome &v);
  void fold(const storage::commit &c, const model_session &s);
  [[nodiscard]] const workflows::rules *rules_of(int policy_version,
                                                 const std::string &program,
                                                 const std::string &course);
  /// Returns the version of the policy by which a command about a session that
  /// did not exist was decided: an accepted one says it; of a refused one the
  /// newest is meant that refuses as was refused.
  [[nodiscard]] int version_of(const storage::commit &c,
                               const model_session &before,
                               const model_command &what) const;
  /// Returns when the engine must look at the session next.
  [[nodiscard]] std::optional<instant> owed(const model_session &s) const;
  void in_order(const storage::outcome_row &row);
  const known_command *find(const storage::outcome_row &row);
  void tell_again(storage::store &store);
  /// Replays all that is recorded by the policies that were, up to `now`.
  void replay_all(storage::store &store, instant now);
  void expect(bool holds, const std::string &about, const std::string &what);

  std::map<int, workflows::policy> policies_;
  std::map<std::pair<identity, storage::digest>, known_command> commands_;
  std::map<std::string, model_session> sessions_;
  std::map<std::string, workflows::session> folded_;
  std::map<std::string, counter_history> counters_;
  std::map<std::string, std::map<std::string, std::int64_t>> accounts_;
  struct decided {
    storage::outcome_row row;
    std::string state = {};  ///< of the session, after an accepted command
    /// The outcome that was stored or first answered; null before.
    boost::json::value told = nullptr;
  };
  void first_told(const std::string &about, decided &d,
                  boost::json::value outcome);
  std::map<identity, decided> outcomes_;
  /// By session: the commands that went to the broker, in order.
  std::map<std::string, std::vector<std::pair<identity, storage::digest>>>
      published_;
  std::uint64_t commits_ = 0;
  std::map<std::string, std::uint64_t> met_;
  std::vector<std::string> violations_;
};

}  // namespace recapd::simulation
