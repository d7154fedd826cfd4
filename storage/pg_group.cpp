// SPDX-License-Identifier: Apache-2.0
#include "storage/pg_group.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "storage/judge.hpp"
#include "workflows/ids.hpp"

namespace recapd::storage {

namespace {

using workflows::bucket_of;

// One statement is one round trip, one plan, one transaction. The final SELECT
// raises when a session was not at the version it should have been at, or a
// counter that is lowered does not exist. A counter's upsert proposes a row
// that passes the checks by itself, whatever the change.
//
// Arrays become rows in select lists, where they go on in step one element at a
// time; FROM unnest($1, $2, …) would first store each array's elements aside.
constexpr const char *group_sql = R"sql(
WITH feed AS MATERIALIZED (
  SELECT (pg_current_xact_id()::text::bigint + shift) << 16 AS base
    FROM feed_epoch),
event AS (
  INSERT INTO session_events (session_id, seq, bucket, position, type, at, by,
      command_source, command_id, data, notifications, traceparent)
  SELECT session_id, seq, bucket, (SELECT base FROM feed) + ordinal - 1, type,
         at, by, command_source, command_id, data, notifications, traceparent
    FROM (SELECT unnest($1::text[]) AS session_id, unnest($2::int4[]) AS seq,
                 unnest($3::int2[]) AS bucket, unnest($4::text[]) AS type,
                 unnest($5::timestamptz[]) AS at, unnest($6::text[]) AS by,
                 unnest($7::text[]) AS command_source,
                 unnest($8::text[]) AS command_id, unnest($9::text[]) AS data,
                 unnest($10::text[]) AS notifications,
                 unnest($11::text[]) AS traceparent,
                 generate_series(1, cardinality($1::text[])) AS ordinal) AS e),
session AS MATERIALIZED (
  SELECT unnest($12::text[]) AS id, unnest($13::int2[]) AS bucket,
         unnest($14::int4[]) AS expected, unnest($15::int4[]) AS version,
         unnest($16::text[]) AS state, unnest($17::text[]) AS tutor,
         unnest($18::text[]) AS course, unnest($19::timestamptz[]) AS starts_at,
         unnest($20::timestamptz[]) AS next_timer, unnest($21::text[]) AS body),
created AS (
  INSERT INTO sessions (id, bucket, version, state, tutor, course, starts_at,
      next_timer, body)
  SELECT id, bucket, version, state, tutor, course, starts_at, next_timer, body
    FROM session WHERE expected = 0),
moved AS (
  UPDATE sessions AS stored
     SET version = s.version, state = s.state, next_timer = s.next_timer,
         body = s.body
    FROM session AS s
   WHERE s.expected > 0 AND stored.id = s.id AND stored.version = s.expected
  RETURNING 1),
listed AS (
  INSERT INTO session_lists (list, session_id, bucket)
  SELECT unnest($22::text[]), unnest($23::text[]), unnest($24::int2[])
  ON CONFLICT DO NOTHING),
counted AS (
  INSERT INTO usage AS u (owner, period, kind, item, used, cap, last_change)
  SELECT owner, period, kind, item, greatest(delta, 0), cap, delta
    FROM (SELECT unnest($25::text[]) AS owner, unnest($26::int4[]) AS period,
                 unnest($27::int2[]) AS kind, unnest($28::text[]) AS item,
                 unnest($29::int4[]) AS delta, unnest($30::int4[]) AS cap) AS c
  ON CONFLICT (owner, period, kind, item) DO UPDATE
     SET used = u.used + excluded.last_change,
         cap = CASE WHEN excluded.last_change < 0 AND excluded.cap IS NULL
                    THEN u.cap ELSE excluded.cap END,
         last_change = excluded.last_change
  RETURNING xmax = 0 AND last_change < 0 AS invented),
payment AS (
  INSERT INTO ledger (session_id, kind, bucket, from_account, to_account,
      amount, currency, at)
  SELECT unnest($31::text[]), unnest($32::text[]), unnest($33::int2[]),
         unnest($34::text[]), unnest($35::text[]), unnest($36::int8[]),
         unnest($37::text[]), unnest($38::timestamptz[])),
command AS (
  INSERT INTO commands (source, id, bucket, session_id, content, refused,
      received_at, outcome)
  SELECT unnest($39::text[]), unnest($40::text[]), unnest($41::int2[]),
         unnest($42::text[]), unnest($43::bytea[]), unnest($44::bool[]),
         unnest($45::timestamptz[]), unnest($46::text[])),
taken AS (
  DELETE FROM inbox WHERE seq = ANY ($47::int8[]))
SELECT CASE
  WHEN (SELECT count(*) FROM moved) <> $48::int8
         OR EXISTS (
           SELECT FROM unnest($49::text[], $50::int4[]) AS d (id, version)
             LEFT JOIN sessions AS s USING (id)
            WHERE coalesce(s.version, 0) <> d.version)
    THEN recapd_refuse('RC001', 'a session is not at the version expected')
  WHEN (SELECT bool_or(invented) FROM counted)
    THEN recapd_refuse('RC003', 'a counter that is lowered does not exist')
  END
)sql";

using commits = std::vector<const commit *>;

/// Sorted by `key`, those without it left out; equal ones keep their order.
template <class Key> commits sorted_by(const commits &group, Key key) {
  commits out;
  for (const auto *c : group)
    if (key(*c)) out.push_back(c);
  std::stable_sort(out.begin(), out.end(), [&](const auto *a, const auto *b) {
    return *key(*a) < *key(*b);
  });
  return out;
}

void add_events(pg_args &args, const commits &by_session) {
  pg_array session{pg_type::text}, seq{pg_type::int4}, bucket{pg_type::int2},
      type{pg_type::text}, at{pg_type::timestamptz}, by{pg_type::text},
      source{pg_type::text}, id{pg_type::text}, data{pg_type::text},
      notifications{pg_type::text}, trace{pg_type::text};
  for (const auto *c : by_session)
    for (const auto &e : c->events) {
      session.text(c->session);
      seq.number(e.seq);
      bucket.number(bucket_of(c->session));
      type.text(e.type);
      at.at(e.at);
      by.text(e.by);
      source.text_or_null(e.command_source);
      id.text_or_null(e.command_id);
      data.text(e.data);
      notifications.text_or_null(e.notifications);
      trace.text_or_null(e.traceparent);
    }
  args.take(session, seq, bucket, type, at, by, source, id, data, notifications,
            trace);
}

/// One row a session, its last; the version expected is the one before its
/// first event. Returns how many of them exist already.
std::int64_t add_sessions(pg_args &args, const commits &by_session) {
  pg_array id{pg_type::text}, bucket{pg_type::int2}, expected{pg_type::int4},
      version{pg_type::int4}, state{pg_type::text}, tutor{pg_type::text},
      course{pg_type::text}, starts_at{pg_type::timestamptz},
      next_timer{pg_type::timestamptz}, body{pg_type::text};
  std::int64_t old = 0;
  int first = 0;
  for (std::size_t i = 0; i < by_session.size(); ++i) {
    const auto &c = *by_session[i];
    if (i == 0 || by_session[i - 1]->session != c.session)
      first = c.events.front().seq;
    if (i + 1 < by_session.size() && by_session[i + 1]->session == c.session)
      continue;
    old += first > 1 ? 1 : 0;
    id.text(c.session);
    bucket.number(bucket_of(c.session));
    expected.number(first - 1);
    version.number(c.row->version);
    state.text(c.row->state);
    tutor.text(c.row->tutor);
    course.text(c.row->course);
    starts_at.at(c.row->starts_at);
    next_timer.at(c.row->next_timer);
    body.text(c.row->body);
  }
  args.take(id, bucket, expected, version, state, tutor, course, starts_at,
            next_timer, body);
  return old;
}

/// A session's tutor and course never change, so they come with its first
/// event.
void add_lists(pg_args &args, const commits &group) {
  std::set<std::pair<std::string, std::string_view>> entries;
  for (const auto *c : group) {
    if (c->row && c->events.front().seq == 1) {
      entries.emplace("tutor:" + c->row->tutor, c->session);
      entries.emplace("course:" + c->row->course, c->session);
    }
    for (const auto &student : c->new_students)
      entries.emplace("student:" + student, c->session);
  }
  pg_array list{pg_type::text}, session{pg_type::text}, bucket{pg_type::int2};
  for (const auto &[of, which] : entries) {
    list.text(of);
    session.text(which);
    bucket.number(bucket_of(which));
  }
  args.take(list, session, bucket);
}

void add_usage(pg_args &args, const commits &group) {
  net_changes net;
  for (const auto *c : group)
    add_changes(net, c->usage);
  pg_array owner{pg_type::text}, period{pg_type::int4}, kind{pg_type::int2},
      item{pg_type::text}, delta{pg_type::int4}, cap{pg_type::int4};
  for (const auto &[key, change] : net) {
    owner.text(key.owner);
    period.number(key.period);
    kind.number(static_cast<int>(key.kind));
    item.text(key.item);
    delta.number(change.delta);
    cap.number(change.cap);
  }
  args.take(owner, period, kind, item, delta, cap);
}

/// A session's settlement comes before its reversal: commits are in the order
/// of their seqs.
void add_payments(pg_args &args, const commits &by_session) {
  pg_array session{pg_type::text}, kind{pg_type::text}, bucket{pg_type::int2},
      from{pg_type::text}, to{pg_type::text}, amount{pg_type::int8},
      currency{pg_type::text}, at{pg_type::timestamptz};
  for (const auto *c : by_session) {
    if (!c->payment) continue;
    session.text(c->session);
    kind.text(workflows::to_string(c->payment->kind));
    bucket.number(bucket_of(c->session));
    from.text(c->payment->from);
    to.text(c->payment->to);
    amount.number(c->payment->amount);
    currency.text(c->payment->currency);
    at.at(c->events.back().at);
  }
  args.take(session, kind, bucket, from, to, amount, currency, at);
}

void add_commands(pg_args &args, const commits &group) {
  pg_array source{pg_type::text}, id{pg_type::text}, bucket{pg_type::int2},
      session{pg_type::text}, content{pg_type::bytes},
      refused{pg_type::boolean}, received_at{pg_type::timestamptz},
      outcome{pg_type::text};
  using key = std::optional<std::pair<std::string_view, std::string_view>>;
  const auto by_id = [](const commit &c) -> key {
    if (!c.outcome) return std::nullopt;
    return std::pair<std::string_view, std::string_view>{c.outcome->source,
                                                         c.outcome->id};
  };
  for (const auto *c : sorted_by(group, by_id)) {
    source.text(c->outcome->source);
    id.text(c->outcome->id);
    bucket.number(bucket_of(c->outcome->session));
    session.text(c->outcome->session);
    content.bytes(c->outcome->content);
    refused.boolean(c->outcome->refused);
    received_at.at(c->outcome->received_at);
    outcome.text(c->outcome->outcome);
  }
  args.take(source, id, bucket, session, content, refused, received_at,
            outcome);
}

}  // namespace

const pg_statement &group_statement() {
  static const pg_statement statement{"group", group_sql};
  return statement;
}

pg_args group_args(std::span<const commit *const> group) {
  const commits all{group.begin(), group.end()};
  const auto moving = sorted_by(all, [](const commit &c) {
    return c.events.empty() ? std::nullopt
                            : std::optional<std::string_view>{c.session};
  });
  pg_args args;
  add_events(args, moving);
  const auto old = add_sessions(args, moving);
  add_lists(args, all);
  add_usage(args, all);
  add_payments(args, moving);
  add_commands(args, all);
  pg_array inbox{pg_type::int8};
  for (const auto *c : all)
    if (c->inbox_seq) inbox.number(*c->inbox_seq);
  args.take(inbox).int8(old);
  // The statement sees the versions from before it: where the group itself
  // moves the session first, append has compared them already.
  std::set<std::string_view> moved;
  pg_array decided_on{pg_type::text}, at_version{pg_type::int4};
  for (const auto *c : all) {
    if (c->row) moved.insert(c->session);
    if (!c->base_version || c->row || moved.contains(c->session)) continue;
    decided_on.text(c->session);
    at_version.number(*c->base_version);
  }
  args.take(decided_on, at_version);
  return args;
}

}  // namespace recapd::storage
