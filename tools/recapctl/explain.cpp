// recapctl explain: why a session is where it is, and what comes next.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <fmt/format.h>
#include <optional>

#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"
#include "workflows/time.hpp"

namespace recapd::tools {

namespace {

using workflows::instant;

struct explain_options {
  std::string id;
};

constexpr std::size_t most_refusals = 100;

/// All that is known about a session.
struct case_file {
  json::object session;
  json::array history;
  json::array refusals;  ///< outcomes that are refusals
  json::object eligibility;
  std::optional<instant> now;  ///< the node's; absent where it is not told
  std::string zone;            ///< in which times are told
};

/// Returns the node's time. A node that has no manual clock goes by the
/// system's; one that does not say may be anywhere in time.
std::optional<instant> node_time(client &node) {
  const auto a = node.get("/v1/clock");
  if (const auto *o = a.body.if_object(); a.ok() && o)
    return workflows::parse_rfc3339(text_of(*o, "now"));
  if (a.status != 404) return std::nullopt;
  return std::chrono::floor<std::chrono::microseconds>(
      std::chrono::system_clock::now());
}

case_file open_case(context &c, const std::string &id) {
  auto &node = c.node();
  const auto path = "/v1/sessions/" + encoded(id);
  case_file f;
  f.session = node.fetch(path);
  std::string next;
  f.history = pages(node, path + "/history?limit=1000", "events", true, next);
  f.refusals =
      pages(node, path + "/refusals?limit=1000", "refusals", true, next);
  if (f.refusals.size() > most_refusals)
    f.refusals.erase(f.refusals.begin(), f.refusals.end() - most_refusals);
  f.eligibility = node.fetch(path + "/eligibility");
  f.now = node_time(node);
  f.zone = c.utc ? "UTC" : text_of(f.session, "timezone");
  return f;
}

/// Returns ` (in 2 h)`, ` (2 h ago)` or ` (now)`; empty where it is unknown.
std::string relative(const case_file &f, const std::string &time) {
  const auto t = workflows::parse_rfc3339(time);
  if (!t || !f.now) return {};
  const auto span = std::chrono::floor<std::chrono::seconds>(*t - *f.now);
  if (span.count() == 0) return " (now)";
  return span.count() > 0 ? " (in " + human_span(span) + ")"
                          : " (" + human_span(-span) + " ago)";
}

std::string when(const case_file &f, const std::string &time) {
  return human_time(time, f.zone) + relative(f, time);
}

bool is_refused_as(const case_file &f, std::string_view code) {
  const auto &refusals = f.eligibility.at("refusals").as_array();
  return std::ranges::any_of(refusals, [code](const json::value &one) {
    return text_of(one.as_object(), "code") == code;
  });
}

/// Returns true once the session has begun, by the node's clock or, without it,
/// by whether it is too early to log time.
bool has_begun(const case_file &f) {
  const auto starts = workflows::parse_rfc3339(text_of(f.session, "starts_at"));
  if (starts && f.now) return *f.now >= *starts;
  return !is_refused_as(f, "too-early");
}

/// Returns the last event of a type in the window at hand, or null. A window
/// begins when the session is scheduled and whenever it is reopened.
const json::object *last(const case_file &f, std::string_view type) {
  const json::object *found = nullptr;
  for (const auto &e : f.history) {
    const auto here = text_of(e.as_object(), "type");
    if (here == "session.reopened") found = nullptr;
    if (here == type) found = &e.as_object();
  }
  return found;
}

std::string data_of(const json::object *event, std::string_view key) {
  const auto *data = event ? event->if_contains("data") : nullptr;
  return data && data->is_object() ? text_of(data->get_object(), key)
                                   : std::string{};
}

/// Returns an event's person and time: `by tutor:ann, Mon … (2 h ago)`.
std::string signed_by(const case_file &f, const json::object *event) {
  if (!event) return "at an unknown time";
  return "by " + text_of(*event, "by") + ", " + when(f, text_of(*event, "at"));
}

std::string students(const case_file &f, std::string_view status,
                     bool without_recap) {
  std::string names;
  for (const auto &one : f.session.at("participants").as_array()) {
    const auto &p = one.as_object();
    const auto *recap = p.if_contains("recap");
    if (text_of(p, "status") != status) continue;
    if (without_recap && recap && !recap->is_null()) continue;
    names += (names.empty() ? "" : ", ") + text_of(p, "student");
  }
  return names;
}

using sentences = std::vector<std::string>;

void explain_scheduled(const case_file &f, sentences &why) {
  if (const auto *reopened = last(f, "session.reopened"))
    why.push_back(fmt::format("A new window was given {}: \"{}\".",
                              signed_by(f, reopened),
                              data_of(reopened, "note")));
  const auto starts = text_of(f.session, "starts_at");
  const auto deadline = text_of(f.session, "deadline");
  if (!has_begun(f))
    why.push_back("It has not begun: it starts " + when(f, starts) + ".");
  else
    why.push_back(fmt::format(
        "The tutor, {}, has not logged its time; the deadline is {}.",
        text_of(f.session, "tutor"), when(f, deadline)));
  if (const auto names = students(f, "invited", false); !names.empty())
    why.push_back(
        "Time cannot be logged while these have not answered: " + names + ".");
  else if (students(f, "going", false).empty())
    why.push_back("Time cannot be logged: no student is going.");
}

void explain_waiting(const case_file &f, sentences &why) {
  why.push_back(fmt::format("{} minutes were logged {}.",
                            text_of(f.session, "minutes"),
                            signed_by(f, last(f, "time.logged"))));
  if (text_of(f.session, "state") == "time_logged")
    why.push_back("The tutor's recap is not in; the deadline is "
                  + when(f, text_of(f.session, "deadline")) + ".");
  else
    why.push_back("The recap of these students is not in: "
                  + students(f, "going", true) + ".");
}

void explain_missed(const case_file &f, sentences &why) {
  why.push_back(fmt::format(
      "The deadline, {}, passed without the tutor's {}.",
      when(f, text_of(f.session, "deadline")),
      text_of(f.session, "minutes").empty() ? "time and recap" : "recap"));
  if (const auto *asked = last(f, "support.requested"))
    why.push_back(fmt::format("An update was asked for {}: \"{}\".",
                              signed_by(f, asked), data_of(asked, "message")));
  else
    why.push_back("Nobody has asked support for an update.");
}

void explain_paid(const case_file &f, sentences &why) {
  const auto &payout = f.session.at("payout").as_object();
  why.push_back(
      fmt::format("{} minutes at {} an hour made {} for the tutor, {}.",
                  text_of(f.session, "minutes"),
                  human_money(f.session.at("rate_per_hour").as_int64(),
                              text_of(f.session, "currency")),
                  human_money(payout.at("amount").as_int64(),
                              text_of(f.session, "currency")),
                  when(f, text_of(payout, "settled_at"))));
}

sentences why_of(const case_file &f) {
  const auto state = text_of(f.session, "state");
  sentences why;
  const auto closed = [&](const char *type, const char *what, const char *key) {
    const auto *e = last(f, type);
    why.push_back(
        fmt::format("{} {}: \"{}\".", what, signed_by(f, e), data_of(e, key)));
  };
  if (state == "scheduled")
    explain_scheduled(f, why);
  else if (state == "time_logged" || state == "awaiting_student_recap")
    explain_waiting(f, why);
  else if (state == "missed")
    explain_missed(f, why);
  else if (state == "update_denied")
    closed("session.update_denied", "Support refused an update", "note");
  else if (state == "cancelled")
    closed("session.cancelled", "It was cancelled", "reason");
  else if (state == "voided")
    closed("session.voided", "Support took it back", "note");
  else if (state == "paid")
    explain_paid(f, why);
  return why;
}

std::string next_of(const case_file &f) {
  const auto at = text_of(f.session, "next_timer");
  if (at.empty()) return "Nothing fires by itself any more.";
  return fmt::format("{}, {}.", text_of(f.session, "next_timer_kind"),
                     when(f, at));
}

std::string eligibility_of(const case_file &f) {
  const auto *eligible = f.eligibility.if_contains("eligible");
  if (eligible && *eligible == true)
    return fmt::format("Yes, at most {} minutes.",
                       text_of(f.eligibility, "max_minutes"));
  std::string text{"No:"};
  for (const auto &one : f.eligibility.at("refusals").as_array())
    text += fmt::format("\n  {}: {}", text_of(one.as_object(), "code"),
                        text_of(one.as_object(), "detail"));
  return text;
}

void heading(std::string_view text) {
  fmt::print("\n{}\n", paint(text, colour::bold));
}

void print_refusals(const case_file &f) {
  heading("What was refused");
  if (f.refusals.empty()) {
    fmt::print("Nothing.\n");
    return;
  }
  if (f.refusals.size() == most_refusals)
    fmt::print("The newest {}:\n", most_refusals);
  table t{{"id", "source", "code", "why"}};
  for (const auto &one : f.refusals) {
    const auto &outcome = one.as_object();
    for (const auto &r : outcome.at("refusals").as_array())
      t.add({text_of(outcome, "id"), text_of(outcome, "source"),
             text_of(r.as_object(), "code"), text_of(r.as_object(), "detail")});
  }
  fmt::print("{}", t.text());
}

void print_flags(const case_file &f) {
  const auto &flags = f.session.at("flags").as_array();
  if (flags.empty()) return;
  heading("To look at");
  for (const auto &flag : flags)
    fmt::print("{}\n", flag.as_string().c_str());
}

void print_case(const case_file &f, const sentences &why) {
  const auto state = text_of(f.session, "state");
  const auto head = fmt::format(
      "{} is {}: {} with {}, {}", paint(text_of(f.session, "id"), colour::bold),
      paint(state, colour_of_state(state)), text_of(f.session, "course"),
      text_of(f.session, "tutor"), when(f, text_of(f.session, "starts_at")));
  fmt::print("{}\n", folded(head));
  heading("Why");
  for (const auto &sentence : why)
    fmt::print("{}\n", folded(sentence));
  print_flags(f);
  print_refusals(f);
  heading("Can time be logged now?");
  fmt::print("{}\n", folded(eligibility_of(f), 4));
  heading("What fires next");
  fmt::print("{}\n", folded(next_of(f)));
}

int explain(context &c, const explain_options &o) {
  const auto f = open_case(c, o.id);
  const auto why = why_of(f);
  if (c.as_json())
    print(json::object{
        {"session", f.session},
        {"why", json::value_from(why)},
        {"history", f.history},
        {"refusals", f.refusals},
        {"eligibility", f.eligibility},
        {"now", f.now ? json::value(workflows::format_rfc3339(*f.now))
                      : json::value{}}});
  else
    print_case(f, why);
  return done;
}

}  // namespace

void add_explain(CLI::App &app, context &c) {
  auto [sub, o] = add_command<explain_options>(
      app, "explain",
      "Say why a session is in its state, what was refused, what comes next", c,
      explain);
  sub->add_option("SESSION", o.id, "Its id")->required();
}

}  // namespace recapd::tools
