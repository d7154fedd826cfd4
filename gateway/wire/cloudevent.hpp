// CloudEvents in: decodes an event into a command for the engine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/system/result.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "actors/engine/engine.hpp"
#include "gateway/wire/auth.hpp"
#include "workflows/refusal.hpp"

namespace recapd::gateway {

/// The most bytes of a command's event.
inline constexpr std::size_t max_event_bytes = std::size_t{64} * 1024;

/// An event that never reaches the engine: `malformed`, or `not-allowed` by
/// the bearer token. Its id and source are there when they could be read.
struct rejected {
  workflows::refusal_code code = workflows::refusal_code::malformed;
  std::string detail;
  std::optional<std::string> source = std::nullopt;
  std::optional<std::string> id = std::nullopt;
  /// True where the text is no JSON at all.
  bool not_json = false;
  std::string type = {};  ///< as it came, or empty
};

using decoded = boost::system::result<actors::submission, rejected>;

/// What the transport knows about an event.
struct arrival {
  caller who;
  workflows::instant received_at;
  std::string_view traceparent = {};  ///< used where the event names none
  bool any_length = false;  ///< a node has taken it: any length will do
};

/// Decodes an event in structured content mode: `text` is one event in JSON.
[[nodiscard]] decoded decode_structured(std::string_view text,
                                        const arrival &how);

using header_list =
    std::span<const std::pair<std::string_view, std::string_view>>;

/// Returns the value of a `ce-*` header field: without the quotes that may
/// stand around it, percent-decoded. Nothing where it is broken, no UTF-8, or
/// has a NUL.
[[nodiscard]] std::optional<std::string>
attribute_value(std::string_view field);

/// Decodes an event in binary content mode: its attributes are `ce-*` header
/// fields, `body` is its data.
[[nodiscard]] decoded decode_binary(header_list headers, std::string_view body,
                                    const arrival &how);

/// Returns an event, in structured mode, that decodes to this very command.
[[nodiscard]] std::string encode_structured(const actors::submission &command);

/// Returns the `outcome` object of an event that never reached the engine.
[[nodiscard]] boost::json::object outcome_of(const rejected &r);

/// Returns the text if it is a W3C trace context, else an empty one.
[[nodiscard]] std::string_view valid_traceparent(std::string_view text);

}  // namespace recapd::gateway
