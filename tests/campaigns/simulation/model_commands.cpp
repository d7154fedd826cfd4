// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>
#include <variant>

#include "model.hpp"

namespace recapd::simulation {

namespace wf = workflows;
using wf::role;

namespace {

bool silent(const model_student &p) {
  return p.status == "going" && !p.recap;
}

bool confirms(const model_student &p) {
  return p.status == "going" && p.recap;
}

bool takes_part(const model_student *p) {
  return p != nullptr && (p->status == "invited" || p->status == "going");
}

/// Returns the length of a recap's text. The campus writes ASCII, and two
/// characters of three bytes each that nobody sees.
int length_of(const std::string &text) {
  std::string counted;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) continue;
    if (c != ' ' && c != '\n' && c != '\t')
      counted += c;
    else if (!counted.empty() && counted.back() != ' ')
      counted += ' ';
  }
  if (!counted.empty() && counted.back() == ' ') counted.pop_back();
  return int(counted.size());
}

/// Works out what must come of one command: `build` is called once.
class outcome_builder {
public:
  outcome_builder(const model_session &before, const model_command &cmd,
                  const wf::rules &rules, int policy_version)
      : c_{cmd}, r_{rules}, policy_version_{policy_version} {
    v_.after = before;
    was_ = before.state;
    const bool waits = was_ == "scheduled" || was_ == "time_logged";
    if (waits && c_.received_at > before.deadline) {
      lapse(v_, r_);
    }
    if ((was_ == "missed" || was_ == "update_denied")
        && c_.received_at <= before.deadline) {
      s().state = s().minutes ? "time_logged" : "scheduled";
      happens("session.miss_lifted");
      if (s().minutes) v_.claims = claims_of(s(), r_, *s().minutes);
      s().held = v_.claims;
    }
  }

  expected_outcome build() {
    if (s().version == 0
        && !std::holds_alternative<wf::schedule_session>(*c_.what))
      end("unknown-session");
    else
      std::visit([this](const auto &what) { on(what); }, *c_.what);
    v_.after.version += int(v_.events.size());
    return std::move(v_);
  }

private:
  model_session &s() { return v_.after; }
  [[nodiscard]] bool tutor() {
    return c_.by.as == role::tutor && c_.by.id == s().tutor;
  }
  [[nodiscard]] bool system() const { return c_.by.as == role::system; }
  [[nodiscard]] bool support() const { return c_.by.as == role::support; }
  [[nodiscard]] bool student(const std::string &id) const {
    return c_.by.as == role::student && c_.by.id == id;
  }
  void end(const std::string &code) {
    if (v_.ended) return;
    v_.codes = {code};
    v_.claims.clear();
    v_.ended = true;
  }
  void object(const std::string &code) {
    if (!v_.ended) v_.codes.push_back(code);
  }
  void happens(const std::string &type, std::vector<std::string> told = {}) {
    v_.events.push_back({type, std::move(told)});
  }
  bool allowed(bool who) {
    if (!who) end("not-allowed");
    return who;
  }
  bool in(const std::string &a, const std::string &b = "-") {
    if (s().state != a && s().state != b) end("wrong-state");
    return !v_.ended;
  }

  void on(const wf::schedule_session &c) {
    const bool own = c_.by.as == role::tutor && c_.by.id == c.tutor;
    const bool usual =
        (!c.rate_per_hour || *c.rate_per_hour == r_.rate_per_hour)
        && (!c.currency || *c.currency == r_.currency);
    if (!allowed(system() || (own && usual))) return;
    if (s().version > 0) return end("session-exists");
    auto &n = s();
    n.state = "scheduled";
    n.tutor = c.tutor;
    n.course = c.course;
    n.program = c.program;
    n.online = c.how == wf::modality::online;
    n.timezone = c.timezone.value_or(r_.timezone);
    n.currency = c.currency.value_or(r_.currency);
    n.rate = c.rate_per_hour.value_or(r_.rate_per_hour);
    n.starts_at = c.starts_at;
    n.deadline = c.starts_at + r_.log_window;
    n.policy_version = policy_version_;
    for (const auto &id : c.students)
      n.students.push_back({.id = id});
    happens("session.scheduled");
  }

  void on(const wf::invite_participant &c) {
    if (!allowed(tutor() || system()) || !in("scheduled")) return;
    auto *p = s().find(c.student);
    if (takes_part(p)) return end("wrong-state");
    if (p != nullptr)
      p->status = "invited";
    else
      s().students.push_back({.id = c.student});
    happens("participant.invited");
  }

  void on(const wf::accept_invitation &c) {
    auto *p = s().find(c.student);
    if (!allowed(system() || (student(c.student) && p != nullptr))
        || !in("scheduled"))
      return;
    if (p == nullptr || p->status == "going" || p->status == "removed")
      return end("wrong-state");
    p->status = "going";
    happens("participant.accepted");
  }

  void on(const wf::decline_invitation &c) {
    auto *p = s().find(c.student);
    if (!allowed(system() || (student(c.student) && p != nullptr))
        || !in("scheduled"))
      return;
    if (!takes_part(p)) return end("wrong-state");
    if (p->joined) return end("wrong-state");
    p->status = "declined";
    happens("participant.declined");
  }

  void on(const wf::remove_participant &c) {
    if (!allowed(tutor() || support() || system())) return;
    const bool logged =
        s().state == "time_logged" || s().state == "awaiting_student_recap";
    if (!(logged && support()) && !in("scheduled")) return;
    auto *p = s().find(c.student);
    if (!takes_part(p) || (p->joined && !support())) return end("wrong-state");
    const auto of_student = [&](const model_claim &claim) {
      return claim.student == c.student;
    };
    std::erase_if(v_.claims, of_student);
    std::erase_if(s().held, of_student);
    const bool had_recap = p->recap;
    p->status = "removed";
    const auto &all = s().students;
    if (logged && std::none_of(all.begin(), all.end(), [](const auto &other) {
          return other.status == "going";
        }))
      object("student-not-going");
    if (had_recap) object("recap-already-submitted");
    happens("participant.removed");
    if (s().state == "awaiting_student_recap"
        && std::none_of(all.begin(), all.end(), silent))
      complete(v_, c_.received_at, r_);
  }

  bool calls(const wf::person &who) {
    const bool here = who.as == role::tutor
                          ? who.id == s().tutor
                          : system() || s().find(who.id) != nullptr;
    if (!allowed(here && (system() || c_.by == who))) return false;
    if (!s().online) end("wrong-state");
    return !v_.ended;
  }
  void shared_time_follows() {
    const bool both = s().tutor_in_call
                      && std::any_of(s().students.begin(), s().students.end(),
                                     [](const auto &p) { return p.in_call; });
    s().met = s().met || both;
    if (both && !s().shared_since) s().shared_since = c_.received_at;
    if (both || !s().shared_since) return;
    s().shared += std::max(c_.received_at - *s().shared_since,
                           std::chrono::microseconds{0});
    s().shared_since.reset();
  }

  void on(const wf::join_call &c) {
    const auto &who = c.participant;
    if (!calls(who) || !in("scheduled")) return;
    auto *p = who.as == role::tutor ? nullptr : s().find(who.id);
    if (p != nullptr ? p->in_call : who.as == role::tutor && s().tutor_in_call)
      return end("wrong-state");
    if (s().call_changes >= r_.max_call_changes) return end("wrong-state");
    if (who.as != role::tutor && (p == nullptr || p->status != "going"))
      object("student-not-going");
    if (p != nullptr) p->in_call = p->joined = true;
    if (who.as == role::tutor) s().tutor_in_call = s().tutor_joined = true;
    shared_time_follows();
    ++s().call_changes;
    happens("call.joined");
  }

  void on(const wf::leave_call &c) {
    const auto &who = c.participant;
    if (!calls(who)) return;
    auto *p = who.as == role::tutor ? nullptr : s().find(who.id);
    if (who.as != role::tutor && p == nullptr)
      return object("student-not-going");
    if (p != nullptr ? !p->in_call : !s().tutor_in_call)
      return end("wrong-state");
    (p != nullptr ? p->in_call : s().tutor_in_call) = false;
    shared_time_follows();
    ++s().call_changes;
    happens("call.left");
  }

  void recap_fits(const wf::recap &w) {
    const int n = length_of(w.topics_covered) + length_of(w.how_tutee_did)
                  + length_of(w.next_steps);
    if (n < r_.min_recap_characters) object("recap-too-short");
    if (n > r_.max_recap_characters) object("recap-too-long");
  }
  /// The campus writes words of letters only, and what nobody sees apart.
  void look_at(const wf::recap &w) {
    std::set<std::string> words;
    for (const auto *part :
         {&w.topics_covered, &w.how_tutee_did, &w.next_steps}) {
      std::istringstream in{*part};
      for (std::string word; in >> word;)
        if (static_cast<unsigned char>(word.front()) < 0x80) words.insert(word);
    }
    if (words.size() < 8) s().flags.insert("repetitive-recap");
  }
  /// What the minutes tell at the moment of receipt, the tutor still in the
  /// call.
  void look_at(int minutes) {
    const auto at = c_.received_at;
    const auto figure = std::chrono::minutes{minutes};
    auto &flags = s().flags;
    if (figure > at - s().starts_at) flags.insert("logged-before-end");
    bool called = s().tutor_joined;
    for (const auto &p : s().students)
      called = called || p.joined;
    auto together = s().shared;
    if (s().shared_since)
      together +=
          std::max(at - *s().shared_since, std::chrono::microseconds{0});
    // Rounded up, as what is suggested is: no step of it is missing.
    if (called && figure - std::chrono::minutes{r_.step_minutes} >= together
        && minutes > 0)
      flags.insert("longer-than-call");
    if (s().online && !s().met) flags.insert("nobody-in-call");
  }
  void ask_students() {
    s().state = "awaiting_student_recap";
    s().miss_told = false;
    s().tutor_recap = true;
    s().requested_at = s().clocks_from = c_.received_at;
    happens("tutor_recap.submitted",
            told_students("student_recap_request", s(), false));
  }

  [[nodiscard]] std::optional<int> rounded(std::int64_t given) const {
    std::int64_t minutes = given;
    while (minutes >= 1 && minutes <= r_.max_minutes
           && minutes % r_.step_minutes != 0)
      ++minutes;
    if (given < 1 || minutes > r_.max_minutes) return {};
    return int(minutes);
  }

  void log(std::int64_t given, bool leave, const wf::recap *written) {
    if (!allowed(tutor()) || !in("scheduled", "missed")) return;
    if (c_.received_at < s().starts_at) object("too-early");
    if (s().state == "missed") object("window-closed");
    int going = 0, invited = 0, calling = 0;
    for (const auto &p : s().students) {
      going += p.status == "going" ? 1 : 0;
      invited += p.status == "invited" ? 1 : 0;
      calling += p.in_call ? 1 : 0;
    }
    if (going == 0) object("student-not-going");
    if (invited > 0) object("unanswered-invitation");
    if (calling > 0 && s().online && !leave) object("participants-in-call");
    const auto minutes = rounded(given);
    if (!minutes) object("invalid-minutes");
    if (written != nullptr) recap_fits(*written);
    v_.claims = claims_of(s(), r_, minutes.value_or(0));
    if (!minutes) {
      std::erase_if(v_.claims, [](const auto &claim) {
        return claim.code != "pair-daily-limit";
      });
      return;
    }
    look_at(*minutes);
    if (written != nullptr) look_at(*written);
    s().held = v_.claims;
    s().minutes = minutes;
    s().state = "time_logged";
    happens("time.logged");
    if (leave) {
      s().tutor_in_call = false;
      shared_time_follows();
    }
    if (written != nullptr) ask_students();
  }
  void on(const wf::log_time &c) { log(c.minutes, c.leave_call, nullptr); }
  void on(const wf::complete_session &c) {
    log(c.minutes, c.leave_call, &c.written);
  }

  void on(const wf::submit_recap &c) {
    if (tutor()) {
      const bool late = s().state == "missed" && s().minutes;
      const bool again = s().state == "awaiting_student_recap";
      if (!late && !again && !in("time_logged")) return;
      if (late) object("window-closed");
      recap_fits(c.written);
      if (again) object("recap-already-submitted");
      look_at(c.written);
      return ask_students();
    }
    auto *p = c_.by.as == role::student ? s().find(c_.by.id) : nullptr;
    if (!allowed(p != nullptr && p->status == "going")
        || (!received_before_completion()
            && !in("awaiting_student_recap", "disputed")))
      return;
    const bool waits = s().state == "awaiting_student_recap";
    recap_fits(c.written);
    if (p->recap) object("recap-already-submitted");
    p->recap = true;
    look_at(c.written);
    happens("student_recap.submitted");
    if (waits) complete_if_confirmed();
  }
  bool received_before_completion() {
    return (s().state == "completed" || s().state == "paid")
           && c_.received_at < *s().completed_at;
  }

  void complete_if_confirmed() {
    const auto &all = s().students;
    const bool waits = r_.confirmation == wf::confirmation_rule::all_students
                           ? std::any_of(all.begin(), all.end(), silent)
                           : std::none_of(all.begin(), all.end(), confirms);
    if (!waits) complete(v_, c_.received_at, r_);
  }

  /// It goes back to where it was, and what remained of its clocks goes on.
  std::vector<std::string> decide_dispute() {
    auto &n = s();
    n.state = n.disputed_in;
    if (c_.received_at > *n.disputed_at && n.state != "paid")
      *n.clocks_from += c_.received_at - *n.disputed_at;
    return told_of_decision();
  }
  std::vector<std::string> told_of_decision() {
    auto told = told_students("dispute_decided", s(), false);
    told.push_back(told_tutor("dispute_decided", s()));
    return told;
  }

  /// It may be paid by now: what counts is when the command was received.
  bool in_time_for_dispute() {
    const bool delayed = s().state == "completed" || s().state == "paid";
    if (delayed) {
      const auto due = r_.settle_after ? *s().clocks_from + *r_.settle_after
                                       : *s().completed_at;
      const bool late = due <= c_.received_at;
      if (late) end("wrong-state");
      return !late;
    }
    return in("awaiting_student_recap");
  }
  void on(const wf::dispute_session &) {
    const auto *p = c_.by.as == role::student ? s().find(c_.by.id) : nullptr;
    if (!allowed(tutor() || (p != nullptr && p->status == "going"))
        || !in_time_for_dispute())
      return;
    if (!s().disputed_by.insert(wf::to_string(c_.by)).second)
      return end("wrong-state");
    s().disputed_in = s().state;
    s().disputed_at = std::max(c_.received_at, *s().clocks_from);
    s().state = "disputed";
    auto told = told_students("session_disputed", s(), false);
    told.push_back(told_tutor("session_disputed", s()));
    told.push_back(told_support("session_disputed"));
    happens("session.disputed", std::move(told));
  }
  void on(const wf::uphold_session &) {
    if (!allowed(support()) || !in("disputed")) return;
    happens("session.upheld", decide_dispute());
    if (s().state == "awaiting_student_recap") complete_if_confirmed();
  }

  void on(const wf::cancel_session &) {
    if (!allowed(tutor() || system() || support()) || !in("scheduled")) return;
    s().state = "cancelled";
    happens("session.cancelled", told_others("session_cancelled", s(), c_.by));
  }
  void on(const wf::request_support &) {
    if (!allowed(tutor()) || !in("missed")) return;
    happens("support.requested", {told_support("support_requested")});
  }
  void on(const wf::reopen_session &c) {
    if (!allowed(support()) || !in("missed", "update_denied")) return;
    auto &n = s();
    n.state = "scheduled";
    n.deadline = c_.received_at + std::chrono::hours{c.hours};
    n.minutes.reset();
    n.held.clear();
    n.tutor_recap = false;
    n.requested_at.reset();
    n.clocks_from.reset();
    n.completed_at.reset();
    // What is past by now is skipped.
    n.reminded.clear();
    for (const auto due : r_.reminders[wf::reminder_kind::tutor_recap_due])
      if (n.starts_at + due <= c_.received_at)
        n.reminded["tutor_recap_due"] = 1;
    n.reopened = true;
    n.miss_told = false;
    n.flags.clear();
    for (const auto before : {24, 1})
      if (c.hours <= before) ++n.reminded["tutor_recap_reminder"];
    happens("session.reopened", {told_tutor("support_reopened", n)});
  }
  void on(const wf::deny_update &) {
    if (!allowed(support()) || !in("missed")) return;
    s().state = "update_denied";
    happens("session.update_denied", {told_tutor("support_denied", s())});
  }
  /// The hours held become those of `minutes`; sessions a day stay.
  void hold(int minutes) {
    const int more = minutes - *s().minutes;
    if (was_ == "missed" || was_ == "update_denied") {
      v_.claims = claims_of(s(), r_, minutes);
      s().held = v_.claims;
    } else {
      for (auto &h : s().held) {
        if (h.code == "pair-daily-limit") continue;
        h.amount += more;
        if (more <= 0) continue;
        v_.claims.push_back(h);
        v_.claims.back().amount = more;
      }
    }
    s().minutes = minutes;
  }
  /// Up or down, each figure rounded by itself.
  void pay_difference() {
    const auto change = pay_of(*s().minutes, s().rate) - *s().paid;
    if (change == 0) return;
    const auto program = "program:" + s().program, tutor = "tutor:" + s().tutor;
    *s().paid += change;
    v_.payment = wf::transfer{.kind = wf::transfer_kind::correction,
                              .from = change > 0 ? program : tutor,
                              .to = change > 0 ? tutor : program,
                              .amount = std::abs(change),
                              .currency = s().currency,
                              .n = ++s().corrections};
  }
  void on(const wf::correct_minutes &c) {
    if (!allowed(support())) return;
    const bool disputed = s().state == "disputed";
    if (!disputed && s().state != "completed" && s().state != "paid"
        && !in("time_logged", "awaiting_student_recap"))
      return;
    const auto minutes = rounded(c.minutes);
    if (!minutes || *minutes == *s().minutes) return object("invalid-minutes");
    hold(*minutes);
    s().flags.insert("corrected");
    if (s().paid) pay_difference();
    std::vector<std::string> told;
    if (disputed) told = decide_dispute();
    if (v_.payment) told.push_back(told_tutor("payout_corrected", s()));
    happens("time.corrected", std::move(told));
    if (disputed && s().state == "awaiting_student_recap")
      complete_if_confirmed();
  }
  void on(const wf::report_result &) { end("unknown-disbursement"); }
  void on(const wf::void_session &) {
    if (!allowed(support())) return;
    if (!s().minutes || s().state == "voided") return end("wrong-state");
    v_.claims.clear();
    auto told = told_students("session_voided", s(), false);
    told.push_back(told_tutor("session_voided", s()));
    if (s().state == "disputed")
      for (auto &one : told_of_decision())
        told.push_back(std::move(one));
    if (s().paid) {
      told.push_back(told_tutor("payout_reversed", s()));
      v_.payment = wf::transfer{.kind = wf::transfer_kind::reversal,
                                .from = "tutor:" + s().tutor,
                                .to = "program:" + s().program,
                                .amount = *s().paid,
                                .currency = s().currency};
    }
    s().state = "voided";
    s().held.clear();
    if (s().paid) s().paid = 0;
    happens("session.voided", std::move(told));
  }
  void on(const wf::fire_timers &) {}

  const model_command &c_;
  const wf::rules &r_;
  int policy_version_;
  std::string was_;
  expected_outcome v_;
};

}  // namespace

expected_outcome expect_command(const model_session &s, const model_command &c,
                                const wf::rules &r, int policy_version) {
  return outcome_builder{s, c, r, policy_version}.build();
}

}  // namespace recapd::simulation
