// SPDX-License-Identifier: Apache-2.0
#include "workflows/json/members.hpp"

#include <algorithm>

namespace recapd::workflows {

namespace {

constexpr std::size_t most_students = 50;

}  // namespace

void member_reader::students(std::string_view name,
                             std::vector<std::string> &to) {
  const auto &list = in_.list(name);
  if (list.empty() || list.size() > most_students)
    return in_.wrong(name, "1 to 50 students");
  to.reserve(list.size());
  for (const auto &member : list) {
    const auto *text = member.if_string();
    if (text == nullptr || !valid_id({text->data(), text->size()}))
      return in_.wrong(name, "of each student " + std::string{id_expected});
    to.emplace_back(text->data(), text->size());
  }
  auto sorted = to;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end())
    in_.wrong(name, "each student once");
}

void member_reader::participant(std::string_view name, person &to) {
  const auto parse = [](std::string_view text) {
    auto who = parse_person(text);
    return who && only_takes_part(who->as) ? std::move(who) : std::nullopt;
  };
  to = in_.named(name, parse, "tutor:ID or student:ID");
}

void member_reader::whoever(std::string_view name, person &to) {
  to = in_.named(name, parse_person, "ROLE:ID");
}

void member_reader::flags(std::string_view name, flag_set &to) {
  for (const auto &member : in_.list(name)) {
    const auto *text = member.if_string();
    const auto flag = text != nullptr
                          ? parse_session_flag({text->data(), text->size()})
                          : std::nullopt;
    if (flag)
      to.raise(*flag);
    else
      in_.wrong(name, "a session's flags");
  }
}

void member_reader::count_or_null(std::string_view name,
                                  std::optional<int> &to) {
  const auto *v = in_.required(name);
  if (v == nullptr || v->is_null()) return;
  const auto n = whole_number(*v);
  if (n && *n >= 0 && *n <= fields::most)
    to = static_cast<int>(*n);
  else
    in_.wrong(name, "a whole number, 0 or more, or null");
}

}  // namespace recapd::workflows
