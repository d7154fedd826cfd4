// recapctl disbursements: what is paid out, and what became of it.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>

#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

namespace {

constexpr const char *disbursements_path = "/v1/disbursements";

struct disbursement_options {
  std::string run, tutor, program, state, after, id;
  bool all = false;
};

void print_disbursements(const json::array &found) {
  table t{{"disbursement", "state", "tutor", "amount", "run", "changed"}};
  t.state_column(1).time_column(5).right(3);
  for (const auto &one : found) {
    const auto &d = one.as_object();
    t.add({text_of(d, "id"), text_of(d, "state"), text_of(d, "tutor"),
           human_money(d.at("amount").as_int64(), text_of(d, "currency")),
           text_of(d, "run"), human_time(text_of(d, "changed_at"))});
  }
  fmt::print("{}", t.empty() ? "No disbursements.\n" : t.text());
}

int list_disbursements(context &c, const disbursement_options &o) {
  auto next = o.after;
  auto found = pages(c.node(),
                     disbursements_path
                         + query({{"run", o.run},
                                  {"tutor", o.tutor},
                                  {"program", o.program},
                                  {"state", o.state},
                                  {"limit", o.all ? "1000" : "100"}}),
                     "disbursements", o.all, next);
  if (c.as_json())
    print(json::object{
        {"disbursements", std::move(found)},
        {"next", next.empty() ? json::value{} : json::value(next)}});
  else
    print_disbursements(found);
  if (!c.as_json()) print_more(c, next);
  return done;
}

int show_disbursement(context &c, const disbursement_options &o) {
  const auto d = c.node().fetch(disbursements_path + ("/" + encoded(o.id)));
  if (c.as_json()) {
    print(d);
    return done;
  }
  print_disbursements({d});
  for (const auto *member : {"reason", "trouble"})
    if (const auto text = text_of(d, member); !text.empty())
      fmt::print("{}: {}\n", member, text);
  return done;
}

/// Says of each open disbursement of a run that it was sent. What was said
/// before is a duplicate: after trouble the same again goes on.
int mark_sent(context &c, const disbursement_options &o) {
  std::string next;
  const auto open =
      pages(c.node(),
            disbursements_path
                + query({{"run", o.run}, {"state", "open"}, {"limit", "1000"}}),
            "disbursements", true, next);
  for (const auto &one : open) {
    const auto &d = one.as_object();
    const auto a = c.node().post(
        disbursements_path + ("/" + encoded(text_of(d, "id")) + "/result"),
        json::serialize(json::object{{"result", "sent"},
                                     {"amount", d.at("amount")},
                                     {"currency", d.at("currency")}}),
        "application/json");
    if (!a.ok()) throw problem{a.status, problem_text(a)};
  }
  if (c.as_json())
    print(json::object{{"sent", open.size()}});
  else
    fmt::print("{} marked as sent.\n", open.size());
  return done;
}

}  // namespace

void add_disbursements(CLI::App &app, context &c) {
  auto *all = app.add_subcommand("disbursements",
                                 "Show what is paid out, and mark it as sent");
  all->require_subcommand(1);
  auto [l, o] = add_command<disbursement_options>(
      *all, "list", "List disbursements", c, list_disbursements);
  l->add_option("--run", o.run, "Only this run's");
  l->add_option("--tutor", o.tutor, "Only this tutor's");
  l->add_option("--program", o.program, "Only of this programme");
  l->add_option("--state", o.state, "Only those in this state")
      ->check(
          CLI::IsMember({"open", "sent", "confirmed", "failed", "returned"}));
  l->add_option("--after", o.after, "Go on after this page");
  l->add_flag("--all", o.all, "All of them, page by page");
  auto [s, so] = add_command<disbursement_options>(
      *all, "show", "Show one disbursement", c, show_disbursement);
  s->add_option("ID", so.id, "The disbursement")->required();
  auto [m, mo] = add_command<disbursement_options>(
      *all, "sent", "Mark a run's open disbursements as sent", c, mark_sent);
  m->add_option("RUN", mo.run, "The run")->required();
}

}  // namespace recapd::tools
