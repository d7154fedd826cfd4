// Who calls: bearer tokens, and what a caller may read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "workflows/ids.hpp"
#include "workflows/json/session.hpp"
#include "workflows/programs.hpp"
#include "workflows/session/session.hpp"

namespace recapd::gateway {

/// Some of the roles.
class role_set {
public:
  constexpr role_set(std::initializer_list<workflows::role> all) {
    for (const auto one : all)
      bits_ |= bit(one);
  }
  [[nodiscard]] constexpr bool has(workflows::role one) const {
    return (bits_ & bit(one)) != 0;
  }

private:
  static constexpr unsigned bit(workflows::role one) {
    return 1U << static_cast<unsigned>(one);
  }
  unsigned bits_ = 0;
};

/// Who sent a request. Without a proven person (mode `trusted`, brokers, the
/// inbox) the caller is trusted to say who acts.
struct caller {
  std::optional<workflows::person> proven;
  workflows::program_set programs = {};  ///< in which a proven person may act
  config::sha256 token = {};  ///< of the token that proved the person

  /// Returns true for callers who see what they take no part in, too: all but
  /// tutors and students, within their programmes.
  [[nodiscard]] bool sees_all() const;
  [[nodiscard]] bool is_student() const {
    return proven && proven->as == workflows::role::student;
  }
  /// Returns what is shown to the caller.
  [[nodiscard]] workflows::viewer viewer() const {
    return proven ? workflows::viewer{*proven} : workflows::viewer{};
  }
  /// Returns true for the session's own tutor and students (whatever they
  /// answered), and for callers who see all.
  [[nodiscard]] bool sees(const workflows::session &s) const;
  /// Returns true for the very person, and for callers who see all.
  [[nodiscard]] bool is(workflows::role as, std::string_view id) const;
};

/// Why a request's caller is not known.
struct unknown_caller {
  std::string detail;    ///< a sentence that says what to do
  bool guessed = false;  ///< there was a token, and it is none of the node's
};

/// Returns the token of an Authorization field `Bearer TOKEN`; nothing if it is
/// none.
[[nodiscard]] std::optional<std::string_view>
bearer_token(std::string_view authorization);

/// Finds out who a bearer token stands for. Knows the tokens only by their
/// digests, and compares in constant time. Thread safe.
class authenticator {
public:
  explicit authenticator(const config::settings &settings);

  /// Returns whom `authorization` proves, the header's value or empty. In mode
  /// `trusted` everybody is trusted.
  [[nodiscard]] boost::system::result<caller, unknown_caller>
  identify(std::string_view authorization, workflows::instant now) const;

  /// Returns false once the token that proved a caller was taken away, has
  /// expired, or stands for another person or other programmes.
  [[nodiscard]] bool still_knows(const caller &who,
                                 workflows::instant now) const;

  /// Takes these tokens in place of the present ones.
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
  mutable std::mutex mutex_;
  std::shared_ptr<const table> entries_;
};

}  // namespace recapd::gateway
