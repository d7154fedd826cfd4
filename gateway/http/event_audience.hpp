// Who may be sent the events of which session.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gateway/wire/auth.hpp"
#include "storage/store.hpp"

namespace recapd::gateway::http {

/// Who has to do with a session, whatever they answered.
struct audience {
  std::string program;
  std::string tutor;
  std::vector<std::string> students;

  /// Returns true where the caller may see the session (caller::sees), in one
  /// of its programmes.
  [[nodiscard]] bool includes(const caller &who) const;
};
using audience_ptr = std::shared_ptr<const audience>;

/// Looks sessions' audiences up, and remembers them: a session that has many
/// events is read once. Not thread safe.
class audiences {
public:
  /// Returns the audience of each row's session, in the order of rows, which
  /// are of one epoch.
  [[nodiscard]] std::vector<audience_ptr>
  of(storage::store &db, std::span<const storage::feed_row> rows);

private:
  struct entry {
    audience_ptr who;
    int version = 0;  ///< no event up to it adds anybody
  };

  [[nodiscard]] bool knows(const storage::feed_row &row);
  void read(storage::store &db, std::vector<storage::session_version> which);

  std::string epoch_;
  std::map<std::string, entry, std::less<>> known_;
};

}  // namespace recapd::gateway::http
