// The simulation's mail: the real mailer before a server that fails.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gateway/mail/mailer.hpp"
#include "process.hpp"
#include "rng.hpp"
#include "storage/memory/store.hpp"

namespace recapd::simulation {

/// Runs the mailer step by step, and has it die now and then behind what the
/// server took. It is a violation if a notification is neither sent nor without
/// its reason, if one is sent that has lost it, or that is muted, or if a mail
/// that comes again has more in it than before.
class postman {
public:
  /// `faulty` is what the mailer reads by; `database` is looked at to check.
  postman(std::shared_ptr<storage::memory::database> database,
          storage::store &faulty, std::shared_ptr<const instant> now,
          std::uint64_t seed);

  /// Does a step of the mailer; the server, the store and the process break
  /// off so often, per mille. Returns true if something did.
  bool pump(unsigned fails);
  /// Goes on without faults until nothing waits, and checks that all was sent.
  void finish();

  [[nodiscard]] const std::vector<std::string> &violations() const {
    return violations_;
  }
  [[nodiscard]] std::size_t mails() const { return taken_.size(); }

private:
  void start();
  void meet_people();
  gateway::mail::smtp_answer take(const std::string &mail);
  void check(const storage::mail_row &row);

  std::shared_ptr<storage::memory::database> database_;
  std::unique_ptr<storage::store> own_;  ///< never fails
  storage::store &faulty_;
  std::shared_ptr<skewed_clock> clock_;
  random_source rng_;
  unsigned fails_ = 0;
  std::unique_ptr<gateway::mail::mailer> mailer_;
  std::int64_t met_ = 0;  ///< the position up to which people were met
  std::set<std::string> people_;
  struct told {
    std::string id, kind, to;
  };
  std::vector<told> told_;  ///< all notifications, in order
  /// What was taken, by the mails' names: the notifications in it.
  std::map<std::string, std::set<std::string>> taken_;
  std::vector<std::string> violations_;
};

}  // namespace recapd::simulation
