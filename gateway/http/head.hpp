// The head of a request: what readers could take in two ways is refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "gateway/http/problem.hpp"
#include "gateway/http/target.hpp"
#include "gateway/wire/cloudevent.hpp"

namespace recapd::gateway::http {

/// The most bytes of the request line and all fields, or of all extensions of
/// chunks, or of the trailers.
inline constexpr std::size_t max_head_bytes = std::size_t{16} * 1024;
inline constexpr std::size_t max_target_bytes = std::size_t{8} * 1024;

/// Looks at the bytes of a head, from the first to the empty line, as they
/// come, each once (RFC 9112).
class head_scanner {
public:
  enum class progress {
    more,   ///< the head goes on
    whole,  ///< the head ends at size()
    broken  ///< the head is refused with refusal()
  };

  /// Looks at what has come since the last call. `bytes` is the head so far,
  /// from its first byte on; what follows the head may stand behind it.
  progress scan(std::string_view bytes);

  /// Returns the bytes of a whole head.
  [[nodiscard]] std::size_t size() const { return seen_; }
  /// Returns the bytes of an empty line before the request line, which is no
  /// part of the message.
  [[nodiscard]] std::size_t skipped() const { return skipped_; }
  /// Returns the answer to a broken head.
  [[nodiscard]] response refusal() const;

private:
  enum class place {
    begin,
    skipped_line,
    method,
    target_begin,
    target,
    version,
    line_end,
    field_begin,
    name,
    value,
    value_end,
    last_end,
    whole
  };
  bool take(char c);
  bool take_method(char c);
  bool take_target(char c);
  bool take_version(char c);
  bool take_field(char c);
  bool go(place to) { return at_ = to, true; }
  bool expect(bool right, place to, const char *otherwise);
  bool refuse(unsigned status, const char *why);

  place at_ = place::begin;
  std::size_t seen_ = 0;
  std::size_t skipped_ = 0;
  std::size_t length_ = 0;  ///< of the target, or of the version so far
  bool known_version_ = true;
  unsigned status_ = 400;
  const char *why_ = "";
};

/// Refuses a head that leaves open where the message ends or which host it is
/// for: `Transfer-Encoding` other than `chunked` alone, `Content-Length` that
/// is not one number, not exactly one valid `Host` (HTTP/1.0: at most one), an
/// absolute target of another host, two `Authorization`s or `Content-Type`s.
/// `version` is 10 or 11.
[[nodiscard]] std::optional<response>
check_framing(header_list fields, unsigned version, const target &to);

}  // namespace recapd::gateway::http
