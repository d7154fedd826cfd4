// SPDX-License-Identifier: Apache-2.0
#include "workflows/json/explain.hpp"

#include <boost/json/array.hpp>
#include <functional>

#include "workflows/session/decide.hpp"
#include "workflows/session/reminders.hpp"
#include "workflows/wording.hpp"

namespace recapd::workflows {

namespace {

namespace json = boost::json;

std::string joined(const std::vector<std::string> &names) {
  std::string all;
  for (const auto &one : names)
    all += (all.empty() ? "" : ", ") + one;
  return all;
}

json::array listed(const std::vector<std::string> &names) {
  json::array out;
  for (const auto &one : names)
    out.emplace_back(one);
  return out;
}

/// Returns what somebody wrote in quotes, which ends a sentence.
std::string quoted(const std::string &said) {
  const auto ended =
      !said.empty()
      && std::string_view{".!?"}.find(said.back()) != std::string_view::npos;
  return "\"" + said + (ended ? "\"" : "\".");
}

/// Gathers the reasons of one session.
class narrator {
public:
  narrator(const session &s, std::span<const event> history,
           const rules &decided_by, const explain_for &whom)
      : s_{s}, history_{history}, decided_by_{decided_by}, whom_{whom} {}

  std::vector<reason> why() &&;
  [[nodiscard]] std::string when(instant at) const;

private:
  /// The last event of that alternative in the window at hand, or null. A
  /// window begins when the session is scheduled and whenever it is reopened.
  template <class Body> const event *last() const {
    const event *found = nullptr;
    for (const auto &e : history_) {
      if (std::holds_alternative<session_reopened>(e.what)) found = nullptr;
      if (std::holds_alternative<Body>(e.what)) found = &e;
    }
    return found;
  }
  [[nodiscard]] std::string signed_by(const event &e) const {
    return "by " + to_string(e.by) + ", " + when(e.at);
  }
  static json::object done_by(const event &e) {
    return {{"by", to_string(e.by)}, {"at", format_rfc3339(e.at)}};
  }
  void say(std::string code, std::string text, json::object data = {}) {
    why_.push_back({std::move(code), std::move(text), std::move(data)});
  }
  /// Says what somebody did, with what they wrote.
  template <class Body>
  void quote(const std::string &code, const std::string &what,
             std::string Body::*text, const char *member) {
    const auto *e = last<Body>();
    if (e == nullptr) return;
    auto data = done_by(*e);
    const auto &said = std::get<Body>(e->what).*text;
    data[member] = said;
    say(code, what + " " + signed_by(*e) + ": " + quoted(said),
        std::move(data));
  }
  std::vector<std::string>
  students(const std::function<bool(const participant &)> &which) const {
    std::vector<std::string> names;
    for (const auto &p : s_.participants)
      if (which(p)) names.push_back(p.student);
    return names;
  }

  void scheduled();
  void logged();
  void corrected();
  void waiting_for_tutor();
  void waiting_for_students();
  void missing_recaps();
  void missed();
  void paid();
  void confirmed();
  void confirmed_by_silence();
  void disputed();
  void decided_dispute();
  void payments();
  void voided();

  const session &s_;
  std::span<const event> history_;
  const rules &decided_by_;
  const explain_for &whom_;
  std::vector<reason> why_;
};

std::string narrator::when(instant at) const {
  const auto span = std::chrono::floor<std::chrono::seconds>(at - whom_.now);
  const auto relative = span.count() == 0  ? std::string{" (now)"}
                        : span.count() > 0 ? " (in " + human_span(span) + ")"
                                           : " (" + human_span(-span) + " ago)";
  return human_time(at, whom_.zone) + relative;
}

void narrator::scheduled() {
  quote("reopened", "A new window was given", &session_reopened::note, "note");
  if (whom_.now < s_.starts_at)
    say("not-begun", "It has not begun: it starts " + when(s_.starts_at) + ".",
        {{"starts_at", format_rfc3339(s_.starts_at)}});
  else
    say("time-not-logged",
        "The tutor, " + s_.tutor + ", has not logged its time; the deadline is "
            + when(s_.deadline) + ".",
        {{"tutor", s_.tutor}, {"deadline", format_rfc3339(s_.deadline)}});
  const auto invited = students(
      [](const participant &p) { return p.status == participation::invited; });
  if (!invited.empty())
    say("unanswered-invitation",
        "Time cannot be logged while these have not answered: "
            + joined(invited) + ".",
        {{"students", listed(invited)}});
  else if (students([](const participant &p) {
             return p.status == participation::going;
           }).empty())
    say("student-not-going", "Time cannot be logged: no student is going.");
}

void narrator::logged() {
  const auto *e = last<time_logged>();
  if (e == nullptr) return;
  const auto minutes = std::get<time_logged>(e->what).minutes;
  auto data = done_by(*e);
  data["minutes"] = minutes;
  say("time-logged",
      std::to_string(minutes) + " minutes were logged " + signed_by(*e) + ".",
      std::move(data));
  corrected();
}

void narrator::corrected() {
  const auto *e = last<time_corrected>();
  if (e == nullptr) return;
  const auto &right = std::get<time_corrected>(e->what);
  auto why = done_by(*e);
  why["minutes"] = right.minutes;
  why["note"] = right.note;
  say("corrected",
      "It was corrected to " + std::to_string(right.minutes) + " minutes "
          + signed_by(*e) + ": " + quoted(right.note),
      std::move(why));
}

void narrator::waiting_for_tutor() {
  logged();
  say("tutor-recap-missing",
      "The tutor's recap is not in; the deadline is " + when(s_.deadline) + ".",
      {{"tutor", s_.tutor}, {"deadline", format_rfc3339(s_.deadline)}});
}

void narrator::waiting_for_students() {
  logged();
  decided_dispute();
  missing_recaps();
}

void narrator::missing_recaps() {
  const auto owing = students([](const participant &p) {
    return p.status == participation::going && !p.written;
  });
  if (owing.empty()) return;
  say("student-recap-missing",
      "The recap of these students is not in: " + joined(owing) + ".",
      {{"students", listed(owing)}});
}

void narrator::confirmed() {
  logged();
  const auto at = settle_at(s_, decided_by_);
  if (!at)
    say("confirmed", "It is confirmed, and its settlement is next.");
  else
    say("confirmed",
        "It is confirmed. Its settlement is next, " + when(*at)
            + "; it can be disputed until then.",
        {{"settles_at", format_rfc3339(*at)}});
  confirmed_by_silence();
  decided_dispute();
}

void narrator::disputed() {
  logged();
  quote("disputed", "It was disputed", &session_disputed::reason, "reason");
  if (!s_.disputes) return;
  const auto from = s_.disputes->from;
  const bool waited = from == session_status::awaiting_student_recap;
  const bool waits = waited && !is_confirmed(s_, decided_by_);
  say("clocks-stand",
      std::string{"Support decides; until then reminders, confirmation and "
                  "settlement stand. Then it "}
          + (from == session_status::paid ? "is paid as before"
             : waits  ? "waits for its students' recaps again"
             : waited ? "is completed"
                      : "is confirmed again")
          + ", unless it is voided.",
      {{"from", to_string(from)}, {"waits", waits}});
  if (waited) missing_recaps();
}

/// Says how the last dispute went that is over.
void narrator::decided_dispute() {
  const auto *dispute = last<session_disputed>();
  if (dispute == nullptr) return;
  quote("disputed", "It was disputed", &session_disputed::reason, "reason");
  const auto *upheld = last<session_upheld>();
  if (upheld != nullptr && upheld->seq > dispute->seq)
    quote("upheld", "It was upheld", &session_upheld::note, "note");
}

void narrator::missed() {
  say("deadline-passed",
      "The deadline, " + when(s_.deadline) + ", passed without the tutor's "
          + (s_.minutes ? "recap." : "time and recap."),
      {{"deadline", format_rfc3339(s_.deadline)}});
  if (!s_.update_asked)
    say("update-not-asked", "Nobody has asked support for an update.");
  else
    quote("update-asked", "An update was asked for",
          &support_requested::message, "message");
}

void narrator::paid() {
  if (!s_.paid || !s_.minutes) return;
  const auto minutes = std::to_string(*s_.minutes) + " minutes";
  if (!whom_.to.sees_pay())
    return say("confirmed", minutes + " were confirmed.",
               {{"minutes", *s_.minutes}});
  say("paid",
      minutes + " at " + human_money(s_.rate_per_hour, s_.currency)
          + " an hour made " + human_money(s_.paid->amount, s_.currency)
          + " for the tutor; it was settled " + when(s_.paid->settled_at) + ".",
      {{"minutes", *s_.minutes},
       {"rate_per_hour", s_.rate_per_hour},
       {"amount", s_.paid->amount},
       {"currency", s_.currency},
       {"settled_at", format_rfc3339(s_.paid->settled_at)}});
}

/// Says that silence confirmed it, and whose.
void narrator::confirmed_by_silence() {
  const auto *e = last<session_completed>();
  if (e == nullptr || !std::get<session_completed>(e->what).automatic) return;
  const auto silent = students([](const participant &p) {
    return p.status == participation::going && !p.written;
  });
  say("confirmed-by-silence",
      "It was confirmed automatically, " + when(e->at)
          + ", since these students never wrote: " + joined(silent) + ".",
      {{"at", format_rfc3339(e->at)}, {"students", listed(silent)}});
}

/// Says each transfer and in which direction it went.
void narrator::payments() {
  if (!whom_.to.sees_pay()) return;
  const auto tell = [this](std::string code, const std::string &what,
                           const transfer &t, instant at,
                           const std::string &more = {}) {
    say(std::move(code),
        what + " " + human_money(t.amount, t.currency) + ", " + when(at) + more
            + ".",
        {{"amount", t.amount},
         {"currency", t.currency},
         {"from", t.from},
         {"to", t.to},
         {"at", format_rfc3339(at)}});
  };
  for (const auto &e : history_)
    if (const auto *settled = std::get_if<session_paid>(&e.what))
      tell("settled", "The settlement gave the tutor", settled->payment, e.at);
    else if (const auto *c = std::get_if<time_corrected>(&e.what);
             c != nullptr && c->payment)
      tell("payout-corrected",
           c->payment->from == program_account(s_.program)
               ? "A correction gave the tutor"
               : "A correction took from the tutor",
           *c->payment, e.at);
    else if (const auto *v = std::get_if<session_voided>(&e.what);
             v != nullptr && v->reversal && s_.paid)
      tell("payout-reversed", "The reversal took from the tutor", *v->reversal,
           e.at, "; the net is " + human_money(s_.paid->amount, s_.currency));
}

void narrator::voided() {
  quote("voided", "It was taken back", &session_voided::note, "note");
  confirmed_by_silence();
  payments();
}

std::vector<reason> narrator::why() && {
  switch (s_.status) {
  case session_status::scheduled:
    scheduled();
    break;
  case session_status::time_logged:
    waiting_for_tutor();
    break;
  case session_status::awaiting_student_recap:
    waiting_for_students();
    break;
  case session_status::completed:
    confirmed();
    break;
  case session_status::disputed:
    disputed();
    break;
  case session_status::paid:
    paid();
    corrected();
    confirmed_by_silence();
    decided_dispute();
    if (s_.paid && s_.paid->corrections > 0) payments();
    break;
  case session_status::missed:
    missed();
    break;
  case session_status::update_denied:
    quote("update-denied", "An update was denied", &update_denied::note,
          "note");
    break;
  case session_status::cancelled:
    quote("cancelled", "It was cancelled", &session_cancelled::reason,
          "reason");
    break;
  case session_status::voided:
    voided();
    break;
  }
  return std::move(why_);
}

}  // namespace

explanation explain(const session &s, std::span<const event> history,
                    const rules &decided_by, const explain_for &whom) {
  narrator told{s, history, decided_by, whom};
  explanation out{.why = {},
                  .next = next_timer(s, decided_by),
                  .next_text = s.status == session_status::disputed
                                   ? "Nothing fires by itself before support "
                                     "has decided."
                                   : "Nothing fires by itself any more."};
  if (out.next)
    out.next_text = out.next->kind + ", " + told.when(out.next->at) + ".";
  out.why = std::move(told).why();
  return out;
}

}  // namespace recapd::workflows
