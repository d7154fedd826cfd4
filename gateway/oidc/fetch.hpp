// Requests to an OpenID provider, of bounded size and time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <boost/system/result.hpp>
#include <chrono>
#include <string>
#include <vector>

namespace recapd::gateway::oidc {

/// The most bytes of an answer.
inline constexpr std::size_t max_answer_bytes = 524'288;

/// What is asked for. With a body it is a POST of a form.
struct question {
  std::string url;
  std::string form = {};
  std::vector<std::string> fields = {};  ///< header lines
  std::chrono::seconds bound{10};
};

/// Why there is no body: words that follow the URL.
struct no_answer {
  std::string why;
  long status = 0;  ///< 0: it does not answer
};

using fetched = boost::system::result<std::string, no_answer>;

/// Asks, and waits for the answer, until `stop`. Returns the body of a 200.
/// Follows no redirect, and
/// goes from `https` to nothing else.
[[nodiscard]] fetched fetch(const question &what,
                            const std::atomic<bool> &stop);

}  // namespace recapd::gateway::oidc
