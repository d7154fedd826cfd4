// What the programs print for people: tables, colours, times, money.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recapd::tools {

enum class colour { none, bold, dim, red, green, yellow, blue };

/// Where the program was started without one of its three standard streams,
/// nothing that is opened later takes its number: what is written to it fails.
void keep_standard_streams();

/// True if standard output is a terminal that has colours and NO_COLOR is not
/// set. Decided at the first call, and the same from then on.
[[nodiscard]] bool colourful();

/// Columns of the terminal that standard output is; nothing if it is none.
/// Decided at the first call, and the same from then on.
[[nodiscard]] std::optional<std::size_t> terminal_width();

/// True if the text, with the line that the shell's prompt needs, is no longer
/// than the terminal that standard output is.
[[nodiscard]] bool fits_terminal(std::string_view text);

/// The text in a colour, where colours are wanted.
[[nodiscard]] std::string paint(std::string_view text, colour c);

/// Good green, waiting yellow, bad red.
[[nodiscard]] colour colour_of_state(std::string_view state);

/// Columns as wide as their widest cell; numbers (a right column) end alike.
/// What is wider than the terminal goes on below, within its column.
class table {
public:
  explicit table(std::vector<std::string> head);
  table &right(std::size_t column);
  table &state_column(std::size_t column);
  void add(std::vector<std::string> row);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// With a line break at the end of every line, none longer than `limit`
  /// columns where that can be.
  [[nodiscard]] std::string
  text(std::optional<std::size_t> limit = terminal_width()) const;

private:
  [[nodiscard]] std::vector<std::size_t>
  widths(std::optional<std::size_t> limit) const;
  [[nodiscard]] std::string lines(const std::vector<std::string> &row,
                                  const std::vector<std::size_t> &widths,
                                  bool heading) const;
  std::vector<std::string> head_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<bool> right_;
  std::vector<bool> state_;
};

/// The text with no line longer than `limit` columns where that can be. What
/// goes on of a line that begins with a blank stands `indent` columns in.
[[nodiscard]] std::string
folded(std::string_view text, std::size_t indent = 0,
       std::optional<std::size_t> limit = terminal_width());

/// The text with the full stop that it may have already.
[[nodiscard]] std::string sentence(std::string_view text);

/// `Mon 2026-11-23 09:30 EST` in an IANA time zone, in UTC where the machine
/// does not know it; a text that is no RFC 3339 time as it is.
[[nodiscard]] std::string human_time(std::string_view rfc3339,
                                     const std::string &zone = "UTC");

/// `2 d 3 h`, `45 min`, `10 s`; never negative.
[[nodiscard]] std::string human_span(std::chrono::seconds span);

/// `15.00 USD` of 1500 minor units.
[[nodiscard]] std::string human_money(std::int64_t minor,
                                      std::string_view currency);

/// `2 h 05 min`.
[[nodiscard]] std::string human_minutes(std::int64_t minutes);

}  // namespace recapd::tools
