// Causes: why PostgreSQL does not serve, in words that say what to do.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace recapd::storage::postgres {

struct known_cause {
  std::string_view sqlstate;  ///< the server's; empty: known by libpq's words
  std::string_view words;     ///< a part of libpq's words
  std::string_view what;
  std::string_view remedy;
  bool heals;  ///< it may end though nobody changes a setting or a right
};

/// Returns a message's first line, without a full stop at its end, to be put
/// into a sentence; further lines of the server's hold data.
[[nodiscard]] std::string_view first_line(std::string_view text);

/// Returns `what: said; remedy`.
[[nodiscard]] std::string told(const known_cause &cause, std::string_view said);

/// Returns the cause of a statement's failure; null where there is none that an
/// operator can mend.
[[nodiscard]] const known_cause *cause_of_statement(std::string_view sqlstate);

/// Why a connect failed, in the words of the server or of libpq.
struct connect_failure {
  const known_cause *cause;  ///< never null
  std::string said;
};

/// Returns why a connect failed; `message` is libpq's. Of several servers the
/// last that was tried gives the cause, and what of each was said is told.
/// Where the server said why, it is asked a second time for its SQLSTATE, since
/// its words are in its own language and a failed connect gives nothing else.
[[nodiscard]] connect_failure cause_of_connect(const std::string &conninfo,
                                               std::string_view message);

}  // namespace recapd::storage::postgres
