// Static bearer tokens: who each one stands for, where, and until when.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/json/array.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflows/ids.hpp"
#include "workflows/programs.hpp"
#include "workflows/time.hpp"

namespace recapd::config {

using sha256 = std::array<std::uint8_t, 32>;

struct token {
  std::string secret;  ///< as it is, or `sha256:` and its digest in hex
  workflows::person as;
  std::optional<workflows::program_set> programs = {};  ///< absent: by the role
  std::optional<workflows::instant> expires = {};  ///< not valid from then on

  /// Returns the digest of what the bearer sends.
  [[nodiscard]] sha256 digest() const;
  /// Returns the programmes the token is for: where none are named, `default`
  /// for tutors and students, all for others.
  [[nodiscard]] workflows::program_set allowed() const;
};

[[nodiscard]] sha256 digest_of(std::string_view secret);

/// Reads a list of tokens and adds them to `target`; `where` begins the path of
/// what is wrong. Throws config_error.
void read_tokens(const boost::json::value &list, const std::string &where,
                 std::vector<token> &target);

/// Reads the list of tokens in a file. Throws config_error.
void read_tokens_file(const std::string &name, std::vector<token> &target);

/// Returns who and where each token is for, in the file's shape, with `***` for
/// the token.
[[nodiscard]] boost::json::array shown(const std::vector<token> &tokens);

/// Returns sentences about tokens that let in more people than they should,
/// which name no token: too short, expired, in a file (empty: none) that others
/// may read.
[[nodiscard]] std::vector<std::string>
token_warnings(const std::vector<token> &tokens, const std::string &file,
               workflows::instant now);

}  // namespace recapd::config
