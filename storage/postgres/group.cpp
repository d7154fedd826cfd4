// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/group.hpp"

#include <algorithm>
#include <set>

#include "storage/conflict_check.hpp"
#include "storage/postgres/group_journal.hpp"
#include "workflows/ids.hpp"

namespace recapd::storage::postgres {

namespace {

using workflows::bucket_of;

using commits = std::vector<const commit *>;

/// Sessions in this state have no row in `standings`.
constexpr std::string_view paid_state = "paid";

/// This mark is a column of `standings`, and has no row in `marks`.
constexpr auto flagged_mark =
    workflows::number_of(workflows::session_mark::flagged);

/// Returns the commits sorted by `key`, without those that have none; those
/// with equal keys stay in order.
template <class Key> commits sorted_by(const commits &group, Key key) {
  commits out;
  for (const auto *c : group)
    if (key(*c)) out.push_back(c);
  std::stable_sort(out.begin(), out.end(), [&](const auto *a, const auto *b) {
    return *key(*a) < *key(*b);
  });
  return out;
}

/// Returns true if one of these commits, the first one's session's, answers a
/// reminder.
bool answered_by(const sent_reminder &r, std::span<const commit *const> group) {
  for (const auto *c : group)
    if (c->session == group.front()->session)
      for (const auto &a : c->answered)
        if (is_answer(a, r)) return true;
  return false;
}

/// Columns of what sessions count.
struct total_columns {
  array_argument pay{column_type::int8};
  array_argument confirm_seconds{column_type::int4};
  array_argument minutes{column_type::int2};

  void add(const workflows::totals &t) {
    t.pay ? pay.number(*t.pay) : pay.null();
    confirm_seconds.number(t.confirm_seconds);
    minutes.number(t.minutes);
  }
};

/// A session's commits in a group, in order.
using session_commits = std::span<const commit *const>;

template <class Visit>
void each_session(const commits &by_session, Visit visit) {
  for (std::size_t i = 0, end = 0; i < by_session.size(); i = end) {
    while (end < by_session.size()
           && by_session[end]->session == by_session[i]->session)
      ++end;
    visit(session_commits{by_session}.subspan(i, end - i));
  }
}

bool is_settlement(const commit &c) {
  return c.payment && c.payment->kind == workflows::transfer_kind::settlement;
}

/// Returns what a paid session counts, where its settlement does not say it.
std::optional<workflows::totals> corrected(session_commits of) {
  const auto &before = of.front()->before;
  const auto &after = *of.back()->after;
  if (after.state != paid_state) return std::nullopt;
  const auto settled = std::find_if(
      of.begin(), of.end(), [](const auto *c) { return is_settlement(*c); });
  const auto told = settled != of.end()
                        ? (*settled)->after->counts == after.counts
                        : before && before->state == paid_state
                              && before->counts == after.counts;
  return told ? std::nullopt : std::optional{after.counts};
}

/// Adds new sessions.
void add_created(group_builder &to, const commits &by_session) {
  array_argument id{column_type::text}, bucket{column_type::int2},
      tutor{column_type::text}, course{column_type::text},
      program{column_type::text}, starts_at{column_type::timestamptz},
      day{column_type::int4}, currency{column_type::text};
  total_columns counts;
  each_session(by_session, [&](session_commits of) {
    const auto *c = of.front();
    if (!c->row) return;
    id.text(c->session);
    bucket.number(bucket_of(c->session));
    tutor.text(c->row->tutor);
    course.text(c->row->course);
    program.text(c->row->program);
    starts_at.at(c->row->starts_at);
    day.number(c->row->day);
    currency.text(c->row->currency);
    counts.add(corrected(of).value_or(workflows::totals{}));
  });
  to.add(created_part, id, bucket, tutor, course, program, starts_at, day,
         currency, counts.pay, counts.confirm_seconds, counts.minutes);
}

/// Columns of where sessions stand.
struct standing_columns {
  array_argument id{column_type::text};
  array_argument bucket{column_type::int2};
  array_argument state{column_type::text};
  array_argument timer{column_type::timestamptz};
  total_columns counts;
  array_argument flagged{column_type::boolean};

  void add(const commit &last) {
    const auto &at = *last.after;
    id.text(last.session);
    bucket.number(bucket_of(last.session));
    state.text(at.state);
    timer.at(at.next_timer);
    counts.add(at.counts);
    flagged.boolean(at.marks[flagged_mark]);
  }

  void add_to(group_builder &to, const group_part &part) {
    to.add(part, id, bucket, state, timer, counts.pay, counts.confirm_seconds,
           counts.minutes, flagged);
  }
};

/// Adds where sessions stand after their last commits, if it is not where they
/// stood before their first.
void add_standings(group_builder &to, const commits &by_session) {
  standing_columns fresh, moved, any;
  array_argument paid{column_type::text};
  each_session(by_session, [&](session_commits of) {
    const auto &before = of.front()->before;
    const auto &last = *of.back();
    const auto was_paid = before && before->state == paid_state;
    if (before == last.after) return;
    if (last.after->state == paid_state) {
      if (!was_paid) paid.text(last.session);
    } else if (of.front()->row) {
      fresh.add(last);
    } else if (before && !before->state.empty() && !was_paid) {
      moved.add(last);
    } else {
      any.add(last);
    }
  });
  fresh.add_to(to, fresh_part);
  moved.add_to(to, moved_part);
  any.add_to(to, standing_part);
  to.add(paid_part, paid);
}

/// Adds what paid sessions count since they were corrected.
void add_corrected(group_builder &to, const commits &by_session) {
  array_argument id{column_type::text};
  total_columns counts;
  each_session(by_session, [&](session_commits of) {
    const auto changed = corrected(of);
    if (of.front()->row || !changed) return;
    id.text(of.back()->session);
    counts.add(*changed);
  });
  to.add(corrected_part, id, counts.pay, counts.confirm_seconds,
         counts.minutes);
}

/// Adds the marks that sessions have after their last commits and had not
/// before their first, and the other way round.
void add_marks(group_builder &to, const commits &by_session) {
  using mark_key = std::pair<std::size_t, std::string_view>;
  std::set<mark_key> come, gone;
  each_session(by_session, [&](session_commits of) {
    const auto before =
        of.front()->before ? of.front()->before->marks : workflows::mark_set{};
    const auto &after = of.back()->after->marks;
    for (std::size_t i = 0; before != after && i < after.size(); ++i)
      if (before[i] != after[i] && i != flagged_mark)
        (after[i] ? come : gone).emplace(i, of.back()->session);
  });
  array_argument mark{column_type::int2}, id{column_type::text},
      bucket{column_type::int2}, old_mark{column_type::int2},
      old_id{column_type::text};
  for (const auto &[what, session] : come) {
    mark.number(static_cast<int>(what));
    id.text(session);
    bucket.number(bucket_of(session));
  }
  for (const auto &[what, session] : gone) {
    old_mark.number(static_cast<int>(what));
    old_id.text(session);
  }
  to.add(marked_part, mark, id, bucket);
  to.add(unmarked_part, old_mark, old_id);
}

/// Adds the reminders that went out, and what answers those that went out
/// before this group.
void add_reminders(group_builder &to, const commits &by_session) {
  array_argument session{column_type::text}, seq{column_type::int4},
      at{column_type::timestamptz}, bucket{column_type::int2},
      answered{column_type::boolean}, kind{column_type::text};
  array_argument of{column_type::text}, to_kind{column_type::text},
      since{column_type::timestamptz}, till{column_type::timestamptz};
  for (std::size_t i = 0; i < by_session.size(); ++i) {
    const auto &c = *by_session[i];
    for (const auto &r : c.reminded) {
      session.text(c.session);
      seq.number(r.seq);
      at.at(r.at);
      bucket.number(bucket_of(c.session));
      answered.boolean(answered_by(r, std::span{by_session}.subspan(i)));
      kind.text(r.kind);
    }
    for (const auto &a : c.answered) {
      of.text(c.session);
      to_kind.text(a.kind);
      since.at(a.at - workflows::answer_time);
      till.at(a.at);
    }
  }
  to.add(reminded_part, session, seq, at, bucket, answered, kind);
  to.add(answered_part, of, to_kind, since, till);
}

/// Adds the versions at which commits expect their sessions. The statement sees
/// those from before it: where the group itself moves the session first, append
/// has compared them already. A session that is new is refused by the journal's
/// key if it is not.
void add_expected(group_builder &to, const commits &group) {
  std::set<std::string_view> moved;
  array_argument id{column_type::text}, version{column_type::int4};
  for (const auto *c : group) {
    const auto expected = c->events.empty()
                              ? c->base_version
                              : std::optional{c->events.front().seq - 1};
    if (!expected || moved.contains(c->session)) continue;
    if (!c->events.empty()) moved.insert(c->session);
    if (c->row) continue;
    id.text(c->session);
    version.number(*expected);
  }
  to.add(expected_part, id, version);
}

void add_students(group_builder &to, const commits &group) {
  std::set<std::pair<std::string_view, std::string_view>> entries;
  for (const auto *c : group)
    for (const auto &student : c->new_students)
      entries.emplace(student, c->session);
  array_argument student{column_type::text}, session{column_type::text},
      bucket{column_type::int2};
  for (const auto &[who, which] : entries) {
    student.text(who);
    session.text(which);
    bucket.number(bucket_of(which));
  }
  to.add(listed_part, student, session, bucket);
}

void add_usage(group_builder &to, const commits &group) {
  net_changes net;
  for (const auto *c : group)
    add_changes(net, c->usage);
  array_argument owner{column_type::text}, period{column_type::int4},
      kind{column_type::int2}, item{column_type::text},
      delta{column_type::int4}, cap{column_type::int4};
  for (const auto &[key, change] : net) {
    owner.text(key.owner);
    period.number(key.period);
    kind.number(static_cast<int>(key.kind));
    item.text(key.item);
    delta.number(change.delta);
    cap.number(change.cap);
  }
  to.add(counted_part, owner, period, kind, item, delta, cap);
}

/// Adds the payments, at most one for each session.
void add_payments(group_builder &to, const commits &by_session) {
  array_argument session{column_type::text}, kind{column_type::text},
      bucket{column_type::int2}, from_account{column_type::text},
      to_account{column_type::text}, amount{column_type::int8},
      currency{column_type::text}, at{column_type::timestamptz},
      n{column_type::int4}, confirm_seconds{column_type::int4},
      minutes{column_type::int2};
  for (const auto *c : by_session) {
    if (!c->payment) continue;
    session.text(c->session);
    kind.text(workflows::to_string(c->payment->kind));
    bucket.number(bucket_of(c->session));
    from_account.text(c->payment->from);
    to_account.text(c->payment->to);
    amount.number(c->payment->amount);
    currency.text(c->payment->currency);
    at.at(c->events.back().at);
    n.number(c->payment->n);
    const auto counts =
        is_settlement(*c) ? c->after->counts : workflows::totals{};
    confirm_seconds.number(counts.confirm_seconds);
    minutes.number(counts.minutes);
  }
  to.add(payment_part, session, kind, bucket, from_account, to_account, amount,
         currency, at, n, confirm_seconds, minutes);
}

/// Adds where disbursements are after their last commits.
void add_disbursements(group_builder &to, const commits &by_key) {
  array_argument id{column_type::text}, bucket{column_type::int2},
      run{column_type::text}, program{column_type::text},
      tutor{column_type::text}, currency{column_type::text},
      amount{column_type::int8}, transfers{column_type::int4},
      by{column_type::text}, opened_at{column_type::timestamptz},
      state{column_type::text}, version{column_type::int4},
      changed_at{column_type::timestamptz}, reason{column_type::text};
  array_argument session{column_type::text}, kind{column_type::text},
      n{column_type::int4}, of{column_type::text};
  each_session(by_key, [&](session_commits all) {
    if (!all.back()->disbursed) return;
    const auto &d = all.back()->disbursed->after;
    id.text(d.id);
    bucket.number(bucket_of(d.id));
    run.text(d.run);
    program.text(d.program);
    tutor.text(d.tutor);
    currency.text(d.currency);
    amount.number(d.amount);
    transfers.number(d.transfers);
    by.text_or_null(d.by ? workflows::to_string(*d.by) : "");
    opened_at.at(d.opened_at);
    state.text(workflows::to_string(d.status));
    version.number(d.version);
    changed_at.at(d.changed_at);
    reason.text(d.reason);
    for (const auto *c : all)
      for (const auto &t : c->disbursed->transfers) {
        session.text(t.session);
        kind.text(workflows::to_string(t.kind));
        n.number(t.n);
        of.text(d.id);
      }
  });
  to.add(disbursement_part, id, bucket, run, program, tutor, currency, amount,
         transfers, by, opened_at, state, version, changed_at, reason);
  to.add(disbursed_part, session, kind, n, of);
}

void add_asked(group_builder &to, const commits &group) {
  array_argument source{column_type::text}, id{column_type::text},
      scope{column_type::text}, outcome{column_type::text},
      told_for{column_type::int4};
  for (const auto *c : group) {
    if (!c->asked_again) continue;
    source.text(c->asked_again->source);
    id.text(c->asked_again->id);
    scope.text(c->asked_again->scope);
    outcome.text(c->asked_again->outcome);
    told_for.number(c->asked_again->told_for.count());
  }
  to.add(asked_part, source, id, scope, outcome, told_for);
}

void add_taken(group_builder &to, const commits &group) {
  array_argument seq{column_type::int8};
  for (const auto *c : group)
    if (c->inbox_seq) seq.number(*c->inbox_seq);
  to.add(taken_part, seq);
}

}  // namespace

group_statement make_group(std::span<const commit *const> group) {
  const commits all{group.begin(), group.end()};
  const auto with_events = sorted_by(all, [](const commit &c) {
    return c.events.empty() ? std::nullopt
                            : std::optional<std::string_view>{c.session};
  });
  auto moving = with_events;
  std::erase_if(moving, [](const auto *c) { return c->disbursed != nullptr; });
  group_builder parts;
  add_journal(parts, sorted_by(all, [](const commit &c) {
                return c.events.empty() && !c.outcome
                           ? std::nullopt
                           : std::optional<std::string_view>{c.session};
              }));
  add_created(parts, moving);
  add_standings(parts, moving);
  add_corrected(parts, moving);
  add_marks(parts, moving);
  add_reminders(parts, moving);
  add_expected(parts, all);
  add_students(parts, all);
  add_usage(parts, all);
  add_payments(parts, with_events);
  add_disbursements(parts, with_events);
  add_asked(parts, all);
  add_taken(parts, all);
  return std::move(parts).done();
}

}  // namespace recapd::storage::postgres
