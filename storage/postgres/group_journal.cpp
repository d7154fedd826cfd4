// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/group_journal.hpp"

#include <random>

#include "storage/event_lines.hpp"
#include "workflows/ids.hpp"

namespace recapd::storage::postgres {

namespace {

/// Returns a value that no earlier one foretells.
std::int32_t drawn() {
  thread_local std::mt19937 source{std::random_device{}()};
  return static_cast<std::int32_t>(source());
}

event_origin origin_of(const commit &c) {
  event_origin from;
  if (c.outcome) {
    from.who = c.outcome->who;
    from.at = c.outcome->received_at;
    from.source = c.outcome->source;
    from.id = c.outcome->id;
  } else {
    from.who = c.events.front().by;
    from.at = c.events.front().at;
  }
  return from;
}

/// Columns of the journal. Of a position is given what is above the
/// transaction's base, as of the number of what was refused.
class journal_rows {
public:
  void add(const commit &c) {
    const auto from = origin_of(c);
    session_.text(c.session);
    bucket_.number(workflows::bucket_of(c.session));
    at_.at(from.at);
    who_.text(from.who);
    if (c.events.empty())
      add_unchanged(*c.outcome);
    else
      add_events(c, from);
    if (c.outcome)
      add_command(*c.outcome);
    else
      add_no_command();
  }

  void add_to(group_builder &to) {
    to.add(journal_part, session_, bucket_, before_, version_, at_, who_,
           ordinal_, events_, notifications_, trace_, source_, id_, scope_,
           content_, outcome_, told_for_, draw_, command_, program_, decided_);
  }

private:
  /// Adds a command that was refused, or changed nothing.
  void add_unchanged(const outcome_row &o) {
    version_.number(o.version);
    decided_.number(++refused_);
    for (auto *absent : {&before_, &draw_, &ordinal_, &events_, &notifications_,
                         &trace_, &program_})
      absent->null();
  }

  void add_events(const commit &c, const event_origin &from) {
    const auto lines = to_lines(c.events, from);
    last_ += std::ssize(c.events);
    before_.number(c.events.front().seq - 1);
    version_.number(c.events.back().seq);
    draw_.number(drawn());
    ordinal_.number(last_);
    events_.text(lines.events);
    notifications_.text_or_null(lines.notifications);
    trace_.text_or_null(c.events.front().traceparent);
    program_.text_or_null(lines.notifications.empty() ? "" : c.program);
    decided_.null();
  }

  void add_command(const outcome_row &o) {
    source_.text(o.source);
    id_.text(o.id);
    scope_.text(o.scope);
    content_.bytes(o.content);
    command_.text_or_null(o.command);
    outcome_.text_or_null(o.outcome);
    if (o.told_for > std::chrono::seconds{0})
      told_for_.number(o.told_for.count());
    else
      told_for_.null();
  }

  void add_no_command() {
    for (auto *absent :
         {&source_, &id_, &scope_, &content_, &command_, &outcome_, &told_for_})
      absent->null();
  }

  array_argument session_{column_type::text};
  array_argument bucket_{column_type::int2};
  array_argument before_{column_type::int4};
  array_argument version_{column_type::int4};
  array_argument at_{column_type::timestamptz};
  array_argument who_{column_type::text};
  array_argument ordinal_{column_type::int8};
  array_argument events_{column_type::text};
  array_argument notifications_{column_type::text};
  array_argument trace_{column_type::text};
  array_argument source_{column_type::text};
  array_argument id_{column_type::text};
  array_argument scope_{column_type::text};
  array_argument content_{column_type::bytes};
  array_argument outcome_{column_type::text};
  array_argument told_for_{column_type::int4};
  array_argument draw_{column_type::int4};
  array_argument command_{column_type::text};
  array_argument program_{column_type::text};
  array_argument decided_{column_type::int8};
  std::int64_t last_ = -1;
  std::int64_t refused_ = -1;
};

}  // namespace

void add_journal(group_builder &to, std::span<const commit *const> by_session) {
  journal_rows rows;
  for (const auto *c : by_session)
    rows.add(*c);
  rows.add_to(to);
}

}  // namespace recapd::storage::postgres
