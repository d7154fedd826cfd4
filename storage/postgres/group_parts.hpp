// The SQL of a group commit, in parts that a group may have rows for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "storage/postgres/connection.hpp"

namespace recapd::storage::postgres {

/// A statement and its parameters, for a connection of the thread that built
/// it.
struct group_statement {
  const prepared_statement *statement;
  arguments args;
};

/// One part of a group's statement. A part's parameters are numbered from $1;
/// in a statement they go on from the part before.
struct group_part {
  char letter;       ///< in the statement's name, of which 63 characters count
  const char *with;  ///< members of WITH; null: none
  const char *refusal;  ///< a branch of the CASE that raises; null: none
};

extern const group_part journal_part;
extern const group_part created_part;   ///< new sessions
extern const group_part fresh_part;     ///< where new sessions stand
extern const group_part moved_part;     ///< where sessions that stand move to
extern const group_part standing_part;  ///< where sessions stand now
extern const group_part paid_part;  ///< sessions that stand nowhere any more
extern const group_part corrected_part;  ///< what paid sessions count now
extern const group_part marked_part;     ///< marks that sessions have now
extern const group_part unmarked_part;   ///< marks that they have no more
extern const group_part reminded_part;   ///< reminders that went out
extern const group_part answered_part;   ///< what answers earlier reminders
extern const group_part expected_part;   ///< versions that must be stored still
extern const group_part listed_part;     ///< sessions' students
extern const group_part counted_part;
extern const group_part payment_part;
extern const group_part disbursement_part;  ///< where disbursements are now
extern const group_part disbursed_part;     ///< what new ones pay out
extern const group_part asked_part;  ///< commands that the inbox asked again
extern const group_part taken_part;  ///< rows that are done, of the inbox

/// Builds a statement: one round trip, one transaction, and one plan for each
/// list of parts. A part without rows would cost as much to begin and to end as
/// a row does, so it is left out.
class group_builder {
public:
  /// Adds a part with its parameters, moving from them, if there are any.
  template <class... Arrays>
  void add(const group_part &p, array_argument &first, Arrays &...more) {
    if (first.empty()) return;
    parts_.push_back({&p, args_.wire().size()});
    args_.take(first, more...);
  }

  [[nodiscard]] group_statement done() &&;

private:
  struct placed {
    const group_part *part;
    std::size_t after;  ///< how many parameters come before it
  };

  [[nodiscard]] std::string sql() const;

  std::vector<placed> parts_;
  arguments args_;
};

}  // namespace recapd::storage::postgres
