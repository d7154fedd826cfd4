// SPDX-License-Identifier: Apache-2.0
#include "workflows/whatif/replay.hpp"

#include <algorithm>
#include <utility>

#include "workflows/session/decide.hpp"
#include "workflows/session/evolve.hpp"
#include "workflows/wording.hpp"

namespace recapd::workflows {

namespace {

const program_set no_program{.only = std::vector<std::string>{}};

std::string listed(const std::vector<refusal_code> &codes) {
  std::string out;
  for (const auto code : codes) {
    if (!out.empty()) out += ", ";
    out += words_of(to_string(code));
  }
  return out;
}

std::string_view name_of(const command &c) {
  return std::visit([](const auto &what) { return what.type; }, c);
}

}  // namespace

replay::replay(const script &of, const rulebook &judged, instant now)
    : of_{of}, judged_{judged}, now_{now} {
  would_.state.id = of.id;
}

const rules &replay::rules_now() const {
  const auto &s = would_.state;
  return judged_(s.policy_version, s.program, s.course);
}

std::optional<instant> replay::own_look() const {
  if (stands_ || !next_look_ || *next_look_ > now_) return std::nullopt;
  if (next_cue_ == 0) return next_look_;
  const auto &was = of_.cues[next_cue_ - 1].next_look;
  return was == next_look_ ? std::nullopt : next_look_;
}

std::optional<instant> replay::next() const {
  const auto own = own_look();
  if (next_cue_ == of_.cues.size()) return own;
  // Of what falls due with a command the command is first.
  const auto moment = of_.cues[next_cue_].moment;
  return own && *own < moment ? own : moment;
}

void replay::go_on(hours &counted) {
  const auto own = own_look();
  const bool cues_left = next_cue_ < of_.cues.size();
  if (own && (!cues_left || *own < of_.cues[next_cue_].moment))
    return look(*own, counted);
  if (!cues_left) return;
  const auto &c = of_.cues[next_cue_++];
  if (c.erases)
    would_.state.version += would_.state.exists() ? 1 : 0;
  else if (std::holds_alternative<fire_timers>(c.what))
    look(c.at, counted);
  else
    play(c, counted);
  counted.count_was(c.counted);
}

facts replay::facts_of(const cue &c) const {
  facts f{.by = c.by,
          .received_at = c.at,
          .now = c.at,
          .decided_by = nullptr,
          .policy_version = would_.state.policy_version,
          .used = {},
          .programs = c.outside ? &no_program : nullptr,
          .figures = &c.figures};
  const auto *schedule = std::get_if<schedule_session>(&c.what);
  if (schedule == nullptr && would_.state.exists()) {
    f.decided_by = &rules_now();
    return f;
  }
  const schedule_session nothing;
  const auto &named = schedule != nullptr ? *schedule : nothing;
  f.policy_version = c.policy_version;
  f.decided_by = &judged_(c.policy_version, named.program, named.course);
  return f;
}

void replay::play(const cue &c, hours &counted) {
  auto f = facts_of(c);
  f.used = counted.used_for(claims(would_.state, c.what, f), c);
  auto d = decide(would_.state, c.what, f);
  std::vector<refusal_code> codes;
  if (d.has_value()) {
    happen(std::move(*d), counted);
  } else {
    for (const auto &r : d.error()) {
      codes.push_back(r.code);
      ++would_.refused.at(std::size_t(r.code));
    }
  }
  if (first_.empty() && codes != c.codes) note(c, codes);
}

void replay::look(instant at, hours &counted) {
  if (!would_.state.exists()) return;
  const facts f{.by = engine_itself,
                .received_at = at,
                .now = at,
                .decided_by = &rules_now(),
                .policy_version = would_.state.policy_version,
                .used = {}};
  auto d = decide(would_.state, fire_timers{}, f);
  if (!d.has_value() || (*d).empty()) {
    stands_ = stands_ || (next_look_ && *next_look_ <= at);
    return;
  }
  happen(std::move(*d), counted);
}

void replay::happen(std::vector<event> decided, hours &counted) {
  // One that is only scheduled now has no rules yet, and nothing to pay.
  if (would_.state.exists())
    if (auto paid = settlement_after(would_.state, decided, rules_now()))
      decided.push_back(*std::move(paid));
  for (auto &e : decided)
    counted.count_would(move_on(would_, std::move(e)));
  stands_ = false;
  const auto timer = next_timer(would_.state, rules_now());
  next_look_ = timer ? std::optional{timer->fires_at} : std::nullopt;
}

void replay::note(const cue &c, const std::vector<refusal_code> &would) {
  first_ = std::string{name_of(c.what)} + " by " + to_string(c.by) + " at "
           + format_rfc3339(c.at);
  first_ += would.empty() ? " would be taken"
                          : " would be refused (" + listed(would) + ")";
  first_ += c.codes.empty() ? "; it was taken."
                            : "; it was refused (" + listed(c.codes) + ").";
}

}  // namespace recapd::workflows
