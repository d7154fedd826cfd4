// The SQL of a group commit: parts, of which a group's statement has those it
// has rows for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "storage/postgres/connection.hpp"

namespace recapd::storage::postgres {

/// To be run on a connection of the thread that made it.
struct group_statement {
  const prepared_statement *statement;
  arguments args;
};

/// A part's parameters are numbered from $1; in a statement they go on from the
/// part before.
struct group_part {
  char letter;          ///< in the name of a statement, of which 63 count
  const char *with;     ///< members of WITH; null: none
  const char *refusal;  ///< a branch of the CASE that raises; null: none
};

extern const group_part event_part;
extern const group_part created_part;  ///< new sessions
extern const group_part moved_part;    ///< sessions that there are
extern const group_part decided_part;  ///< versions that must still be stored
extern const group_part listed_part;
extern const group_part counted_part;
extern const group_part payment_part;
extern const group_part command_part;
extern const group_part asked_part;  ///< again, by the inbox
extern const group_part taken_part;  ///< from the inbox

/// One round trip, one transaction, and one plan for each list of parts. A part
/// without rows would cost as much to begin and to end as a row does, so it is
/// left out.
class group_builder {
public:
  /// The part's parameters, moved from.
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
    std::size_t after;  ///< so many parameters of other parts
  };

  [[nodiscard]] std::string sql() const;

  std::vector<placed> parts_;
  arguments args_;
};

}  // namespace recapd::storage::postgres
