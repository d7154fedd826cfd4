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
constexpr const char *group_sql = R"sql(
WITH feed AS MATERIALIZED (
  SELECT (pg_current_xact_id()::text::bigint + shift) << 16 AS base
    FROM feed_epoch),
event AS (
  INSERT INTO session_events (session_id, seq, bucket, position, type, at, by,
      command_source, command_id, data, notifications, traceparent)
  SELECT e.session_id, e.seq, e.bucket,
         (SELECT base FROM feed) + e.ordinal - 1, e.type, e.at, e.by,
         e.command_source, e.command_id, e.data, e.notifications, e.traceparent
    FROM unnest($1::text[], $2::int4[], $3::int2[], $4::text[],
                $5::timestamptz[], $6::text[], $7::text[], $8::text[],
                $9::text[], $10::text[], $11::text[]) WITH ORDINALITY
      AS e (session_id, seq, bucket, type, at, by, command_source, command_id,
            data, notifications, traceparent, ordinal)),
session AS MATERIALIZED (
  SELECT *
    FROM unnest($12::text[], $13::int2[], $14::int4[], $15::int4[],
                $16::text[], $17::text[], $18::text[], $19::timestamptz[],
                $20::timestamptz[], $21::text[])
      AS s (id, bucket, expected, version, state, tutor, course, starts_at,
            next_timer, body)),
created AS (
  INSERT INTO sessions (id, bucket, version, state, tutor, course, starts_at,
      next_timer, body)
  SELECT id, bucket, version, state, tutor, course, starts_at, next_timer, body
    FROM session WHERE expected = 0),
moved AS (
  UPDATE sessions AS stored
     SET version = s.version, state = s.state, tutor = s.tutor,
         course = s.course, starts_at = s.starts_at,
         next_timer = s.next_timer, body = s.body
    FROM session AS s
   WHERE s.expected > 0 AND stored.id = s.id AND stored.version = s.expected
  RETURNING 1),
student AS (
  INSERT INTO session_students (student, session_id, bucket)
  SELECT * FROM unnest($22::text[], $23::text[], $24::int2[])
  ON CONFLICT DO NOTHING),
counted AS (
  INSERT INTO usage AS u (owner, period, kind, item, used, cap, last_change)
  SELECT c.owner, c.period, c.kind, c.item, greatest(c.delta, 0), c.cap, c.delta
    FROM unnest($25::text[], $26::int4[], $27::int2[], $28::text[],
                $29::int4[], $30::int4[])
      AS c (owner, period, kind, item, delta, cap)
  ON CONFLICT (owner, period, kind, item) DO UPDATE
     SET used = u.used + excluded.last_change,
         cap = CASE WHEN excluded.last_change < 0 AND excluded.cap IS NULL
                    THEN u.cap ELSE excluded.cap END,
         last_change = excluded.last_change
  RETURNING xmax = 0 AND last_change < 0 AS invented),
payment AS (
  INSERT INTO ledger (session_id, kind, bucket, from_account, to_account,
      amount, currency, at)
  SELECT * FROM unnest($31::text[], $32::text[], $33::int2[], $34::text[],
                       $35::text[], $36::int8[], $37::text[],
                       $38::timestamptz[])),
command AS (
  INSERT INTO commands (source, id, bucket, session_id, content, refused,
      received_at, outcome)
  SELECT * FROM unnest($39::text[], $40::text[], $41::int2[], $42::text[],
                       $43::bytea[], $44::bool[], $45::timestamptz[],
                       $46::text[])),
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
  args.array(session).array(seq).array(bucket).array(type).array(at).array(by);
  args.array(source).array(id).array(data).array(notifications).array(trace);
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
  args.array(id).array(bucket).array(expected).array(version).array(state);
  args.array(tutor).array(course).array(starts_at).array(next_timer);
  args.array(body);
  return old;
}

void add_students(pg_args &args, const commits &group) {
  std::set<std::pair<std::string_view, std::string_view>> pairs;
  for (const auto *c : group)
    for (const auto &student : c->new_students)
      pairs.emplace(student, c->session);
  pg_array student{pg_type::text}, session{pg_type::text},
      bucket{pg_type::int2};
  for (const auto &[who, which] : pairs) {
    student.text(who);
    session.text(which);
    bucket.number(bucket_of(which));
  }
  args.array(student).array(session).array(bucket);
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
  args.array(owner).array(period).array(kind).array(item).array(delta);
  args.array(cap);
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
  args.array(session).array(kind).array(bucket).array(from).array(to);
  args.array(amount).array(currency).array(at);
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
  args.array(source).array(id).array(bucket).array(session).array(content);
  args.array(refused).array(received_at).array(outcome);
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
  add_students(args, all);
  add_usage(args, all);
  add_payments(args, moving);
  add_commands(args, all);
  pg_array inbox{pg_type::int8};
  for (const auto *c : all)
    if (c->inbox_seq) inbox.number(*c->inbox_seq);
  args.array(inbox).int8(old);
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
  args.array(decided_on).array(at_version);
  return args;
}

}  // namespace recapd::storage
