// recapctl completion: shell completion, made from the command line's own tree.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <sstream>
#include <vector>

#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

namespace {

struct completion_options {
  std::string shell;
};

struct node {
  std::string path;  ///< `support reopen`, empty at the top
  std::vector<std::pair<std::string, std::string>> commands;  ///< name and help
  /// Names with dashes, and the values that each may have: none where free.
  std::vector<std::pair<std::string, std::string>> options;
};

/// Returns the values that an option may have, between blanks: CLI11 tells
/// those of an IsMember in the name of its type, `TEXT:{table,json}`.
std::string values_of(const CLI::Option &option) {
  const auto type = option.get_type_name();
  const auto begin = type.find('{');
  const auto end = type.find('}', begin);
  if (begin == std::string::npos || end == std::string::npos) return {};
  auto values = type.substr(begin + 1, end - begin - 1);
  std::ranges::replace(values, ',', ' ');
  return values;
}

void add_options(const CLI::App &app, node &to) {
  const auto add = [&to](const std::string &name, const std::string &values) {
    const auto same = [&name](const auto &known) {
      return known.first == name;
    };
    if (std::ranges::none_of(to.options, same))
      to.options.emplace_back(name, values);
  };
  for (const auto *option : app.get_options()) {
    for (const auto &name : option->get_lnames())
      add("--" + name, values_of(*option));
    for (const auto &name : option->get_snames())
      add("-" + name, values_of(*option));
  }
}

/// Adds the values of arguments without a name, which stand where commands do.
void add_arguments(const CLI::App &app, node &to) {
  for (const auto *option : app.get_options()) {
    std::istringstream values{option->get_positional() ? values_of(*option)
                                                       : std::string{}};
    for (std::string value; values >> value;)
      to.commands.emplace_back(value, option->get_description());
  }
}

void walk(const CLI::App &app, const std::string &path,
          std::vector<node> &found) {
  node here{path, {}, {}};
  // The top's options may stand behind any command.
  const auto *top = &app;
  while (top->get_parent() != nullptr)
    top = top->get_parent();
  add_options(app, here);
  if (top != &app) add_options(*top, here);
  add_arguments(app, here);
  const auto subs = app.get_subcommands([](const CLI::App *) { return true; });
  for (const auto *sub : subs)
    here.commands.emplace_back(sub->get_name(), sub->get_description());
  found.push_back(std::move(here));
  for (const auto *sub : subs)
    walk(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(),
         found);
}

std::string words_of(const node &n) {
  std::string words;
  for (const auto &[name, what] : n.commands)
    words += name + " ";
  for (const auto &[name, values] : n.options)
    words += name + " ";
  return words;
}

/// Returns patterns of a command's path, a colon and an option, such as
/// `*:-o|*:--output`, by the option's values, where it has any. The path is
/// told where other commands' options of that name have others.
std::map<std::string, std::string> valued(const std::vector<node> &tree) {
  std::map<std::string, std::set<std::string>> values_by_name;
  for (const auto &n : tree)
    for (const auto &[name, values] : n.options)
      values_by_name[name].insert(values);
  std::map<std::string, std::string> patterns;
  for (const auto &n : tree)
    for (const auto &[name, values] : n.options) {
      if (values.empty()) continue;
      const auto one =
          (values_by_name[name].size() == 1 ? "*:"
                                            : fmt::format("'{}':", n.path))
          + name;
      auto &all = patterns[values];
      if (("|" + all + "|").find("|" + one + "|") == std::string::npos)
        all += (all.empty() ? "" : "|") + one;
    }
  return patterns;
}

/// Returns fish's condition of a command: its words are there, and none of
/// another command below which a command has the last one's name.
std::string fish_condition(const std::vector<node> &tree, const node &of) {
  const auto space = of.path.rfind(' ');
  const auto last = of.path.substr(space == std::string::npos ? 0 : space + 1);
  std::string out = "__fish_seen_subcommand_from " + last;
  if (space != std::string::npos)
    return "__fish_seen_subcommand_from " + of.path.substr(0, of.path.find(' '))
           + "; and " + out;
  for (const auto &other : tree)
    if (other.path.ends_with(" " + last))
      out += "; and not __fish_seen_subcommand_from "
             + other.path.substr(0, other.path.find(' '));
  return out;
}

std::string bash(const std::vector<node> &tree) {
  std::string words;
  for (const auto &n : tree)
    words += fmt::format("    '{}') words='{}' ;;\n", n.path, words_of(n));
  std::string paths;
  for (const auto &n : tree)
    paths += "|" + n.path;
  std::string values;
  for (const auto &[list, names] : valued(tree))
    values += fmt::format("    {}) words='{}' ;;\n", names, list);
  // `--output=json` is three words to bash.
  return fmt::format(R"(_recapctl() {{
  local word try path='' words=''
  local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
  if [ "$current" = = ]; then
    current=''
  elif [ "$before" = = ]; then
    before=${{COMP_WORDS[COMP_CWORD-2]}}
  fi
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    try="${{path:+$path }}$word"
    case '{0}|' in *"|$try|"*) path=$try ;; esac
  done
  case "$path" in
{1}  esac
  case "$path:$before" in
{2}  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ ${{#COMPREPLY[@]}} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}}
complete -F _recapctl recapctl
)",
                     paths, words, values);
}

/// Returns a text for between single quotes of fish.
std::string quoted(const std::string &text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

/// Returns `name:what` for zsh's _describe, between single quotes.
std::string described(const std::string &name, const std::string &what) {
  std::string out;
  for (const char c : fmt::format("{}\n{}", name, what)) {
    if (c == '\n')
      out += ':';
    else if (c == '\'')
      out += "'\\''";
    else
      (c == ':' ? out += '\\' : out) += c;
  }
  return "'" + out + "'";
}

std::string zsh(const std::vector<node> &tree) {
  std::string cases;
  std::string paths;
  for (const auto &n : tree) {
    std::string commands;
    for (const auto &[name, what] : n.commands)
      commands += " " + described(name, what);
    std::string options;
    for (const auto &[name, values] : n.options)
      options += " " + name;
    cases += fmt::format("    '{}') commands=({} ) options=({} ) ;;\n", n.path,
                         commands, options);
    paths += "|" + n.path;
  }
  std::string values;
  for (const auto &[list, names] : valued(tree))
    values += fmt::format("    {}) compadd -- {}; return ;;\n", names, list);
  // `path` is zsh's own.
  return fmt::format(R"(#compdef recapctl
_recapctl() {{
  local word try at='' before="$words[CURRENT-1]"
  local -a commands options
  for word in "${{(@)words[2,CURRENT-1]}}"; do
    try="${{at:+$at }}$word"
    if [[ '{0}|' == *"|$try|"* ]]; then at=$try; fi
  done
  if [[ "$words[CURRENT]" == --*=* ]]; then
    before="${{words[CURRENT]%%=*}}"
    compset -P '*='
  fi
  case "$at:$before" in
{2}  esac
  case "$at" in
{1}  esac
  if [[ "$words[CURRENT]" == -* ]]; then compadd -- $options; return; fi
  if (( $#commands )); then _describe command commands; else _files; fi
}}
(( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit }}
compdef _recapctl recapctl
)",
                     paths, cases, values);
}

std::string fish(const std::vector<node> &tree) {
  std::string out;
  // fish's own condition takes an option's value for a subcommand.
  std::string none{"not __fish_seen_subcommand_from"};
  for (const auto &[name, what] : tree.front().commands)
    none += " " + name;
  for (const auto &n : tree) {
    const auto when = n.path.empty() ? none : fish_condition(tree, n);
    for (const auto &[name, what] : n.commands)
      out += fmt::format("complete -c recapctl -n '{}' -f -a {} -d '{}'\n",
                         when, name, quoted(what));
    for (const auto &[option, values] : n.options) {
      const bool shortened = !option.starts_with("--");
      out += fmt::format(
          "complete -c recapctl -n '{}' -{} {}{}\n", when,
          shortened ? 's' : 'l', option.substr(shortened ? 1 : 2),
          values.empty() ? std::string{} : fmt::format(" -x -a '{}'", values));
    }
  }
  return out;
}

}  // namespace

void add_completion(CLI::App &app, context &c) {
  auto *sub = app.add_subcommand(
      "completion", "Print shell completion, e.g. source <(recapctl completion "
                    "bash)");
  auto o = std::make_shared<completion_options>();
  sub->add_option("SHELL", o->shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  sub->final_callback([&app, &c, o] {
    c.chosen = [&app, o] {
      std::vector<node> tree;
      walk(app, "", tree);
      fmt::print("{}", o->shell == "fish"  ? fish(tree)
                       : o->shell == "zsh" ? zsh(tree)
                                           : bash(tree));
      return int{done};
    };
  });
}

}  // namespace recapd::tools
