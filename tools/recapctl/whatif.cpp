// recapctl whatif: what another policy would have made of recorded sessions.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <boost/json.hpp>
#include <cstdio>
#include <fmt/format.h>
#include <optional>
#include <set>
#include <unistd.h>

#include "tools/common/terminal.hpp"
#include "tools/recapctl/policy.hpp"

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
           was == would ? ""
                        : (would > was ? "+" : "")
                              + human_money(would - was, currency)});
  }
  for (const auto &one : a.at("refused").as_array())
    add_row(
        t, "refused: " + workflows::words_of(text_of(one.as_object(), "code")),
        number_at(one.as_object(), "was"), number_at(one.as_object(), "would"));
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

/// How a session differs, in the order in which they are told.
enum class kind { lost, won, otherwise, pay_alone };

kind kind_of(const json::object &difference) {
  const auto part = [&difference](const char *side, const char *member) {
    const auto *o = difference.at(side).if_object();
    return o != nullptr ? o->at(member) : json::value{};
  };
  const bool was_paid = part("was", "state") == "paid";
  const bool would_be = part("would", "state") == "paid";
  if (was_paid != would_be) return was_paid ? kind::lost : kind::won;
  for (const auto *member : {"state", "minutes", "refused", "reminders"})
    if (part("was", member) != part("would", member)) return kind::otherwise;
  return part("was", "pay") != part("would", "pay") ? kind::pay_alone
                                                    : kind::otherwise;
}

constexpr std::array kinds{
    std::pair{kind::lost, "Lost: paid, and would not be"},
    std::pair{kind::won, "Won: not paid, and would be"},
    std::pair{kind::otherwise, "These would go otherwise"},
    std::pair{kind::pay_alone, "Of these the pay alone would change"}};

void print_differing(const json::array &differing) {
  for (const auto &[which, heading] : kinds) {
    table t{{"session", "was", "would"}};
    for (const auto &one : differing) {
      const auto &d = one.as_object();
      if (kind_of(d) == which)
        t.add({text_of(d, "session"), standing_of(d.at("was")),
               standing_of(d.at("would"))},
              text_of(d, "why"));
    }
    if (!t.empty())
      fmt::print("\n{}\n{}", paint(heading, colour::bold), t.text());
  }
}

/// Says how many sessions differ. What pages before or behind have is not
/// counted.
void print_count(const json::object &a, const whatif_options &o) {
  const auto found = a.at("differing").as_array().size();
  const bool all = o.after.empty() && a.at("next").is_null();
  fmt::print("{}{} of {} would differ.\n\n", all ? "" : "At least ", found,
             counted(number_at(a, "sessions"), "session"));
}

int whatif(context &c, const whatif_options &o) {
  json::object question{{"policy", policy_in(o.file)},
                        {"from", moment_of(o.from, "--from")},
                        {"to", moment_of(o.to, "--to")}};
  const auto defaults = defaults_taken(question.at("policy").as_object());
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
    a["defaults"] = defaults;
    print(a);
    return done;
  }
  print_count(a, o);
  print_defaults(defaults);
  print_figures(a);
  print_differing(a.at("differing").as_array());
  print_more(c, text_of(a, "next"));
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
  w->add_option("--from", o.from,
                "Of sessions that begin then or later: a day (in UTC) "
                "or a time")
      ->required();
  w->add_option("--to", o.to, "And before that, a day or a time")->required();
  w->add_option("--after", o.after,
                "List sessions that differ behind this one");
  w->add_flag("--all", o.all, "All of them, page by page");
}

}  // namespace recapd::tools
