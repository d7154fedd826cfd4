// The log: one JSON object a line, on standard error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace recapd::gateway {

/// Makes spdlog's default logger write `{"time","level","message",…}` lines to
/// standard error. `level` is trace, debug, info, warn, error or off.
void start_log(std::string_view level);

using log_fields =
    std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// Logs `message` and the fields, as members of the line's object. Must never
/// be given a token or a recap's text.
void log_debug(std::string_view message, log_fields fields);
void log_info(std::string_view message, log_fields fields);
void log_warn(std::string_view message, log_fields fields);

/// Returns one log line's JSON, without a line end: `payload` is a text, or an
/// object as the functions above make it, whose members are then the line's.
/// Escapes what a terminal would act on.
[[nodiscard]] std::string log_line(std::string_view time,
                                   std::string_view level,
                                   std::string_view payload);

}  // namespace recapd::gateway
