// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/open_metrics.hpp"

#include <algorithm>
#include <cctype>

namespace recapd::gateway {

namespace {

constexpr std::string_view total = "_total";

/// Appends a `# TYPE` or `# HELP` line, with its name without the suffix.
void add_comment(std::string &out, std::string_view line) {
  const auto name_end = line.find(' ', std::string_view{"# TYPE "}.size());
  const auto head = line.substr(0, name_end);
  if (name_end == std::string_view::npos || !head.ends_with(total)) {
    out += line;
    return;
  }
  out += head.substr(0, head.size() - total.size());
  out += line.substr(name_end);
}

/// Appends a sample; `le="1"` becomes `le="1.0"`.
void add_sample(std::string &out, std::string_view line) {
  constexpr std::string_view bound = "le=\"";
  const auto at = line.find(bound);
  if (at == std::string_view::npos) {
    out += line;
    return;
  }
  const auto begin = at + bound.size();
  const auto end = line.find('"', begin);
  const auto figure = line.substr(begin, end - begin);
  out += line.substr(0, begin);
  out += figure;
  const auto digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  if (std::all_of(figure.begin(), figure.end(), digit)) out += ".0";
  out += line.substr(end);
}

}  // namespace

std::string to_open_metrics(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 64);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (line.starts_with('#'))
      add_comment(out, line);
    else
      add_sample(out, line);
    out += '\n';
  }
  out += "# EOF\n";
  return out;
}

}  // namespace recapd::gateway
