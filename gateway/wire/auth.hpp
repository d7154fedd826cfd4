// Who calls: bearer tokens, and what a caller may read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "workflows/ids.hpp"
#include "workflows/programs.hpp"
#include "workflows/session/session.hpp"

namespace recapd::gateway {

/// Somebody whose request we answer. Without a proven person (mode `trusted`,
/// brokers, the inbox) the caller is trusted to say who acts.
struct caller {
  std::optional<workflows::person> proven;
  workflows::program_set programs = {};  ///< that a proven person may act in
  config::sha256 token = {};             ///< whose digest proved it

  /// Trusted, support or system: nothing is hidden from them.
  [[nodiscard]] bool sees_all() const;
  /// The session's own tutor and students (whatever they answered) see it.
  [[nodiscard]] bool sees(const workflows::session &s) const;
  /// True for the very person, or one who sees all.
  [[nodiscard]] bool is(workflows::role as, std::string_view id) const;
};

/// Why nobody is known by what a request says.
struct unknown_caller {
  std::string detail;    ///< what to do
  bool guessed = false;  ///< there was a token, and it never was one of ours
};

/// Knows the tokens only by their digests, and compares in constant time.
/// Thread safe.
class authenticator {
public:
  explicit authenticator(const config::settings &settings);

  /// `authorization` is the header's value, empty without one. In mode
  /// `trusted` everybody is trusted.
  [[nodiscard]] boost::system::result<caller, unknown_caller>
  identify(std::string_view authorization, workflows::instant now) const;

  /// False once the token that proved a caller was taken away, has expired, or
  /// stands for somebody else.
  [[nodiscard]] bool still_knows(const caller &who,
                                 workflows::instant now) const;

  /// From now on these are the tokens.
  void replace(const std::vector<config::token> &tokens);

private:
  struct entry {
    config::sha256 secret{};
    workflows::person as;
    workflows::program_set programs;
    std::optional<workflows::instant> expires;
  };
  using table = std::vector<entry>;
  static std::shared_ptr<const table>
  table_of(const std::vector<config::token> &tokens);
  [[nodiscard]] std::shared_ptr<const table> current() const;

  bool trusted_;
  mutable std::mutex guard_;
  std::shared_ptr<const table> entries_;
};

}  // namespace recapd::gateway
