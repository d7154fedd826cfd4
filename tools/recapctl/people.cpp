// recapctl person: people's names, and the erasure of what they wrote.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"
#include "workflows/ids.hpp"

namespace recapd::tools {

namespace {

struct person_options {
  std::string who, name, note;
  bool yes = false;
};

std::string path_of(const person_options &o) {
  if (!workflows::parse_person(o.who))
    throw usage_error{"WHO is a role and an id, such as tutor:ann or "
                      "student:bob"};
  return "/v1/people/" + encoded(o.who);
}

int print_person(const context &c, const json::object &found) {
  if (c.as_json()) {
    print(found);
    return done;
  }
  const auto name = text_of(found, "name");
  fmt::print("{}\n", name.empty() ? paint("No name.", colour::dim) : name);
  return done;
}

int show_person(context &c, const person_options &o) {
  return print_person(c, c.node().fetch(path_of(o)));
}

int name_person(context &c, const person_options &o) {
  const auto a =
      c.node().put(path_of(o), json::serialize(json::object{{"name", o.name}}),
                   "application/json");
  if (!a.ok()) throw problem{a.status, problem_text(a)};
  return print_person(c, a.body.as_object());
}

/// Returns what would be erased, for people: of who takes part in sessions,
/// with how many those are.
std::string erased_of(context &c, const std::string &named,
                      const workflows::person &who) {
  if (!workflows::only_takes_part(who.as))
    return "What " + named + " wrote in sessions that a search will find";
  std::string next;
  const auto found =
      pages(c.node(),
            "/v1/sessions"
                + query({{std::string{workflows::to_string(who.as)}, who.id},
                         {"limit", "1000"}}),
            "sessions", true, next);
  return named + " is in " + counted(std::ssize(found), "session")
         + "; what they wrote there";
}

/// Shows what would be erased and has somebody at a terminal agree. It is said
/// beside the output, which may go through a pager.
bool agreed(context &c, const person_options &o) {
  const auto known = c.node().fetch(path_of(o));
  const auto name = text_of(known, "name");
  fmt::print(stderr,
             "{} becomes [erased],\nfor good, and the name goes. Hours, pay, "
             "figures and ids stay; backups and what\nreceivers took are not "
             "changed.\n",
             erased_of(c, o.who + (name.empty() ? "" : " (" + name + ")"),
                       *workflows::parse_person(o.who)));
  return o.yes || typed(o.who, "erase it");
}

int erase_person(context &c, const person_options &o) {
  const auto path = path_of(o) + "/erase";
  if (!o.yes && isatty(STDIN_FILENO) == 0)
    throw usage_error{"nobody is there to agree: --yes erases without asking"};
  if (!agreed(c, o)) {
    fmt::print(stderr, "Nothing is erased.\n");
    return refused;
  }
  const auto a =
      c.node().post(path, json::serialize(json::object{{"note", o.note}}),
                    "application/json");
  if (!a.ok()) throw problem{a.status, problem_text(a)};
  if (c.as_json())
    print(a.body);
  else
    fmt::print("Erased in {}.\n",
               counted(a.body.at("sessions").as_int64(), "session"));
  return done;
}

CLI::App *add_action(CLI::App &parent, context &c, const std::string &name,
                     const std::string &what, person_options *&options,
                     int (*run)(context &, const person_options &)) {
  auto [sub, o] = add_command<person_options>(parent, name, what, c, run);
  sub->add_option("WHO", o.who, "Role and id, e.g. tutor:ann")->required();
  options = &o;
  return sub;
}

}  // namespace

void add_people(CLI::App &app, context &c) {
  auto *person =
      app.add_subcommand("person", "Name people, and erase what they wrote");
  person->require_subcommand(1);
  person_options *o = nullptr;
  add_action(*person, c, "show", "Show a person's name", o, show_person);
  auto *sub =
      add_action(*person, c, "name", "Set a person's name", o, name_person);
  sub->add_option("NAME", o->name, "1 to 200 characters")->required();
  sub = add_action(*person, c, "erase",
                   "Erase what a person wrote, everywhere and for good; shows "
                   "what and asks",
                   o, erase_person);
  sub->add_option("--note", o->note, "Why, for the node's log")
      ->required()
      ->check(not_empty);
  sub->add_flag("--yes", o->yes, "Do not ask");
}

}  // namespace recapd::tools
