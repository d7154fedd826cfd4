#include "tools/terminal.hpp"
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <unistd.h>

#include "config/shown.hpp"
#include "workflows/time.hpp"

namespace recapd::tools {

namespace {

/// Code points, which is near enough for ids, names and numbers.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

/// Minor units of a currency's unit, as ISO 4217 has them.
int minor_digits(std::string_view currency) {
  constexpr std::array none{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                            "KMF", "KRW", "PYG", "RWF", "UGX", "VND",
                            "VUV", "XAF", "XOF", "XPF"};
  constexpr std::array three{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
  if (std::ranges::find(none, currency) != none.end()) return 0;
  return std::ranges::find(three, currency) != three.end() ? 3 : 2;
}

}  // namespace

bool colourful() {
  static const bool wanted = [] {
    const char *no = std::getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) == 1 && (!no || *no == '\0');
  }();
  return wanted;
}

std::string paint(std::string_view text, colour c) {
  constexpr std::array codes{"", "1", "2", "31", "32", "33", "34"};
  if (c == colour::none || !colourful()) return std::string{text};
  return fmt::format("\033[{}m{}\033[0m", codes[static_cast<std::size_t>(c)],
                     text);
}

colour colour_of_state(std::string_view state) {
  constexpr std::array good{"paid", "completed", "accepted", "going", "live"};
  constexpr std::array bad{"missed", "update_denied", "voided", "refused",
                           "silent"};
  constexpr std::array gone{"cancelled", "declined", "removed", "duplicate"};
  if (std::ranges::find(good, state) != good.end()) return colour::green;
  if (std::ranges::find(bad, state) != bad.end()) return colour::red;
  if (std::ranges::find(gone, state) != gone.end()) return colour::dim;
  return colour::yellow;
}

table::table(std::vector<std::string> head)
    : head_{std::move(head)}, right_(head_.size()), state_(head_.size()) {}

table &table::right(std::size_t column) {
  right_[column] = true;
  return *this;
}

table &table::state_column(std::size_t column) {
  state_[column] = true;
  return *this;
}

void table::add(std::vector<std::string> row) {
  row.resize(head_.size());
  for (auto &cell : row)
    cell = config::printable(cell);
  rows_.push_back(std::move(row));
}

std::string table::line(const std::vector<std::string> &row,
                        const std::vector<std::size_t> &widths,
                        bool heading) const {
  std::string out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string gap(widths[i] - width(row[i]), ' ');
    auto cell = heading     ? paint(row[i], colour::bold)
                : state_[i] ? paint(row[i], colour_of_state(row[i]))
                            : row[i];
    cell = right_[i] ? gap + cell : cell + gap;
    out += (i ? "  " : "") + cell;
  }
  while (out.ends_with(' '))
    out.pop_back();
  return out + "\n";
}

std::string table::text() const {
  std::vector<std::size_t> widths(head_.size());
  for (std::size_t i = 0; i < head_.size(); ++i) {
    widths[i] = width(head_[i]);
    for (const auto &row : rows_)
      widths[i] = std::max(widths[i], width(row[i]));
  }
  auto out = line(head_, widths, true);
  for (const auto &row : rows_)
    out += line(row, widths, false);
  return out;
}

std::string human_time(std::string_view rfc3339) {
  const auto t = workflows::parse_rfc3339(rfc3339);
  if (!t) return std::string{rfc3339};
  using namespace std::chrono;
  constexpr std::array names{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  const auto day = floor<days>(*t);
  const hh_mm_ss clock{floor<seconds>(*t - day)};
  const auto number = static_cast<int>(day.time_since_epoch().count());
  auto text = fmt::format(
      "{} {} {:02}:{:02}",
      names[static_cast<std::size_t>(workflows::iso_weekday(number) - 1)],
      workflows::day_name(number), clock.hours().count(),
      clock.minutes().count());
  if (clock.seconds().count() != 0)
    text += fmt::format(":{:02}", clock.seconds().count());
  return text + " UTC";
}

std::string human_span(std::chrono::seconds span) {
  const auto s = std::max<std::int64_t>(span.count(), 0);
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min", s / 60);
  if (s < 86400) {
    const auto minutes = s / 60 % 60;
    return minutes ? fmt::format("{} h {} min", s / 3600, minutes)
                   : fmt::format("{} h", s / 3600);
  }
  const auto hours = s / 3600 % 24;
  return hours ? fmt::format("{} d {} h", s / 86400, hours)
               : fmt::format("{} d", s / 86400);
}

std::string human_money(std::int64_t minor, std::string_view currency) {
  const auto digits = minor_digits(currency);
  const std::string sign = minor < 0 ? "-" : "";
  auto text = std::to_string(minor < 0 ? -minor : minor);
  const auto least = static_cast<std::size_t>(digits) + 1;
  if (text.size() < least) text.insert(0, least - text.size(), '0');
  if (digits) text.insert(text.size() - static_cast<std::size_t>(digits), ".");
  return sign + text + " " + std::string{currency};
}

std::string human_minutes(std::int64_t minutes) {
  if (minutes < 60) return fmt::format("{} min", minutes);
  return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

}  // namespace recapd::tools
