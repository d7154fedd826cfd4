// What the fuzz targets share: how an input is cut, and how a law is stated.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// The fuzzer calls it with each input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data,
                                      std::size_t size);

namespace recapd::fuzz {

/// Each target defines it: one input, which must break no law. `mode` is its
/// first character, which says what the rest is; a line end after it is
/// skipped, so that corpus files read well. 0 is that of an empty input, which
/// ends what the target keeps between inputs.
void try_input(char mode, std::string_view rest);

/// Ends the process unless the law holds: that is a finding. `shown` is what
/// a reader needs to see why.
void require(bool holds, std::string_view law, std::string_view shown = {});

/// Takes the first line off, without its end (`\n` or `\r\n`).
[[nodiscard]] std::string_view take_line(std::string_view &rest);

/// Takes what stands before a line that is `separator` alone; all of it when
/// there is none.
[[nodiscard]] std::string_view take_part(std::string_view &rest,
                                         std::string_view separator);

/// Returns true for valid UTF-8, by Boost.JSON (ours is under test).
[[nodiscard]] bool utf8(std::string_view text);

/// `serialize`, for whoever shows or compares.
[[nodiscard]] std::string text_of(const boost::json::value &v);

}  // namespace recapd::fuzz
