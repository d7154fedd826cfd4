// Who calls: bearer tokens, and what a caller may read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>
#include <functional>
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
  constexpr void add(workflows::role one) { bits_ |= bit(one); }
  [[nodiscard]] constexpr bool has(workflows::role one) const {
    return (bits_ & bit(one)) != 0;
  }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  bool operator==(const role_set &) const = default;

private:
  static constexpr unsigned bit(workflows::role one) {
    return 1U << static_cast<unsigned>(one);
  }
  unsigned bits_ = 0;
};

/// Who sent a request. Without a proven person (mode `trusted`, brokers, the
/// inbox) the caller is trusted to say who acts.
struct caller {
  /// Of a person in several roles, one of them: `others` has the rest.
  std::optional<workflows::person> proven;
  workflows::program_set programs = {};  ///< in which a proven person may act
  config::sha256 token = {};  ///< of the token that proved the person
  role_set others = {};
  /// No programmes were named: as tutor or student the person acts in `default`
  /// alone, whatever staff of these roles may.
  bool unnamed_programs = false;
  /// When a sign-in, which no table of tokens has, ends.
  std::optional<workflows::instant> until = {};
  std::string name = {};  ///< as the provider says it; empty: not known

  /// Returns true if that is one of the person's roles.
  [[nodiscard]] bool has_role(workflows::role as) const;
  /// Returns the person in each of their roles; nobody, if nobody is proven.
  [[nodiscard]] std::vector<workflows::person> persons() const;
  /// Returns the programmes in which the person acts in this role.
  [[nodiscard]] workflows::program_set programs_as(workflows::role as) const;
  /// Makes the person act in the first of their roles that is among these.
  /// Returns false if none is.
  bool act_as_one_of(const role_set &roles);

  /// Returns true for callers who see what they take no part in, too: all but
  /// tutors and students, within their programmes.
  [[nodiscard]] bool sees_all() const;
  /// Returns what of a session of that tutor is shown to the caller, who sees
  /// it.
  [[nodiscard]] workflows::viewer viewer(std::string_view tutor) const;
  /// Returns true for the session's own tutor and students (whatever they
  /// answered), and for callers who see all.
  [[nodiscard]] bool sees(const workflows::session &s) const;
  /// Returns true for the very person, and for callers who see all.
  [[nodiscard]] bool is(workflows::role as, std::string_view id) const;
};

/// Why a request's caller is not known.
struct unknown_caller {
  enum class kind : unsigned char {
    unproven,   ///< nothing proves who it is
    forbidden,  ///< who it is is proven, and may do nothing here
    later,      ///< the node cannot tell yet
  };
  std::string detail;    ///< a sentence that says what to do
  bool guessed = false;  ///< there was a token, and it is none of the node's
  kind why = kind::unproven;
};
using identified = boost::system::result<caller, unknown_caller>;

/// Finds out whom a token proves that is in no table.
using token_reader =
    std::function<identified(std::string_view token, workflows::instant now)>;

/// Returns the token of an Authorization field `Bearer TOKEN`; nothing if it is
/// none.
[[nodiscard]] std::optional<std::string_view>
bearer_token(std::string_view authorization);

/// Finds out who a bearer token stands for. Knows the tokens only by their
/// digests, and compares in constant time. Thread safe.
class authenticator {
public:
  /// Has `others` read the tokens that are none of the settings'; null: none
  /// else counts.
  explicit authenticator(const config::settings &settings,
                         token_reader others = nullptr);

  /// Returns whom `authorization` proves, the header's value or empty. In mode
  /// `trusted` everybody is trusted.
  [[nodiscard]] identified identify(std::string_view authorization,
                                    workflows::instant now) const;

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
  token_reader others_;
  mutable std::mutex mutex_;
  std::shared_ptr<const table> entries_;
};

}  // namespace recapd::gateway
