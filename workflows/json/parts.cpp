// SPDX-License-Identifier: Apache-2.0
#include "workflows/json/parts.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace recapd::workflows {

namespace json = boost::json;

namespace {

constexpr std::size_t most_students = 50;

/// In the order of the values.
constexpr std::array<std::string_view, 4> limit_kinds{
    "tutor_week", "student_course_week", "course_week", "pair_day"};

std::optional<limit_kind> parse_limit_kind(std::string_view text) {
  const auto *i = std::find(limit_kinds.begin(), limit_kinds.end(), text);
  if (i == limit_kinds.end()) return std::nullopt;
  return static_cast<limit_kind>(i - limit_kinds.begin());
}

usage_key read_key(fields &in) {
  usage_key key;
  key.kind = in.named("kind", parse_limit_kind, "a kind of limit");
  key.owner = in.text("owner");
  key.item = in.text("item");
  key.period = in.count("period", -fields::most);
  return key;
}

/// Reads each member of a list of objects with `read_one`.
template <class T, class ReadOne>
std::vector<T> read_list(fields &in, std::string_view name, ReadOne read_one) {
  std::vector<T> out;
  const auto &list = in.list(name);
  out.reserve(list.size());
  for (const auto &member : list) {
    fields one{member, in.path_of(name), in.error()};
    out.push_back(read_one(one));
    one.close();
    if (in.error().any()) break;
  }
  return out;
}

std::vector<std::string> read_students(fields &in) {
  std::vector<std::string> students;
  const auto &list = in.list("students");
  if (list.empty() || list.size() > most_students) {
    in.wrong("students", "1 to 50 students");
    return students;
  }
  students.reserve(list.size());
  for (const auto &member : list) {
    const auto *text = member.if_string();
    if (text == nullptr || !valid_id({text->data(), text->size()})) {
      in.wrong("students", "of each student " + std::string{id_expected});
      return students;
    }
    students.emplace_back(text->data(), text->size());
  }
  auto sorted = students;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
    in.wrong("students", "each student once");
  return students;
}

}  // namespace

modality read_modality(fields &in) {
  auto parse = [](std::string_view text) -> std::optional<modality> {
    for (auto m : {modality::online, modality::in_person})
      if (text == to_string(m)) return m;
    return std::nullopt;
  };
  return in.named("modality", parse, "online or in_person");
}

participation read_participation(fields &in) {
  auto parse = [](std::string_view text) -> std::optional<participation> {
    for (auto p : {participation::invited, participation::going,
                   participation::declined, participation::removed})
      if (text == to_string(p)) return p;
    return std::nullopt;
  };
  return in.named("status", parse, "invited, going, declined or removed");
}

schedule_session read_schedule(fields &in) {
  schedule_session c;
  c.tutor = in.id("tutor");
  c.course = in.id("course");
  c.starts_at = in.time("starts_at");
  c.how = read_modality(in);
  c.students = read_students(in);
  if (in.has("program")) c.program = in.id("program");
  if (in.has("rate_per_hour"))
    c.rate_per_hour = in.whole("rate_per_hour", 0, largest_rate_per_hour);
  if (in.has("currency")) c.currency = in.currency("currency");
  if (in.has("timezone")) c.timezone = in.time_zone("timezone");
  return c;
}

std::vector<claim> read_claims(fields &in, std::string_view name) {
  return read_list<claim>(in, name, [](fields &one) {
    claim c{.key = read_key(one), .amount = 0, .cap = std::nullopt};
    c.amount = one.count("amount", 0);
    const auto *cap = one.required("cap");
    const auto n = cap != nullptr ? whole_number(*cap) : std::nullopt;
    if (n && *n >= 0 && *n <= fields::most)
      c.cap = static_cast<int>(*n);
    else if (cap != nullptr && !cap->is_null())
      one.wrong("cap", "a whole number, 0 or more, or null");
    return c;
  });
}

std::vector<counted_usage> read_counted(fields &in, std::string_view name) {
  return read_list<counted_usage>(in, name, [](fields &one) {
    counted_usage h{.key = read_key(one), .amount = 0};
    h.amount = one.count("amount", 0);
    return h;
  });
}

transfer read_transfer(fields &in, std::string_view name) {
  const auto *v = in.required(name);
  if (v == nullptr) return {};
  fields one{*v, in.path_of(name), in.error()};
  transfer t;
  t.kind = one.named("kind", parse_transfer_kind,
                     "settlement, correction or reversal");
  t.from = one.text("from");
  t.to = one.text("to");
  t.amount = one.whole("amount", 0, std::numeric_limits<std::int64_t>::max());
  t.currency = one.text("currency");
  if (t.kind == transfer_kind::correction) t.n = one.count("n", 1);
  one.close();
  return t;
}

std::optional<transfer> read_transfer_or_null(fields &in,
                                              std::string_view name) {
  const auto *v = in.peek(name);
  if (v == nullptr || !v->is_null()) return read_transfer(in, name);
  static_cast<void>(in.required(name));
  return std::nullopt;
}

flag_set read_flags(fields &in) {
  flag_set flags;
  if (!in.has("flags")) return flags;
  for (const auto &member : in.list("flags")) {
    const auto *text = member.if_string();
    const auto flag = text != nullptr
                          ? parse_session_flag({text->data(), text->size()})
                          : std::nullopt;
    if (flag)
      flags.raise(*flag);
    else
      in.wrong("flags", "a session's flags");
  }
  return flags;
}

reminder_progress read_reminders(fields &in, std::string_view name) {
  const auto *v = in.required(name);
  if (v == nullptr) return {};
  fields one{*v, in.path_of(name), in.error()};
  reminder_progress p;
  // What was written before there was a kind does not have it.
  for (const auto &kind : reminder_table)
    if (one.has(kind.name))
      p.over[kind.kind] =
          kind.list ? one.count(kind.name, 0) : int{one.boolean(kind.name)};
  p.reopened = one.boolean_or("reopened", false);
  one.close();
  return p;
}

json::object to_json(const recap &r) {
  json::object out;
  object_writer to{out};
  write_recap{}(to, r);
  return out;
}

std::string_view to_string(limit_kind k) {
  return limit_kinds.at(static_cast<std::size_t>(k));
}

}  // namespace recapd::workflows
