// What was meant by a word that is no command or option.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

namespace {

/// Returns how many letters are to be put in, left out, changed or swapped with
/// their neighbours to make one word of the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> far(
      a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i)
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        far[i][j] = i + j;
        continue;
      }
      const bool same = a[i - 1] == b[j - 1];
      far[i][j] = std::min({far[i - 1][j] + 1, far[i][j - 1] + 1,
                            far[i - 1][j - 1] + (same ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        far[i][j] = std::min(far[i][j], far[i - 2][j - 2] + 1);
    }
  return far[a.size()][b.size()];
}

/// Returns the nearest of `names` that is near enough, or an empty one.
std::string nearest(std::string_view word,
                    const std::vector<std::string> &names) {
  std::string found;
  auto best = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const auto &name : names) {
    const bool begun = word.size() > 2 && name.starts_with(word);
    const auto far = begun ? 1 : distance(word, name);
    if (far >= best) continue;
    best = far;
    found = name;
  }
  return found;
}

const CLI::App &deepest(const CLI::App &app) {
  const auto *at = &app;
  while (!at->get_subcommands().empty())
    at = at->get_subcommands().front();
  return *at;
}

std::vector<std::string> commands_of(const CLI::App &app) {
  std::vector<std::string> names;
  for (const auto *sub :
       app.get_subcommands([](const CLI::App *) { return true; }))
    names.push_back(sub->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App &app) {
  std::vector<std::string> names;
  for (const auto *at = &app; at != nullptr; at = at->get_parent())
    for (const auto *option : at->get_options())
      for (const auto &name : option->get_lnames())
        names.push_back("--" + name);
  return names;
}

/// Returns a command's path, such as `recapctl support reopen`.
std::string path_of(const CLI::App &app, const CLI::App &at) {
  std::string path{"recapctl"};
  for (const auto *here = &app; here != &at;) {
    here = here->get_subcommands().front();
    path += " " + here->get_name();
  }
  return path;
}

}  // namespace

std::string what_was_meant(const CLI::App &app) {
  const auto left = app.remaining(true);
  if (left.empty()) return {};
  const auto &at = deepest(app);
  auto word = left.front();
  const bool option = word.starts_with('-');
  if (option) word = word.substr(0, word.find('='));
  const auto names = option ? options_of(at) : commands_of(at);
  if (names.empty()) return {};
  const auto where = path_of(app, at);
  const auto meant = nearest(word, names);
  if (meant == word)
    return fmt::format("{} stands behind its command: {} {} …", word, where,
                       word);
  return fmt::format(
      "there is no {} {}; {}", option ? "option" : "command", word,
      meant.empty() ? "see " + where + " --help"
                    : "did you mean " + meant + "? (" + where + " --help)");
}

}  // namespace recapd::tools
