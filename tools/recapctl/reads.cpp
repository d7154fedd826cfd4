// recapctl show, history, notifications: what a session is and was.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>
#include <string>

#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

namespace {

struct one_session {
  std::string id;
};

void field(std::string_view name, const std::string &value) {
  if (!value.empty())
    fmt::print("{}  {}\n", paint(fmt::format("{:<18}", name), colour::dim),
               value);
}

std::string minutes_field(const json::object &s, std::string_view key) {
  const auto *v = s.if_contains(key);
  return v && v->is_int64() ? human_minutes(v->get_int64()) : std::string{};
}

std::string next_timer_field(const context &c, const json::object &s) {
  const auto at = text_of(s, "next_timer");
  if (at.empty()) return {};
  return text_of(s, "next_timer_kind") + ", "
         + c.time(at, text_of(s, "timezone"));
}

std::string money_field(const json::object &s, const json::object &from,
                        std::string_view key) {
  const auto *v = from.if_contains(key);
  if (!v || !v->is_int64()) return {};
  return human_money(v->get_int64(), text_of(s, "currency"));
}

void print_participants(const json::object &s) {
  const auto *list = s.if_contains("participants");
  if (!list || !list->is_array()) return;
  table t{{"student", "status", "in call", "recap"}};
  t.state_column(1);
  for (const auto &one : list->get_array()) {
    const auto &p = one.as_object();
    const auto *recap = p.if_contains("recap");
    const auto *call = p.if_contains("in_call");
    t.add({text_of(p, "student"), text_of(p, "status"),
           call && *call == true ? "yes" : "",
           recap && !recap->is_null() ? "in" : ""});
  }
  fmt::print("\n{}", t.text());
}

/// Prints what makes up the net of a session's pay, in order: what changed it,
/// as the node explains it.
void print_payments(context &c, const json::object &s) {
  const auto told =
      c.node().fetch("/v1/sessions/" + encoded(text_of(s, "id")) + "/explain");
  for (const auto &one : told.at("why").as_array()) {
    const auto &data = one.at("data").as_object();
    const auto code = text_of(one.as_object(), "code");
    const auto name = code == "settled"            ? "settlement"
                      : code == "payout-corrected" ? "correction"
                      : code == "payout-reversed"  ? "reversal"
                                                   : "";
    if (*name == '\0') continue;
    const bool gives = text_of(data, "to").starts_with("tutor:");
    field(name, (gives ? "" : "-") + money_field(s, data, "amount") + ", "
                    + c.time(text_of(data, "at"), text_of(s, "timezone")));
  }
}

void print_session(context &c, const json::object &s) {
  const auto zone = text_of(s, "timezone");
  const auto state = text_of(s, "state");
  field("session", paint(text_of(s, "id"), colour::bold));
  field("state", paint(state, colour_of_state(state)));
  field("tutor", text_of(s, "tutor"));
  field("course", text_of(s, "course"));
  field("program", text_of(s, "program"));
  field("modality", text_of(s, "modality"));
  field("starts", c.time(text_of(s, "starts_at"), zone));
  field("time zone", zone);
  field("deadline", c.time(text_of(s, "deadline"), zone));
  field("minutes", minutes_field(s, "minutes"));
  field("suggested minutes", minutes_field(s, "suggested_minutes"));
  field("rate per hour", money_field(s, s, "rate_per_hour"));
  const auto *payout = s.if_contains("payout");
  if (payout && payout->is_object()) {
    print_payments(c, s);
    field("paid",
          money_field(s, payout->get_object(), "amount") + ", "
              + c.time(text_of(payout->get_object(), "settled_at"), zone));
  }
  const auto *recap = s.if_contains("tutor_recap");
  field("tutor's recap", recap && !recap->is_null() ? "in" : "not in");
  field("next timer", next_timer_field(c, s));
  field("version", text_of(s, "version"));
  print_participants(s);
}

int show(context &c, const one_session &o) {
  const auto s = c.node().fetch("/v1/sessions/" + encoded(o.id));
  if (c.as_json())
    print(s);
  else
    print_session(c, s);
  return done;
}

/// Returns the time zone in which a session's times are told.
std::string zone_of(context &c, const std::string &session) {
  return text_of(c.node().fetch("/v1/sessions/" + encoded(session)),
                 "timezone");
}

int history(context &c, const one_session &o) {
  std::string next;
  auto events =
      pages(c.node(), "/v1/sessions/" + encoded(o.id) + "/history?limit=1000",
            "events", true, next);
  if (c.as_json()) {
    print(json::object{{"events", std::move(events)}, {"next", nullptr}});
    return done;
  }
  const auto zone = zone_of(c, o.id);
  table t{{"seq", "at", "event", "by", "data"}};
  t.right(0).time_column(1);
  for (const auto &one : events) {
    const auto &e = one.as_object();
    const auto *data = e.if_contains("data");
    t.add({text_of(e, "seq"), c.time(text_of(e, "at"), zone),
           text_of(e, "type"), text_of(e, "by"),
           data ? brief(c, *data, zone) : ""});
  }
  fmt::print("{}", t.text());
  return done;
}

int notifications(context &c, const one_session &o) {
  std::string next;
  auto sent =
      pages(c.node(),
            "/v1/notifications" + query({{"session", o.id}, {"limit", "1000"}}),
            "notifications", true, next);
  if (c.as_json()) {
    print(json::object{{"notifications", std::move(sent)}, {"next", nullptr}});
    return done;
  }
  const auto zone = zone_of(c, o.id);
  table t{{"at", "kind", "to", "session", "id"}};
  t.time_column(0);
  for (const auto &one : sent) {
    const auto &m = one.as_object();
    t.add({c.time(text_of(m, "at"), zone), text_of(m, "kind"), text_of(m, "to"),
           text_of(m, "session"), text_of(m, "id")});
  }
  fmt::print("{}", t.text());
  return done;
}

}  // namespace

void add_reads(CLI::App &app, context &c) {
  auto [s, so] =
      add_command<one_session>(app, "show", "Show a session", c, show);
  s->add_option("SESSION", so.id, "Its id")->required();
  auto [h, ho] = add_command<one_session>(
      app, "history", "Show what happened to a session", c, history);
  h->add_option("SESSION", ho.id, "Its id")->required();
  auto [n, no] = add_command<one_session>(app, "notifications",
                                          "Show what was sent about a session",
                                          c, notifications);
  n->add_option("SESSION", no.id, "Its id")->required();
}

}  // namespace recapd::tools
