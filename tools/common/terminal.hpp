// What the programs print for people: tables, colours, times, money.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflows/wording.hpp"

namespace recapd::tools {

enum class colour { none, bold, dim, red, green, yellow };

/// Opens stand-ins for standard streams that the program was started without,
/// so that nothing opened later takes their numbers; writing to them fails.
void keep_standard_streams();

/// Returns true if standard output is a terminal that has colours and NO_COLOR
/// is not set. Decided at the first call, and not again.
[[nodiscard]] bool colourful();

/// Returns the columns of the terminal that standard output is; nothing if it
/// is none. Decided at the first call, and not again.
[[nodiscard]] std::optional<std::size_t> terminal_width();

/// Returns true if the text, with the line that the shell's prompt needs, is no
/// longer than the terminal that standard output is.
[[nodiscard]] bool fits_terminal(std::string_view text);

/// Returns the text in a colour, where colours are wanted.
[[nodiscard]] std::string paint(std::string_view text, colour c);

/// Returns green for good states, yellow for waiting, red for bad ones.
[[nodiscard]] colour colour_of_state(std::string_view state);

/// A table for people. Columns are as wide as their widest cell; numbers (a
/// right column) end alike. What is wider than the terminal goes on below,
/// within its column.
class table {
public:
  explicit table(std::vector<std::string> head);
  table &right(std::size_t column);
  table &state_column(std::size_t column);
  /// Shows a column of human_time() alike: all with seconds where one has some.
  table &time_column(std::size_t column);
  /// Adds a row, and under it a text, a little in; no text: nothing.
  void add(std::vector<std::string> row, std::string_view below = {});
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// Returns the table, with a line break at the end of every line, none longer
  /// than `limit` columns where that can be.
  [[nodiscard]] std::string
  text(std::optional<std::size_t> limit = terminal_width()) const;

private:
  [[nodiscard]] std::string
  text_as_it_is(std::optional<std::size_t> limit) const;
  void level_times(std::size_t column);
  [[nodiscard]] std::vector<std::size_t>
  widths(std::optional<std::size_t> limit) const;
  [[nodiscard]] std::string lines(const std::vector<std::string> &row,
                                  const std::vector<std::size_t> &widths,
                                  bool heading) const;
  std::vector<std::string> head_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::string> below_;  ///< each row's text
  std::vector<bool> right_;
  std::vector<bool> state_;
  std::vector<bool> time_;
};

/// Returns the text with no line longer than `limit` columns where that can be.
/// What goes on of a line that begins with a blank stands `indent` columns in.
[[nodiscard]] std::string
folded(std::string_view text, std::size_t indent = 0,
       std::optional<std::size_t> limit = terminal_width());

/// Returns `1 session`, `2 sessions`.
[[nodiscard]] std::string counted(std::int64_t count, std::string_view noun);

/// Returns the text with a full stop, which it may have already.
[[nodiscard]] std::string sentence(std::string_view text);

/// Returns an RFC 3339 time as workflows::human_time does; another text as it
/// is.
[[nodiscard]] std::string human_time(std::string_view rfc3339,
                                     const std::string &zone = "UTC");

using workflows::human_minutes;
using workflows::human_money;
using workflows::human_span;

}  // namespace recapd::tools
