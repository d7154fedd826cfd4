// SPDX-License-Identifier: Apache-2.0
#include "story.hpp"

#include <boost/json/parse.hpp>
#include <stdexcept>

namespace recapd::workflows::test {

instant at(std::string_view text) {
  const auto t = parse_rfc3339(text);
  if (!t) throw std::invalid_argument{std::string{text}};
  return *t;
}

person who(std::string_view text) {
  auto p = parse_person(text);
  if (!p) throw std::invalid_argument{std::string{text}};
  return *std::move(p);
}

recap recap_of(int characters) {
  return {.topics_covered =
              std::string(static_cast<std::size_t>(characters), 'x')};
}

schedule_session plan(std::vector<std::string> students, modality how) {
  schedule_session what;
  what.tutor = "ann";
  what.course = "MATH101";
  what.starts_at = start;
  what.how = how;
  what.students = std::move(students);
  return what;
}

correct_minutes to(std::int64_t minutes) {
  return {.minutes = minutes, .note = "seen"};
}

log_time log_of(std::int64_t minutes, bool leave_call) {
  return {.minutes = minutes, .leave_call = leave_call};
}

complete_session complete_of(std::int64_t minutes, const recap &written,
                             bool leave_call) {
  return {.minutes = minutes, .written = written, .leave_call = leave_call};
}

session unborn() {
  session s;
  s.id = "s1";
  return s;
}

std::string summary(const decision &d) {
  std::string line;
  auto add = [&](std::string_view word) {
    if (!line.empty()) line += ' ';
    line += word;
  };
  if (d.has_value()) {
    for (const auto &e : *d)
      add(type_of(e.what));
    return line.empty() ? "nothing" : line;
  }
  add("refused");
  for (const auto &r : d.error())
    add(to_string(r.code));
  return line;
}

refusal refusal_in(const decision &d, refusal_code code) {
  if (d.has_error())
    for (const auto &r : d.error())
      if (r.code == code) return r;
  throw std::logic_error{"no such refusal in: " + summary(d)};
}

facts story::facts_of(const command &c, const person &by, instant received,
                      instant now) const {
  facts f{.by = by,
          .received_at = received,
          .now = now,
          .decided_by = &r,
          .policy_version = 7,
          .used = {}};
  for (const auto &claimed : claims(s, c, f)) {
    const auto i = used.find(claimed.key);
    f.used.push_back(i == used.end() ? 0 : i->second);
  }
  return f;
}

void story::happen(const std::vector<event> &events) {
  for (const auto &e : events) {
    const auto follows = workflows::happen(s, e);
    for (const auto &c : follows.claims)
      used[c.key] += c.amount;
    for (const auto &h : follows.released)
      used[h.key] -= h.amount;
    history.push_back(e);
  }
}

decision story::when(const command &c, const person &by, instant received) {
  return when(c, by, received, received);
}

decision story::when(const command &c, const person &by, instant received,
                     instant now) {
  auto d = decide(s, c, facts_of(c, by, received, now));
  if (d.has_value()) happen(*d);
  return d;
}

story &story::given(const command &c, const person &by, instant received) {
  const auto line = then(c, by, received);
  if (line.starts_with("refused") || line == "nothing")
    throw std::logic_error{"given " + std::string{type_of(c)} + ": " + line};
  return *this;
}

story &story::scheduled(const schedule_session &what) {
  return given(what, sis, start - 24h);
}

story &story::ready(const schedule_session &what) {
  scheduled(what);
  for (const auto &student : what.students)
    given(accept_invitation{.student = student},
          {.as = role::student, .id = student}, start - 23h);
  return *this;
}

story &story::logged(std::int64_t minutes) {
  return given(log_of(minutes), ann, start + 1h);
}

story &story::submitted() {
  return given(submit_recap{.written = good}, ann, start + 1h);
}

story &story::completed() {
  const auto participants = s.participants;
  for (const auto &p : participants)
    if (p.status == participation::going && !p.written
        && s.status == session_status::awaiting_student_recap)
      given(submit_recap{.written = good},
            {.as = role::student, .id = p.student}, start + 2h);
  return *this;
}

story &story::settled() {
  happen({workflows::settled(history.back(), settlement(s))});
  return *this;
}

std::string story::fires(instant now) {
  return then(fire_timers{}, {.as = role::system, .id = "recapd"}, now);
}

transfer settlement(const session &s) {
  return workflows::settlement(terms_of(s), s.minutes.value_or(0));
}

story missed_after_logging() {
  story st;
  st.ready().logged();
  st.fires(just_late);
  return st;
}

session read_back(const story &told) {
  session s = unborn();
  for (auto e : told.history) {
    e.what = *parse_event(type_of(e.what), boost::json::parse(to_text(e.what)));
    s = evolve(std::move(s), e);
  }
  return s;
}

}  // namespace recapd::workflows::test
