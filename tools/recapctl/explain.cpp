// recapctl explain: why a session is where it is, and what comes next.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>

#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

namespace {

struct explain_options {
  std::string id;
};

constexpr std::size_t most_refusals = 100;

/// All that is told about a session.
struct case_file {
  json::object session;
  json::object told;     ///< the node's explanation
  json::array refusals;  ///< outcomes that are refusals, the newest ones
};

case_file open_case(context &c, const std::string &id) {
  auto &node = c.node();
  const auto path = "/v1/sessions/" + encoded(id);
  case_file f;
  f.session = node.fetch(path);
  f.told =
      node.fetch(path + "/explain" + query({{"timezone", c.utc ? "UTC" : ""}}));
  std::string next;
  f.refusals =
      pages(node, path + "/refusals?limit=1000", "refusals", true, next);
  if (f.refusals.size() > most_refusals)
    f.refusals.erase(f.refusals.begin(), f.refusals.end() - most_refusals);
  return f;
}

std::string eligibility_of(const case_file &f) {
  const auto &e = f.told.at("eligibility").as_object();
  if (e.at("eligible").as_bool())
    return fmt::format("Yes, at most {} minutes.", text_of(e, "max_minutes"));
  std::string text{"No:"};
  for (const auto &one : e.at("refusals").as_array())
    text += fmt::format("\n  {}: {}", text_of(one.as_object(), "code"),
                        text_of(one.as_object(), "detail"));
  return text;
}

void heading(std::string_view text) {
  fmt::print("\n{}\n", paint(text, colour::bold));
}

void print_refusals(const context &c, const case_file &f) {
  heading("What was refused");
  if (f.refusals.empty()) {
    fmt::print("Nothing.\n");
    return;
  }
  if (f.refusals.size() == most_refusals)
    fmt::print("The newest {}:\n", most_refusals);
  const auto zone = text_of(f.session, "timezone");
  table t{{"at", "by", "code", "why", "id", "source"}};
  for (const auto &one : f.refusals) {
    const auto &outcome = one.as_object();
    for (const auto &r : outcome.at("refusals").as_array())
      t.add({c.time(text_of(outcome, "at"), zone), text_of(outcome, "by"),
             text_of(r.as_object(), "code"), text_of(r.as_object(), "detail"),
             text_of(outcome, "id"), text_of(outcome, "source")});
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

void print_case(const context &c, const case_file &f) {
  const auto state = text_of(f.session, "state");
  const auto head = fmt::format(
      "{} is {}: {} with {}, {}", paint(text_of(f.session, "id"), colour::bold),
      paint(state, colour_of_state(state)), text_of(f.session, "course"),
      text_of(f.session, "tutor"),
      c.time(text_of(f.session, "starts_at"), text_of(f.session, "timezone")));
  fmt::print("{}\n", folded(head));
  heading("Why");
  for (const auto &one : f.told.at("why").as_array())
    fmt::print("{}\n", folded(text_of(one.as_object(), "text")));
  print_flags(f);
  print_refusals(c, f);
  heading("Can time be logged now?");
  fmt::print("{}\n", folded(eligibility_of(f), 4));
  heading("What fires next");
  fmt::print("{}\n", folded(text_of(f.told, "next_text")));
}

int explain(context &c, const explain_options &o) {
  auto f = open_case(c, o.id);
  if (c.as_json()) {
    f.told["session"] = f.session;
    f.told["refusals"] = f.refusals;
    print(f.told);
  } else {
    print_case(c, f);
  }
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
