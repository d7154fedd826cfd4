// Limit actors: count what one tutor, or one course, has used per period.
//
// A limit actor has its owner's counters in memory, answers from there, and
// reserves what it grants until the grant's commit is known. Its copy may be
// old (another node counts too). The database checks every grant; for any other
// answer the actor reads anew first, with no grant outstanding. So no limit is
// named, or left out, because of an old figure or of a grant that may yet be
// given back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/children.hpp"
#include "actors/messages.hpp"
#include "actors/node_context.hpp"

namespace recapd::actors {

class limits_state {
public:
  static inline const char *name = "limits";
  limits_state() = default;

  void begin(limits_ref self, context_ptr node,
             const limits_directory_ref &parent, const std::string &owner,
             std::uint64_t generation);
  void ask(ask_limits &m);
  void ended(const grant_ended &m);
  void released(const usage_released &m);
  void loaded(usage_loaded &m);
  void passivate_when_done() { passivating_ = true; }
  /// Returns true if the actor shall end and has nothing left to do.
  [[nodiscard]] bool ends() const;

private:
  struct counter {
    std::int64_t used = 0;  ///< as stored in the database, as far as known
    int outstanding = 0;    ///< granted, by commits that are not known yet
    int grants = 0;         ///< how many grants that is
    bool known = false;     ///< `used` was read, and is not in doubt
  };

  void run();
  [[nodiscard]] bool load_unknown(const ask_limits &m);
  void load(std::vector<workflows::usage_key> keys);
  [[nodiscard]] bool fits(const ask_limits &m) const;
  void answer_front(bool grant);
  void forget_old_counters();

  limits_ref self_;
  context_ptr node_;
  std::string owner_;
  exit_note<limits_directory_ref> note_;
  std::map<workflows::usage_key, counter> counters_;
  std::deque<ask_limits> waiting_;
  bool passivating_ = false;
  bool verified_ = false;  ///< the counters were read for the front
  std::vector<workflows::usage_key> loading_;
  std::uint64_t step_ = 0;
  int outstanding_ = 0;  ///< how many grants are outstanding
};

limits_ref::behavior_type
limits_actor(limits_ref::stateful_pointer<limits_state> self, context_ptr node,
             limits_directory_ref parent, const std::string &owner,
             std::uint64_t generation);

class limits_directory_state {
public:
  static inline const char *name = "limits_directory";
  limits_directory_state() = default;

  std::optional<children<limits_ref>> owners;
};

/// Hands each message to the limit actor of a tutor (`t:ID`) or course
/// (`c:ID`), which it spawns on demand.
limits_directory_ref::behavior_type limits_directory(
    limits_directory_ref::stateful_pointer<limits_directory_state> self,
    context_ptr node);

}  // namespace recapd::actors
