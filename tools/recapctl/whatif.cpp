// recapctl whatif: what another policy would have made of recorded sessions.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <cstdio>
#include <fmt/format.h>
#include <optional>
#include <set>
#include <unistd.h>

#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

namespace {

struct whatif_options {
  std::string file, from, to, after;
  bool all = false;
};

/// Shows how far the node is, on one line of a terminal.
class progress_line {
public:
  void show(const json::object &at) {
    if (::isatty(STDERR_FILENO) == 0) return;
    shown_ = true;
    fmt::print(stderr, "\r{} of {} sessions ", text_of(at, "done"),
               text_of(at, "of"));
    std::fflush(stderr);
  }
  ~progress_line() {
    if (shown_) fmt::print(stderr, "\r\x1b[K");
  }

private:
  bool shown_ = false;
};

json::object ask(context &c, const json::object &question) {
  progress_line line;
  auto a =
      c.node().post_long("/v1/policies/whatif", json::serialize(question),
                         [&line](const json::object &at) { line.show(at); });
  if (!a.ok()) throw problem{a.status, problem_text(a)};
  if (!a.body.is_object() || !a.body.get_object().contains("differing"))
    throw unreachable{"what answers at " + c.node().url()
                      + " is not a recapd node"};
  return std::move(a.body.get_object());
}

std::string change_of(std::int64_t was, std::int64_t would) {
  return would == was ? "" : fmt::format("{:+}", would - was);
}

void add_row(table &t, const std::string &what, std::int64_t was,
             std::int64_t would) {
  t.add({what, std::to_string(was), std::to_string(would),
         change_of(was, would)});
}

std::int64_t number_at(const json::object &o, std::string_view key) {
  const auto *v = o.if_contains(key);
  return v != nullptr ? v->to_number<std::int64_t>() : 0;
}

/// Adds a row for each member of two objects of numbers.
void add_members(table &t, const std::string &prefix,
                 const json::object &both) {
  const auto &was = both.at("was").as_object();
  const auto &would = both.at("would").as_object();
  std::set<std::string> names;
  for (const auto *side : {&was, &would})
    for (const auto &member : *side)
      names.emplace(member.key());
  for (const auto &name : names)
    add_row(t, prefix + name, number_at(was, name), number_at(would, name));
}

void print_figures(const json::object &a) {
  fmt::print("{} sessions\n", text_of(a, "sessions"));
  table t{{"", "was", "would", "change"}};
  t.right(1).right(2).right(3);
  for (const auto *name : {"paid", "minutes", "missed"})
    add_row(t, name, number_at(a.at(name).as_object(), "was"),
            number_at(a.at(name).as_object(), "would"));
  const auto &pay = a.at("pay").as_object();
  std::set<std::string> currencies;
  for (const auto *side : {"was", "would"})
    for (const auto &member : pay.at(side).as_object())
      currencies.emplace(member.key());
  for (const auto &currency : currencies) {
    const auto was = number_at(pay.at("was").as_object(), currency);
    const auto would = number_at(pay.at("would").as_object(), currency);
    t.add({"pay", human_money(was, currency), human_money(would, currency),
           was == would ? "" : human_money(would - was, currency)});
  }
  for (const auto &one : a.at("refused").as_array())
    add_row(t, "refused " + text_of(one.as_object(), "code"),
            number_at(one.as_object(), "was"),
            number_at(one.as_object(), "would"));
  add_members(t, "reminders ", a.at("reminders").as_object());
  fmt::print("{}", t.text());
}

/// Returns where a session stands, as `paid, 45 min, 11.25 USD`.
std::string standing_of(const json::value &side) {
  const auto *o = side.if_object();
  if (o == nullptr) return "not there";
  auto out = text_of(*o, "state");
  if (!o->at("minutes").is_null())
    out += ", " + text_of(*o, "minutes") + " min";
  if (!o->at("pay").is_null())
    out += ", " + human_money(number_at(*o, "pay"), text_of(*o, "currency"));
  return out;
}

void print_differing(const json::array &differing) {
  if (differing.empty()) return fmt::print("No session would differ.\n");
  table t{{"session", "was", "would", "why"}};
  for (const auto &one : differing) {
    const auto &d = one.as_object();
    t.add({text_of(d, "session"), standing_of(d.at("was")),
           standing_of(d.at("would")), text_of(d, "why")});
  }
  fmt::print("\n{}", t.text());
}

int whatif(context &c, const whatif_options &o) {
  json::object question{
      {"policy", policy_in(o.file)}, {"from", o.from}, {"to", o.to}};
  if (!o.after.empty()) question["after"] = o.after;
  auto a = ask(c, question);
  while (o.all && !a.at("next").is_null()) {
    question["after"] = a.at("next");
    auto more = ask(c, question);
    auto &list = a.at("differing").as_array();
    for (auto &one : more.at("differing").as_array())
      list.push_back(std::move(one));
    a["next"] = more.at("next");
  }
  if (c.as_json()) {
    print(a);
    return done;
  }
  print_figures(a);
  print_differing(a.at("differing").as_array());
  if (const auto next = text_of(a, "next"); !next.empty())
    fmt::print("{}", folded("There are more: --after " + next
                            + " goes on, --all shows all.\n"));
  return done;
}

}  // namespace

void add_whatif(CLI::App &app, context &c) {
  auto [w, o] = add_command<whatif_options>(
      app, "whatif", "Show what another policy would have made of sessions", c,
      whatif);
  w->add_option("--policy", o.file,
                "The file of the policy, or a configuration with it")
      ->required()
      ->check(CLI::ExistingFile);
  w->add_option("--from", o.from, "Of sessions that begin then or later")
      ->required();
  w->add_option("--to", o.to, "And before that (RFC 3339)")->required();
  w->add_option("--after", o.after,
                "List sessions that differ behind this one");
  w->add_flag("--all", o.all, "All of them, page by page");
}

}  // namespace recapd::tools
