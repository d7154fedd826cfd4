// SPDX-License-Identifier: Apache-2.0
#include "tools/recapctl/preview.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "tools/common/terminal.hpp"

namespace recapd::tools {

namespace {

std::optional<std::int64_t> figure_at(const json::object &o,
                                      std::string_view key) {
  const auto *v = o.if_contains(key);
  if (v == nullptr || !v->is_number()) return std::nullopt;
  return v->to_number<std::int64_t>();
}

std::optional<std::int64_t> paid(const json::object &session) {
  const auto *payout = session.if_contains("payout");
  if (payout == nullptr || !payout->is_object()) return std::nullopt;
  return figure_at(payout->get_object(), "amount");
}

std::string with_sign(std::int64_t amount, const std::string &currency) {
  return (amount > 0 ? "+" : "") + human_money(amount, currency);
}

void print_effects(const json::object &outcome) {
  const auto &effects = outcome.at("effects").as_object();
  const auto *shown = outcome.at("session").if_object();
  const auto session = shown != nullptr ? *shown : json::object{};
  table t{{"it would change", "by"}};
  t.right(1);
  t.add({"minutes that count",
         fmt::format("{:+}", figure_at(effects, "minutes").value_or(0))});
  if (const auto money = figure_at(effects, "money"))
    t.add({"pay", with_sign(*money, text_of(session, "currency"))});
  fmt::print("The session would be {}.\n\n{}\n",
             paint(text_of(session, "state"),
                   colour_of_state(text_of(session, "state"))),
             t.text());
  table told{{"who would be told", "kind"}};
  for (const auto &one : effects.at("notifications").as_array())
    told.add(
        {text_of(one.as_object(), "to"), text_of(one.as_object(), "kind")});
  fmt::print("{}", told.empty() ? "Nobody would be told.\n" : told.text());
}

}  // namespace

int preview_command(context &c, const std::string &event) {
  const auto a = c.node().post("/v1/commands?dry_run=true", event,
                               "application/cloudevents+json");
  const auto *outcome = a.body.if_object();
  if (outcome == nullptr || !outcome->contains("outcome"))
    throw problem{a.status, problem_text(a)};
  if (c.as_json())
    print(a.body);
  else if (a.ok())
    print_effects(*outcome);
  else
    fmt::print("It would be refused: {}\n", problem_text(a));
  fmt::print(stderr, "{}", c.as_json() ? "" : "Nothing was done.\n");
  if (a.ok()) return done;
  return a.status == 403 ? not_admitted : refused;
}

std::string pay_change(const json::object &before, const json::object &after) {
  const auto currency = text_of(before, "currency");
  const auto was = paid(before), is = paid(after);
  if (!was && !is) return "No pay was given or taken back.";
  const auto change = is.value_or(0) - was.value_or(0);
  return fmt::format(
      "Pay was {} and is {}: {}.", human_money(was.value_or(0), currency),
      human_money(is.value_or(0), currency),
      change == 0  ? "nothing was paid or taken back"
      : change > 0 ? human_money(change, currency) + " was paid"
                   : human_money(-change, currency) + " was taken back");
}

std::string taken_back(const json::object &session) {
  const auto minutes = figure_at(session, "minutes");
  return fmt::format(
      "{} of {} is {}. A void takes back its hours{} and its pay{}, for good.",
      text_of(session, "id"), text_of(session, "tutor"),
      text_of(session, "state"),
      minutes ? " (" + human_minutes(*minutes) + ")" : "",
      paid(session)
          ? " (" + human_money(*paid(session), text_of(session, "currency"))
                + ")"
          : "");
}

}  // namespace recapd::tools
