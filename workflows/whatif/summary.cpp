// SPDX-License-Identifier: Apache-2.0
#include "workflows/whatif/summary.hpp"

#include <numeric>

#include "workflows/session/totals.hpp"
#include "workflows/wording.hpp"

namespace recapd::workflows {

namespace {

using glimpse = whatif_difference::glimpse;

glimpse glimpse_of(const ending &e) {
  const auto &s = e.state;
  glimpse out;
  if (s.exists()) {
    out.state = s.status;
    out.minutes = s.minutes;
    out.currency = s.currency;
  }
  if (s.paid) out.pay = s.paid->amount;
  for (std::size_t i = 0; i < e.refused.size(); ++i)
    if (e.refused.at(i) > 0) out.refused.push_back(refusal_code(i));
  out.reminders = std::accumulate(e.reminders.begin(), e.reminders.end(), 0);
  return out;
}

std::string state_of(const glimpse &g) {
  return g.state ? std::string{to_string(*g.state)} : "not there";
}

std::string minutes_of(const glimpse &g) {
  return g.minutes ? std::to_string(*g.minutes) + " minutes" : "no minutes";
}

std::string pay_of(const glimpse &g) {
  return g.pay ? human_money(*g.pay, g.currency) : "no pay";
}

std::string reminders_of(const glimpse &g) {
  return std::to_string(g.reminders)
         + (g.reminders == 1 ? " reminder" : " reminders");
}

/// Returns a sentence that sets two words against each other; empty where they
/// are the same.
std::string set_against(const std::string &would, const std::string &was) {
  return would == was ? "" : "It would have " + would + ", not " + was + ".";
}

/// Returns a sentence about sessions without pay that differ in their currency;
/// empty where the amounts name it, or where a session is not there.
std::string currency_of(const glimpse &would, const glimpse &was) {
  if (would.currency == was.currency || would.pay || was.pay || !would.state
      || !was.state)
    return {};
  return "It would be in " + would.currency + ", not " + was.currency + ".";
}

void append(std::string &to, const std::string &sentence) {
  if (!to.empty() && !sentence.empty()) to += ' ';
  to += sentence;
}

std::string why_of(const glimpse &was, const glimpse &would,
                   const std::string &first_difference) {
  auto why = first_difference;
  if (was.state != would.state)
    append(why,
           "It would be " + state_of(would) + ", not " + state_of(was) + ".");
  append(why, set_against(minutes_of(would), minutes_of(was)));
  append(why, set_against(pay_of(would), pay_of(was)));
  append(why, currency_of(would, was));
  append(why, set_against(reminders_of(would), reminders_of(was)));
  return why.empty() ? "Reminders or refusals of other kinds." : why;
}

}  // namespace

void whatif_figures::add(const ending &one) {
  const auto &s = one.state;
  if (s.exists()) {
    if (s.status == session_status::paid) ++paid;
    if (s.status == session_status::missed) ++missed;
    if (counts_minutes(s.status)) minutes += s.minutes.value_or(0);
    if (s.paid) pay[s.currency] += s.paid->amount;
  }
  for (std::size_t i = 0; i < refused.size(); ++i)
    refused.at(i) += one.refused.at(i);
  for (std::size_t i = 0; i < reminders.size(); ++i)
    reminders.at(i) += one.reminders.at(i);
}

void whatif_figures::add(const whatif_figures &more) {
  paid += more.paid;
  minutes += more.minutes;
  missed += more.missed;
  for (const auto &[currency, amount] : more.pay)
    pay[currency] += amount;
  for (std::size_t i = 0; i < refused.size(); ++i)
    refused.at(i) += more.refused.at(i);
  for (std::size_t i = 0; i < reminders.size(); ++i)
    reminders.at(i) += more.reminders.at(i);
}

void whatif_summary::add(const whatif_summary &more) {
  sessions += more.sessions;
  was.add(more.was);
  would.add(more.would);
}

std::optional<whatif_difference> difference_of(const script &of,
                                               const replay &played) {
  const auto &would = played.would();
  const auto now = glimpse_of(of.was), then = glimpse_of(would);
  if (now == then && of.was.refused == would.refused
      && of.was.reminders == would.reminders)
    return std::nullopt;
  return whatif_difference{.session = of.id,
                           .was = now,
                           .would = then,
                           .why = why_of(now, then, played.first_difference())};
}

}  // namespace recapd::workflows
