// recapctl support: what support decides, in a supporter's name.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>
#include <random>
#include <unistd.h>

#include "tools/common/terminal.hpp"
#include "tools/recapctl/preview.hpp"
#include "workflows/ids.hpp"

namespace recapd::tools {

namespace {

struct support_options {
  std::string session, note, as, id, student;
  int hours = 24;
  std::int64_t minutes = 0;
  bool dry_run = false;
  bool yes = false;
};

/// Returns 128 random bits: two supporters never make the same command.
std::string fresh_id() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(),
                     random());
}

json::object event_of(const context &c, const support_options &o,
                      const std::string &type, json::object data) {
  json::object event{
      {"specversion", "1.0"}, {"id", o.id.empty() ? fresh_id() : o.id},
      {"source", "recapctl"}, {"type", "recapd." + type},
      {"subject", o.session}, {"data", std::move(data)}};
  // With a token the node knows who the supporter is.
  if (!o.as.empty() || c.token.empty()) {
    if (!workflows::valid_id(o.as))
      throw usage_error{
          "--as needs who you are in support, an id of 1 to 64 of A-Z a-z 0-9 "
          "_ - (with --token the node knows)"};
    event["authid"] = "support:" + o.as;
  }
  return event;
}

int send(context &c, const support_options &o, const std::string &type,
         json::object data) {
  const auto event = event_of(c, o, type, std::move(data));
  const auto text = json::serialize(event);
  if (o.dry_run) return preview_command(c, text);
  return print_outcomes(c, {{.parsed = event, .text = text}},
                        c.node().submit({text}));
}

/// Returns the session as it is now; an empty object where it is not shown.
json::object session_now(context &c, const support_options &o) {
  auto a = c.node().get("/v1/sessions/" + encoded(o.session));
  return a.ok() && a.body.is_object() ? std::move(a.body.get_object())
                                      : json::object{};
}

/// Sends a command that may change what was paid, and says what it changed.
int send_about_pay(context &c, const support_options &o,
                   const std::string &type, json::object data) {
  const auto before =
      o.dry_run || c.as_json() ? json::object{} : session_now(c, o);
  const int code = send(c, o, type, std::move(data));
  if (code == done && !before.empty())
    fmt::print("{}\n", folded(pay_change(before, session_now(c, o))));
  return code;
}

int reopen(context &c, const support_options &o) {
  return send(c, o, "support.reopen", {{"hours", o.hours}, {"note", o.note}});
}

int deny(context &c, const support_options &o) {
  return send_about_pay(c, o, "support.deny", {{"note", o.note}});
}

int correct(context &c, const support_options &o) {
  return send_about_pay(c, o, "support.correct",
                        {{"minutes", o.minutes}, {"note", o.note}});
}

int uphold(context &c, const support_options &o) {
  return send(c, o, "support.uphold", {{"note", o.note}});
}

int remove_student(context &c, const support_options &o) {
  return send(c, o, "participant.remove", {{"student", o.student}});
}

/// Shows what would be taken back, and has somebody at a terminal agree.
bool agreed(context &c, const support_options &o) {
  if (o.yes || o.dry_run || isatty(STDIN_FILENO) == 0) return true;
  const auto session = session_now(c, o);
  if (session.empty()) return true;  // the node says what is wrong
  fmt::print(stderr, "{}\n", taken_back(session));
  return typed(o.session, "take it back");
}

int void_session(context &c, const support_options &o) {
  if (!agreed(c, o)) {
    fmt::print(stderr, "Nothing is taken back.\n");
    return refused;
  }
  return send_about_pay(c, o, "support.void", {{"note", o.note}});
}

CLI::App *add_action(CLI::App &parent, context &c, const std::string &name,
                     const std::string &what, support_options *&options,
                     int (*run)(context &, const support_options &)) {
  auto [sub, o] = add_command<support_options>(parent, name, what, c, run);
  sub->add_option("SESSION", o.session, "Its id")->required();
  sub->add_option("--as", o.as,
                  "Who you are in support, e.g. eve; a token says it by itself")
      ->envname("RECAPCTL_AS");
  sub->add_option("--id", o.id,
                  "The command's id; the same one again does nothing twice");
  sub->add_flag("--dry-run", o.dry_run,
                "Show what it would bring about, and do nothing");
  options = &o;
  return sub;
}

void add_note(CLI::App &sub, support_options &o) {
  sub.add_option("--note", o.note, "Why, for the record")
      ->required()
      ->check(not_empty);
}

}  // namespace

void add_support(CLI::App &app, context &c) {
  auto *support = app.add_subcommand(
      "support", "Decide about a missed, disputed or wrong session");
  support->require_subcommand(1);
  support_options *o = nullptr;
  auto *sub = add_action(*support, c, "reopen",
                         "Give the tutor a new window from now", o, reopen);
  sub->add_option("--hours", o->hours, "How long, 1 to 720")
      ->check(CLI::Range(1, 720))
      ->capture_default_str();
  add_note(*sub, *o);
  sub = add_action(*support, c, "deny", "Refuse a missed session's update", o,
                   deny);
  add_note(*sub, *o);
  sub =
      add_action(*support, c, "correct",
                 "Set other minutes than were logged, also to decide a dispute:"
                 " limits and pay follow",
                 o, correct);
  sub->add_option("--minutes", o->minutes, "The right ones; rounded as ever")
      ->required();
  add_note(*sub, *o);
  sub = add_action(*support, c, "uphold",
                   "Decide a dispute: the session is as it was", o, uphold);
  add_note(*sub, *o);
  sub = add_action(*support, c, "remove",
                   "Take a student out, also after time was logged", o,
                   remove_student);
  sub->add_option("STUDENT", o->student, "The student's id")->required();
  sub = add_action(*support, c, "void",
                   "Take a logged or paid session back: limits and pay", o,
                   void_session);
  add_note(*sub, *o);
  sub->add_flag("--yes", o->yes, "Do not ask, on a terminal");
}

}  // namespace recapd::tools
