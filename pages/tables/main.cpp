// Writes the tables by which the pages count a recap as the engine does.
// Usage: recapd-pages-tables FILE, which is left alone where it says the same.
// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <span>
#include <string>

#include "pages/tables/break_tables.hpp"
#include "workflows/unicode.hpp"

namespace {

using recapd::pages::range;

std::string base36(int number) {
  char digits[8];
  const auto end = std::to_chars(digits, std::end(digits), number, 36).ptr;
  return {digits, end};
}

/// Returns `{ a: 1, b: 2 }`.
std::string
object_of(std::span<const std::pair<std::string_view, int>> members) {
  std::string out;
  for (const auto &[name, value] : members)
    out += (out.empty() ? "" : ", ") + std::string{name} + ": "
           + std::to_string(value);
  return "{ " + out + " } as const";
}

/// Returns the ranges of each kind as text: how many characters after the range
/// before it each begins, and how many it has, less one, in base 36.
std::map<int, std::string> texts_of(const std::vector<range> &ranges) {
  std::map<int, std::string> texts;
  std::map<int, int> behind;
  for (const auto &r : ranges) {
    auto &text = texts[r.kind];
    if (!text.empty()) text += ' ';
    text += base36(r.first - behind[r.kind]);
    if (r.last > r.first) text += "+" + base36(r.last - r.first);
    behind[r.kind] = r.last + 1;
  }
  return texts;
}

std::string module_text() {
  std::string out =
      "// Made by recapd-pages-tables, by this machine's ICU.\n"
      "export const unicode_version = \""
      + recapd::workflows::unicode_version()
      + "\";\n/** Grapheme_Cluster_Break. */\nexport const classes = "
      + object_of(recapd::pages::classes)
      + ";\n/** What a character is besides. */\nexport const flags = "
      + object_of(recapd::pages::flags)
      + ";\n/** By kind (a class and flags): for each range how many "
        "characters "
        "it begins after\n * the one before, and behind a + how many more it "
        "has, "
        "in base 36. */\n"
        "export const ranges: readonly (readonly [kind: number, text: "
        "string])[] "
        "= [\n";
  for (const auto &[kind, text] : texts_of(recapd::pages::all_ranges()))
    out += "  [" + std::to_string(kind) + ", \"" + text + "\"],\n";
  return out + "];\n";
}

std::string contents_of(const char *file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    std::cerr << "Usage: recapd-pages-tables FILE\n";
    return 2;
  }
  const auto *file = *std::next(argv);
  const auto text = module_text();
  if (contents_of(file) == text) return 0;
  std::ofstream out{file, std::ios::binary};
  out << text << std::flush;
  if (out) return 0;
  std::cerr << "recapd-pages-tables: " << file << " cannot be written\n";
  return 1;
}
