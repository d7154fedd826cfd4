// SPDX-License-Identifier: Apache-2.0
#include "compare.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <map>

#include "workflows/session/erasure.hpp"

namespace recapd::simulation {

namespace wf = workflows;

namespace {

constexpr std::array<std::string_view, 4> kinds{
    "tutor_week", "student_course_week", "course_week", "pair_day"};

int count_of(const model_session &m, const std::string &kind) {
  const auto it = m.reminded.find(kind);
  return it == m.reminded.end() ? 0 : it->second;
}

bool same_students(const wf::session &s, const model_session &m) {
  return std::equal(s.participants.begin(), s.participants.end(),
                    m.students.begin(), m.students.end(),
                    [](const wf::participant &p, const model_student &q) {
                      return p.student == q.id
                             && wf::to_string(p.status) == q.status
                             && p.in_call == q.in_call && p.joined == q.joined
                             && p.written.has_value() == q.recap;
                    });
}

bool same_holdings(const wf::session &s, const model_session &m) {
  std::map<std::string, int> theirs, ours;
  for (const auto &h : s.usage)
    theirs[name_of(h.key)] += h.amount;
  for (const auto &h : m.held)
    ours[h.key] += h.amount;
  return theirs == ours;
}

bool same_reminders(const wf::session &s, const model_session &m) {
  return s.reminders.reopened == m.reopened
         && std::ranges::all_of(wf::reminder_table, [&](const auto &kind) {
              return s.reminders.over[kind.kind]
                     == count_of(m, std::string{kind.name});
            });
}

bool same_flags(const wf::session &s, const model_session &m) {
  auto wanted = m.flags;
  const auto *namesake = m.find(m.tutor);
  if (namesake != nullptr
      && (namesake->status == "invited" || namesake->status == "going"))
    wanted.insert("same-id");
  const auto names = wf::flags_of(s).names();
  return std::set<std::string>{names.begin(), names.end()} == wanted;
}

bool same_disputes(const wf::session &s, const model_session &m) {
  const auto none = wf::dispute_record{};
  const auto &theirs = s.disputes ? *s.disputes : none;
  std::set<std::string> by;
  for (const auto &who : theirs.by)
    by.insert(wf::to_string(who));
  return by == m.disputed_by && by.size() == theirs.by.size()
         && (m.state != "disputed" || theirs.since == m.disputed_at);
}

}  // namespace

std::string joined(const std::vector<std::string> &words) {
  std::string all;
  for (const auto &w : words)
    all += (all.empty() ? "" : " ") + w;
  return "[" + all + "]";
}

std::optional<limit_figure> read_limit(const boost::json::object &refusal) {
  if (!refusal.contains("limit")) return std::nullopt;
  const auto text = [&](const char *name) {
    const auto *v = refusal.if_contains(name);
    return v == nullptr ? std::string{} : std::string{v->as_string()};
  };
  return limit_figure{.code = text("code"),
                      .limit = refusal.at("limit").to_number<std::int64_t>(),
                      .used = refusal.at("used").to_number<std::int64_t>(),
                      .remaining =
                          refusal.at("remaining").to_number<std::int64_t>(),
                      .period = text("period"),
                      .student = text("student")};
}

std::vector<std::pair<std::string, std::string>>
read_notices(const storage::event_row &e) {
  std::vector<std::pair<std::string, std::string>> all;
  if (e.notifications.empty()) return all;
  const auto list = boost::json::parse(e.notifications);
  for (const auto &one : list.as_array())
    all.emplace_back(one.at("kind").as_string(), one.at("to").as_string());
  return all;
}

bool same_but_erased(const boost::json::value &a, const boost::json::value &b) {
  const auto erased = [](const boost::json::value &v) {
    return v.is_string() && v.get_string() == wf::erased_text;
  };
  if (a.is_string() && b.is_string() && (erased(a) || erased(b))) return true;
  if (a.is_array() && b.is_array())
    return std::ranges::equal(a.get_array(), b.get_array(), same_but_erased);
  if (!a.is_object() || !b.is_object()) return a == b;
  const auto &of_b = b.get_object();
  return a.get_object().size() == of_b.size()
         && std::ranges::all_of(a.get_object(), [&](const auto &member) {
              const auto *other = of_b.if_contains(member.key());
              return other != nullptr
                     && same_but_erased(member.value(), *other);
            });
}

std::string name_of(const wf::usage_key &key) {
  return std::string{kinds.at(std::size_t(key.kind))} + "/" + key.owner + "/"
         + key.item + "/" + std::to_string(key.period);
}

wf::usage_key parse_usage_key(const std::string &name) {
  std::array<std::string, 4> parts;
  std::size_t at = 0;
  for (const char c : name)
    if (c == '/')
      ++at;
    else
      parts.at(at) += c;
  const auto kind = std::find(kinds.begin(), kinds.end(), parts[0]);
  return {.kind = wf::limit_kind(kind - kinds.begin()),
          .owner = parts[1],
          .item = parts[2],
          .period = std::stoi(parts[3])};
}

std::vector<std::string> differences(const wf::session &s,
                                     const model_session &m) {
  std::vector<std::string> all;
  auto same = [&](bool holds, const std::string &what) {
    if (!holds) all.push_back(what + " is not the model's");
  };
  same(wf::to_string(s.status) == m.state, "state");
  same(s.tutor == m.tutor && s.course == m.course && s.program == m.program,
       "tutor, course or program");
  same((s.how == wf::modality::online) == m.online, "modality");
  same(s.timezone == m.timezone && s.starts_at == m.starts_at, "start");
  same(s.deadline == m.deadline, "deadline");
  same(same_students(s, m), "a participant");
  same(s.tutor_in_call == m.tutor_in_call && s.tutor_joined == m.tutor_joined,
       "the tutor's call");
  same(s.shared_call == m.shared && s.shared_call_since == m.shared_since,
       "the shared call");
  same(s.tutor_recap.has_value() == m.tutor_recap, "the tutor's recap");
  same(s.minutes == m.minutes, "minutes");
  same(s.rate_per_hour == m.rate && s.currency == m.currency, "rate");
  same(same_holdings(s, m), "usage");
  same(s.policy_version == m.policy_version, "policy version");
  same(s.requested_at == m.requested_at, "requested_at");
  same(s.completed_at == m.completed_at, "completed_at");
  same((s.paid ? std::optional{s.paid->amount} : std::nullopt) == m.paid,
       "payout");
  same((s.paid ? s.paid->corrections : 0) == m.corrections, "corrections");
  same(s.call_changes == m.call_changes, "joins and leaves");
  same(same_reminders(s, m), "reminders");
  same(s.call_shared == m.met && s.miss_told == m.miss_told,
       "who met, or was told");
  same(same_flags(s, m), "flags");
  same(same_disputes(s, m), "disputes");
  return all;
}

}  // namespace recapd::simulation
