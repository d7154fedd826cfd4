// Statistics of the database in memory.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/parse.hpp>
#include <map>

#include "storage/memory/database.hpp"

namespace recapd::storage::memory {

namespace {

/// A group that is not whole yet.
struct gathered {
  statistics_group group = {};
  std::map<std::string, std::int64_t> pay = {};
  std::vector<int> confirm_seconds = {};
};
using groups = std::map<std::string, gathered>;

std::string key_of(const statistics_query &of, const session_row &row,
                   const standing &at) {
  switch (of.by) {
  case statistic::state:
    return at.state;
  case statistic::day:
    return workflows::day_name(row.day);
  case statistic::week:
    return workflows::week_name(
        workflows::week_thursday(row.day, of.week_starts_on));
  case statistic::course:
    return row.course;
  case statistic::tutor:
    return row.tutor;
  case statistic::program:
  case statistic::refusal:
  case statistic::reminder:
    break;
  }
  return row.program;
}

void add(gathered &to, const session_row &row, const workflows::totals &t) {
  ++to.group.sessions;
  to.group.minutes += t.minutes.value_or(0);
  if (t.pay) to.pay[row.currency] += *t.pay;
  if (t.confirm_seconds) to.confirm_seconds.push_back(*t.confirm_seconds);
}

std::optional<double> median(std::vector<int> of) {
  if (of.empty()) return std::nullopt;
  std::sort(of.begin(), of.end());
  const auto middle = of.size() / 2;
  return of.size() % 2 == 1 ? of[middle]
                            : (double{0} + of[middle - 1] + of[middle]) / 2;
}

/// Counts the codes of a refused command's outcome.
void add_refusals(groups &to, const outcome_row &row) {
  const auto told = boost::json::parse(row.outcome);
  const auto *refusals = told.as_object().if_contains("refusals");
  if (refusals == nullptr) return;
  for (const auto &one : refusals->as_array()) {
    const std::string code{one.at("code").as_string()};
    if (code != "malformed") ++to[code].group.count;
  }
}

}  // namespace

page<statistics_group> database::statistics(const statistics_query &of) const {
  groups found;
  const auto counts = [&](const session_row &row) {
    return (!of.from || row.starts_at >= *of.from)
           && (!of.to || row.starts_at < *of.to)
           && (of.program.empty() || row.program == of.program)
           && of.programs.includes(row.program);
  };
  const auto counted = [&](const std::string &id) {
    const auto at = sessions.find(id);
    return at != sessions.end() && counts(at->second);
  };
  if (of.by == statistic::refusal) {
    for (const auto &[key, row] : outcomes)
      if (row.refused() && counted(row.session)) add_refusals(found, row);
  } else if (of.by == statistic::reminder) {
    for (const auto &[id, sent] : reminders)
      for (const auto &r : sent)
        if (counted(id)) {
          auto &group = found[r.kind].group;
          ++group.count;
          group.answered += r.answered ? 1 : 0;
        }
  } else {
    for (const auto &[id, row] : sessions)
      if (const auto &at = standings.at(id); counts(row))
        add(found[key_of(of, row, at)], row, at.counts);
  }
  page<statistics_group> out;
  for (auto &[key, one] : found) {
    out.more = std::ssize(out) >= of.most_groups;
    if (out.more) break;
    one.group.key = key;
    one.group.pay.assign(one.pay.begin(), one.pay.end());
    one.group.median_confirm_seconds = median(std::move(one.confirm_seconds));
    out.push_back(std::move(one.group));
  }
  return out;
}

}  // namespace recapd::storage::memory
