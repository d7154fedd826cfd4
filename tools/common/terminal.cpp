// SPDX-License-Identifier: Apache-2.0
#include "tools/common/terminal.hpp"
#include <algorithm>
#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <numeric>
#include <sys/ioctl.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unistd.h>

#include "config/shown.hpp"
#include "workflows/time.hpp"
#include "workflows/utf8.hpp"

namespace recapd::tools {

namespace {

/// Returns the byte behind the code point at `at`, or behind the colour's
/// sequence that begins there.
std::size_t behind(std::string_view text, std::size_t at) {
  if (text[at] == '\033')
    return std::min(text.find('m', at), text.size() - 1) + 1;
  ++at;
  while (at < text.size() && workflows::continues_utf8(text[at]))
    ++at;
  return at;
}

/// Returns the columns that what begins at `at` takes: wide characters two,
/// marks and colours none.
std::size_t columns_at(std::string_view text, std::size_t at) {
  if (text[at] == '\033') return 0;
  const auto piece = text.substr(at, behind(text, at) - at);
  const auto c = icu::UnicodeString::fromUTF8(
                     icu::StringPiece{piece.data(),
                                      static_cast<std::int32_t>(piece.size())})
                     .char32At(0);
  const auto mask = U_GET_GC_MASK(c);
  if ((mask & (U_GC_MN_MASK | U_GC_ME_MASK | U_GC_CF_MASK)) != 0) return 0;
  const auto wide = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
  return wide == U_EA_FULLWIDTH || wide == U_EA_WIDE ? 2 : 1;
}

std::size_t width(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at = behind(text, at))
    count += columns_at(text, at);
  return count;
}

constexpr std::string_view gap = "  ";
/// How far in the text under a row stands.
constexpr std::size_t step_in = 4;
/// The least columns to which a column is folded.
constexpr std::size_t narrowest = 8;

/// Returns the byte behind `columns` columns, at least behind one character.
std::size_t bytes_of(std::string_view text, std::size_t columns) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto taken = columns_at(text, at);
    if (taken > columns && (columns == 0 || at > 0)) break;
    columns -= std::min(taken, columns);
    at = behind(text, at);
  }
  return at;
}

/// Returns pieces of at most `columns` columns, parted at blanks, else behind
/// commas, where there are any.
std::vector<std::string> pieces_of(std::string_view text, std::size_t columns) {
  std::vector<std::string> pieces;
  while (width(text) > columns) {
    auto end = bytes_of(text, columns);
    auto next = end;
    if (const auto blank = text.substr(0, end + 1).rfind(' ');
        blank != std::string_view::npos && blank > 0) {
      end = blank;
      next = blank + 1;
    } else if (const auto comma = text.substr(0, end).rfind(',');
               comma != std::string_view::npos) {
      end = next = comma + 1;
    }
    pieces.emplace_back(text.substr(0, end));
    text.remove_prefix(next);
  }
  pieces.emplace_back(text);
  return pieces;
}

/// Takes the first line off `text` and returns it without its line break.
std::string_view take_line(std::string_view &text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

winsize terminal_size() {
  winsize size{};
  if (isatty(STDOUT_FILENO) != 1
      || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
    return {};
  return size;
}

}  // namespace

std::optional<std::size_t> terminal_width() {
  static const auto columns = []() -> std::optional<std::size_t> {
    const auto size = terminal_size();
    if (size.ws_col == 0) return std::nullopt;
    return size.ws_col;
  }();
  return columns;
}

bool fits_terminal(std::string_view text) {
  const auto size = terminal_size();
  if (size.ws_col == 0) return false;
  std::size_t rows = 1;
  while (!text.empty() && rows <= size.ws_row)
    rows += std::max<std::size_t>(width(take_line(text)) + size.ws_col - 1,
                                  size.ws_col)
            / size.ws_col;
  return rows <= size.ws_row;
}

std::string folded(std::string_view text, std::size_t indent,
                   std::optional<std::size_t> limit) {
  if (!limit) return std::string{text};
  // Where little would be left beside the indent, there is less of it.
  indent = std::min(indent, *limit / 2);
  std::string out;
  while (!text.empty()) {
    const bool ended = text.find('\n') != std::string_view::npos;
    const auto line = take_line(text);
    const std::size_t in = line.starts_with(' ') ? indent : 0;
    const auto end = bytes_of(line, in);
    out += line.substr(0, end);
    std::string_view before;
    const auto margin = "\n" + std::string(in, ' ');
    for (const auto &piece :
         pieces_of(line.substr(end), std::max<std::size_t>(*limit - in, 1))) {
      out.append(before).append(piece);
      before = margin;
    }
    out += ended ? "\n" : "";
  }
  return out;
}

std::string counted(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string sentence(std::string_view text) {
  return fmt::format("{}{}", text, text.ends_with('.') ? "" : ".");
}

void keep_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(stream, F_GETFD) == -1 && ::open("/dev/null", O_RDONLY) < 0)
      std::abort();
}

bool colourful() {
  static const bool wanted = [] {
    const char *no = std::getenv("NO_COLOR");
    const char *term = std::getenv("TERM");
    return isatty(STDOUT_FILENO) == 1 && (!no || *no == '\0')
           && (!term || std::string_view{term} != "dumb");
  }();
  return wanted;
}

std::string paint(std::string_view text, colour c) {
  constexpr std::array codes{"", "1", "2", "31", "32", "33"};
  if (c == colour::none || !colourful()) return std::string{text};
  return fmt::format("\033[{}m{}\033[0m", codes[static_cast<std::size_t>(c)],
                     text);
}

colour colour_of_state(std::string_view state) {
  constexpr std::array good{"paid", "completed", "accepted", "going", "live"};
  constexpr std::array bad{"missed",   "update_denied", "voided",
                           "disputed", "refused",       "silent"};
  constexpr std::array gone{"cancelled", "declined", "removed", "duplicate"};
  if (std::ranges::find(good, state) != good.end()) return colour::green;
  if (std::ranges::find(bad, state) != bad.end()) return colour::red;
  if (std::ranges::find(gone, state) != gone.end()) return colour::dim;
  return colour::yellow;
}

table::table(std::vector<std::string> head)
    : head_{std::move(head)}, right_(head_.size()), state_(head_.size()),
      time_(head_.size()) {}

table &table::right(std::size_t column) {
  right_[column] = true;
  return *this;
}

table &table::state_column(std::size_t column) {
  state_[column] = true;
  return *this;
}

table &table::time_column(std::size_t column) {
  time_[column] = true;
  return *this;
}

void table::level_times(std::size_t column) {
  // `Mon 2026-11-23 09:30`, and then seconds or not.
  constexpr std::size_t behind_minutes = 20;
  const auto is_time = [](const std::string &cell) {
    return cell.size() > behind_minutes;
  };
  if (std::ranges::none_of(rows_, [&](const auto &row) {
        return is_time(row[column]) && row[column][behind_minutes] == ':';
      }))
    return;
  for (auto &row : rows_)
    if (auto &cell = row[column]; is_time(cell) && cell[behind_minutes] == ' ')
      cell.insert(behind_minutes, ":00");
}

void table::add(std::vector<std::string> row, std::string_view below) {
  row.resize(head_.size());
  for (auto &cell : row)
    cell = config::printable(cell);
  rows_.push_back(std::move(row));
  below_.push_back(config::printable(below));
}

std::vector<std::size_t> table::widths(std::optional<std::size_t> limit) const {
  std::vector<std::size_t> found(head_.size());
  std::vector<std::size_t> least(head_.size());
  for (std::size_t i = 0; i < head_.size(); ++i) {
    found[i] = width(head_[i]);
    for (const auto &row : rows_)
      found[i] = std::max(found[i], width(row[i]));
    least[i] = std::min(found[i], std::max(width(head_[i]), narrowest));
  }
  if (!limit) return found;
  auto total = std::accumulate(found.begin(), found.end(),
                               gap.size() * (found.size() - 1));
  while (total > *limit) {
    // The widest column gives way first.
    std::size_t widest = found.size();
    for (std::size_t i = 0; i < found.size(); ++i)
      if (found[i] > least[i]
          && (widest == found.size() || found[i] > found[widest]))
        widest = i;
    if (widest == found.size()) break;
    --found[widest];
    --total;
  }
  return found;
}

std::string table::lines(const std::vector<std::string> &row,
                         const std::vector<std::size_t> &widths,
                         bool heading) const {
  std::vector<std::vector<std::string>> cells;
  std::size_t height = 1;
  for (std::size_t i = 0; i < row.size(); ++i) {
    cells.push_back(pieces_of(row[i], widths[i]));
    height = std::max(height, cells.back().size());
  }
  std::string out;
  for (std::size_t n = 0; n < height; ++n) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto text = n < cells[i].size() ? cells[i][n] : std::string{};
      const std::string fill(widths[i] - std::min(widths[i], width(text)), ' ');
      auto cell = heading     ? paint(text, colour::bold)
                  : state_[i] ? paint(text, colour_of_state(row[i]))
                              : text;
      line += i ? gap : "";
      line += right_[i] ? fill + cell : cell + fill;
    }
    while (line.ends_with(' '))
      line.pop_back();
    out += line + "\n";
  }
  return out;
}

std::string table::text(std::optional<std::size_t> limit) const {
  auto shown = *this;
  for (std::size_t i = 0; i < time_.size(); ++i)
    if (time_[i]) shown.level_times(i);
  return shown.text_as_it_is(limit);
}

std::string table::text_as_it_is(std::optional<std::size_t> limit) const {
  const auto columns = widths(limit);
  auto out = lines(head_, columns, true);
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    out += lines(rows_[i], columns, false);
    if (!below_[i].empty())
      out +=
          folded(std::string(step_in, ' ') + below_[i], step_in, limit) + "\n";
  }
  return out;
}

std::string human_time(std::string_view rfc3339, const std::string &zone) {
  const auto t = workflows::parse_rfc3339(rfc3339);
  return t ? workflows::human_time(*t, zone) : std::string{rfc3339};
}

}  // namespace recapd::tools
