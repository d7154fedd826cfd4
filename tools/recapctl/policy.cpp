// recapctl policy: the rules by version.
// SPDX-License-Identifier: Apache-2.0
#include "tools/recapctl/policy.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "tools/common/terminal.hpp"
#include "workflows/policy.hpp"

namespace recapd::tools {

namespace {

struct versions_options {
  bool all = false;
};

struct version_options {
  int version = 0;
};

struct diff_options {
  int from = 0;
  int to = 0;
};

struct set_options {
  std::string file, note;
  std::optional<int> base;
  bool dry_run = false;
};

workflows::policy parse(const json::object &given,
                        workflows::policy_origin origin) {
  workflows::policy_error error;
  auto read = workflows::parse_policy(given, error, origin);
  if (!read) throw usage_error{error.path + ": expected " + error.expected};
  return *std::move(read);
}

int newest_version(context &c) {
  const auto answer = c.node().fetch("/v1/policies?limit=1");
  return static_cast<int>(
      answer.at("policies").at(0).at("version").to_number<std::int64_t>());
}

json::object fetch_version(context &c, int version) {
  if (version == 0) version = newest_version(c);
  return c.node().fetch("/v1/policies/" + std::to_string(version));
}

workflows::policy policy_of(const json::object &answer) {
  return parse(answer.at("policy").as_object(),
               workflows::policy_origin::stored);
}

json::array changes_of(const workflows::policy &from,
                       const workflows::policy &to) {
  json::array out;
  for (const auto &one : workflows::changes_between(from, to))
    out.push_back(workflows::to_json(one));
  return out;
}

void print_changes(const workflows::policy &from, const workflows::policy &to) {
  using side = workflows::policy_change::side;
  table t{{"rule", "from", "to"}};
  for (const auto &one : workflows::changes_between(from, to)) {
    const auto shown = [&](const json::value &rule, side which) {
      return rule_text(rule) + (one.inherited == which ? " (inherited)" : "");
    };
    t.add({one.path, shown(one.from, side::from), shown(one.to, side::to)});
  }
  fmt::print("{}", t.empty() ? "Nothing differs.\n" : t.text());
}

int list_versions(context &c, const versions_options &o) {
  std::string next;
  const auto versions = pages(
      c.node(), o.all ? "/v1/policies?limit=1000" : "/v1/policies?limit=20",
      "policies", o.all, next);
  if (c.as_json()) {
    print(versions);
    return done;
  }
  table t{{"version", "since", "by", "note"}};
  t.right(0).time_column(1);
  for (const auto &one : versions) {
    const auto &v = one.as_object();
    t.add({text_of(v, "version"), human_time(text_of(v, "at")),
           text_of(v, "by"), text_of(v, "note")});
  }
  fmt::print("{}", t.text());
  if (!next.empty()) fmt::print("There are more: recapctl policy list --all\n");
  return done;
}

int show_version(context &c, const version_options &o) {
  const auto answer = fetch_version(c, o.version);
  if (c.as_json()) {
    print(answer);
    return done;
  }
  fmt::print("Version {}, since {}{}\n", text_of(answer, "version"),
             human_time(text_of(answer, "at")),
             answer.at("by").is_null() ? "" : ", by " + text_of(answer, "by"));
  if (!text_of(answer, "note").empty())
    fmt::print("{}\n", text_of(answer, "note"));
  table t{{"rule", "value"}};
  for (const auto &one : workflows::members_of(policy_of(answer)))
    t.add({one.path, rule_text(one.value)});
  fmt::print("{}", t.text());
  return done;
}

int diff(context &c, const diff_options &o) {
  const auto from = policy_of(fetch_version(c, o.from));
  const auto to = policy_of(fetch_version(c, o.to));
  if (c.as_json())
    print(changes_of(from, to));
  else
    print_changes(from, to);
  return done;
}

/// Returns why the node would not take a policy from who asks; empty where it
/// would.
std::string bar_to_saving(context &c) {
  const auto me = c.node().fetch("/v1/me");
  const auto &who = me.at("who").as_array();
  if (who.empty()) return {};  // nobody is proven, and everybody may
  const bool admin = std::ranges::any_of(who, [](const json::value &one) {
    return std::string_view{one.as_string()}.starts_with("admin:");
  });
  if (!admin)
    return fmt::format("an admin may save a policy; you are {}",
                       std::string_view{who.front().as_string()});
  if (me.at("programs") != json::array{"*"})
    return "a policy is of all programmes; yours are some";
  return {};
}

/// Shows what a policy would change, and changes nothing.
int preview(context &c, const json::object &wanted) {
  const auto now = fetch_version(c, 0);
  const auto from = policy_of(now);
  const auto to = parse(wanted, workflows::policy_origin::proposed);
  const auto bar = bar_to_saving(c);
  const auto defaults = defaults_taken(wanted);
  if (c.as_json()) {
    print(json::object{{"version", now.at("version")},
                       {"changes", changes_of(from, to)},
                       {"defaults", defaults},
                       {"allowed", bar.empty()}});
  } else {
    print_defaults(defaults);
    print_changes(from, to);
    fmt::print("Compared with version {}; nothing was saved.\n",
               text_of(now, "version"));
  }
  if (bar.empty()) return done;
  fmt::print(stderr, "recapctl: it would not be saved: {}\n", bar);
  return not_admitted;
}

void print_saved(context &c, const json::object &saved,
                 const json::object &wanted) {
  if (saved.at("changes").as_array().empty())
    return fmt::print("Version {} is the same; there is no new one.\n",
                      text_of(saved, "version"));
  const auto version = saved.at("version").to_number<int>();
  print_defaults(defaults_taken(wanted));
  print_changes(policy_of(fetch_version(c, version - 1)),
                parse(wanted, workflows::policy_origin::proposed));
  fmt::print("Version {} is in force for what is scheduled from now on.\n",
             version);
}

int set(context &c, const set_options &o) {
  const auto wanted = policy_in(o.file);
  if (o.dry_run) return preview(c, wanted);
  json::object body{{"policy", wanted}, {"note", o.note}};
  if (o.base) body["base"] = *o.base;
  auto answer =
      c.node().post("/v1/policies", json::serialize(body), "application/json");
  if (!answer.ok()) throw problem{answer.status, problem_text(answer)};
  auto &saved = answer.body.as_object();
  if (c.as_json()) {
    saved["defaults"] = defaults_taken(wanted);
    print(saved);
  } else {
    print_saved(c, saved, wanted);
  }
  return done;
}

}  // namespace

void add_policy(CLI::App &app, context &c) {
  auto *policy =
      app.add_subcommand("policy", "The rules that sessions are judged by");
  policy->require_subcommand(1);
  auto [list_sub, listed] = add_command<versions_options>(
      *policy, "list", "The versions, the newest first", c, list_versions);
  list_sub->add_flag("--all", listed.all, "All of them, not the newest 20");
  auto [show_sub, shown] = add_command<version_options>(
      *policy, "show",
      "A version's rules; with -o json as a file for `policy set`", c,
      show_version);
  show_sub->add_option("VERSION", shown.version, "Which; else the newest")
      ->check(CLI::PositiveNumber);
  auto [diff_sub, compared] = add_command<diff_options>(
      *policy, "diff", "What differs between two versions", c, diff);
  diff_sub->add_option("FROM", compared.from, "A version")
      ->required()
      ->check(CLI::PositiveNumber);
  diff_sub->add_option("TO", compared.to, "Another; else the newest")
      ->check(CLI::PositiveNumber);
  auto [set_sub, wanted] = add_command<set_options>(
      *policy, "set", "Make a policy the next version", c, set);
  set_sub
      ->add_option("FILE", wanted.file,
                   "A whole policy, or a config file with one; -: from "
                   "standard input")
      ->required();
  set_sub->add_option("--note", wanted.note, "Why, for the record");
  set_sub->add_option("--base", wanted.base,
                      "Refuse it unless this is the newest version still");
  set_sub->add_flag("--dry-run", wanted.dry_run,
                    "Show what would change, and change nothing");
  add_whatif(*policy, c);
}

}  // namespace recapd::tools
