// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/group_parts.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace recapd::storage::postgres {

// Arrays become rows in select lists, which go through them in step, one
// element at a time; FROM unnest($1, $2, …) would first store each array aside.

const group_part journal_part{'j', R"sql(
feed AS MATERIALIZED (
  SELECT (pg_current_xact_id()::text::bigint + shift) << 16 AS base
    FROM feed_epoch),
entry AS (
  INSERT INTO journal (session_id, bucket, before, version, at, who, position,
      events, notifications, traceparent, source, id, scope, content, outcome,
      told_until, draw, command, program, decided)
  SELECT unnest($1::text[]), unnest($2::int2[]), unnest($3::int4[]),
         unnest($4::int4[]), unnest($5::timestamptz[]), unnest($6::text[]),
         (SELECT base FROM feed) + unnest($7::int8[]), unnest($8::text[]),
         unnest($9::text[]), unnest($10::text[]), unnest($11::text[]),
         unnest($12::text[]), unnest($13::text[]), unnest($14::bytea[]),
         unnest($15::text[]), now() + unnest($16::int4[]) * interval '1 s', unnest($17::int4[]),
         unnest($18::text[]), unnest($19::text[]),
         (SELECT base FROM feed) + unnest($20::int8[])))sql",
                              nullptr};

const group_part created_part{'n', R"sql(
created AS (
  INSERT INTO sessions (id, bucket, tutor, course, program, starts_at, day,
      currency, pay, confirm_seconds, minutes)
  SELECT unnest($1::text[]), unnest($2::int2[]), unnest($3::text[]),
         unnest($4::text[]), unnest($5::text[]), unnest($6::timestamptz[]),
         unnest($7::int4[]), unnest($8::text[]), unnest($9::int8[]),
         unnest($10::int4[]), unnest($11::int2[])))sql",
                              nullptr};

const group_part fresh_part{'f', R"sql(
fresh AS (
  INSERT INTO standings (session_id, bucket, state, next_timer, pay,
      confirm_seconds, minutes, flagged)
  SELECT unnest($1::text[]), unnest($2::int2[]), unnest($3::text[]),
         unnest($4::timestamptz[]), unnest($5::int8[]), unnest($6::int4[]),
         unnest($7::int2[]), unnest($8::bool[])))sql",
                            nullptr};

// Cheaper than to insert what turns out to be there. The rows are looked up one
// by one, whatever the plan.
const group_part moved_part{'o', R"sql(
moved AS (
  UPDATE standings AS s
     SET state = k.state, next_timer = k.next_timer, pay = k.pay,
         confirm_seconds = k.confirm_seconds, minutes = k.minutes,
         flagged = k.flagged
    FROM (SELECT unnest($1::text[]) AS id, unnest($2::int2[]) AS bucket,
                 unnest($3::text[]) AS state,
                 unnest($4::timestamptz[]) AS next_timer,
                 unnest($5::int8[]) AS pay,
                 unnest($6::int4[]) AS confirm_seconds,
                 unnest($7::int2[]) AS minutes,
                 unnest($8::bool[]) AS flagged) AS k
   WHERE s.session_id = k.id))sql",
                            nullptr};

// Neither of the two has a plan that the table's size, which goes up and down,
// could make a bad one.
const group_part standing_part{'s', R"sql(
standing AS (
  INSERT INTO standings (session_id, bucket, state, next_timer, pay,
      confirm_seconds, minutes, flagged)
  SELECT unnest($1::text[]), unnest($2::int2[]), unnest($3::text[]),
         unnest($4::timestamptz[]), unnest($5::int8[]), unnest($6::int4[]),
         unnest($7::int2[]), unnest($8::bool[])
  ON CONFLICT (session_id) DO UPDATE
     SET state = excluded.state, next_timer = excluded.next_timer,
         pay = excluded.pay, confirm_seconds = excluded.confirm_seconds,
         minutes = excluded.minutes, flagged = excluded.flagged))sql",
                               nullptr};

const group_part paid_part{'x', R"sql(
paid AS (
  DELETE FROM standings WHERE session_id = ANY ($1::text[])))sql",
                           nullptr};

// The rows are there: an upsert finds them by their key, as no UPDATE of a set
// must in every plan.
const group_part corrected_part{'e', R"sql(
corrected AS (
  INSERT INTO sessions (id, bucket, tutor, course, program, starts_at, day,
      currency, pay, confirm_seconds, minutes)
  SELECT unnest($1::text[]), 0, '', '', '', 'epoch', 0, '', unnest($2::int8[]),
         unnest($3::int4[]), unnest($4::int2[])
  ON CONFLICT (id) DO UPDATE
     SET pay = excluded.pay, confirm_seconds = excluded.confirm_seconds,
         minutes = excluded.minutes))sql",
                                nullptr};

const group_part marked_part{'m', R"sql(
marked AS (
  INSERT INTO marks (mark, session_id, bucket)
  SELECT unnest($1::int2[]), unnest($2::text[]), unnest($3::int2[])
  ON CONFLICT DO NOTHING))sql",
                             nullptr};

// Each row is looked up by the whole key, whatever the plan.
const group_part unmarked_part{'d', R"sql(
unmarked AS (
  DELETE FROM marks WHERE ctid = ANY (ARRAY(
    SELECT (SELECT m.ctid FROM marks AS m
             WHERE m.mark = k.mark AND m.session_id = k.id)
      FROM (SELECT unnest($1::int2[]) AS mark, unnest($2::text[]) AS id)
        AS k))))sql",
                               nullptr};

const group_part reminded_part{'r', R"sql(
reminded AS (
  INSERT INTO reminders (session_id, seq, at, bucket, answered, kind)
  SELECT unnest($1::text[]), unnest($2::int4[]), unnest($3::timestamptz[]),
         unnest($4::int2[]), unnest($5::bool[]), unnest($6::text[])))sql",
                               nullptr};

const group_part answered_part{'w', R"sql(
answered AS (
  UPDATE reminders SET answered = true WHERE NOT answered AND ctid = ANY (ARRAY(
    SELECT r.ctid
      FROM (SELECT unnest($1::text[]) AS id, unnest($2::text[]) AS kind,
                   unnest($3::timestamptz[]) AS since,
                   unnest($4::timestamptz[]) AS till) AS a,
           LATERAL (SELECT ctid FROM reminders
                     WHERE session_id = a.id AND kind = a.kind
                       AND at BETWEEN a.since AND a.till OFFSET 0) AS r))))sql",
                               nullptr};

// The statement sees the journal as it was before it.
const group_part expected_part{'v', nullptr, R"sql(
  WHEN EXISTS (
         SELECT FROM (SELECT unnest($1::text[]) AS id,
                             unnest($2::int4[]) AS version) AS s
          WHERE coalesce((SELECT j.version FROM journal AS j
                           WHERE j.session_id = s.id AND j.before IS NOT NULL
                           ORDER BY j.before DESC LIMIT 1), 0) <> s.version)
    THEN recapd_refuse('RC001', 'a session is not at the version expected'))sql"};

const group_part listed_part{'l', R"sql(
listed AS (
  INSERT INTO session_students (student, session_id, bucket)
  SELECT unnest($1::text[]), unnest($2::text[]), unnest($3::int2[])
  ON CONFLICT DO NOTHING))sql",
                             nullptr};

// The upsert proposes a row that passes the checks by itself, whatever the
// change.
const group_part counted_part{'u', R"sql(
counted AS (
  INSERT INTO usage AS u (owner, period, kind, item, used, cap, last_change)
  SELECT owner, period, kind, item, greatest(delta, 0), cap, delta
    FROM (SELECT unnest($1::text[]) AS owner, unnest($2::int4[]) AS period,
                 unnest($3::int2[]) AS kind, unnest($4::text[]) AS item,
                 unnest($5::int4[]) AS delta, unnest($6::int4[]) AS cap) AS c
  ON CONFLICT (owner, period, kind, item) DO UPDATE
     SET used = u.used + excluded.last_change,
         cap = CASE WHEN excluded.last_change < 0 AND excluded.cap IS NULL
                    THEN u.cap ELSE excluded.cap END,
         last_change = excluded.last_change
  RETURNING xmax = 0 AND last_change < 0 AS invented))sql",
                              R"sql(
  WHEN (SELECT bool_or(invented) FROM counted)
    THEN recapd_refuse('RC003', 'a counter that is lowered does not exist'))sql"};

const group_part payment_part{'p', R"sql(
payment AS (
  INSERT INTO ledger (session_id, kind, bucket, from_account, to_account,
      amount, currency, at, n, confirm_seconds, minutes)
  SELECT unnest($1::text[]), unnest($2::text[]), unnest($3::int2[]),
         unnest($4::text[]), unnest($5::text[]), unnest($6::int8[]),
         unnest($7::text[]), unnest($8::timestamptz[]), unnest($9::int4[]),
         unnest($10::int4[]), unnest($11::int2[])))sql",
                              nullptr};

const group_part disbursement_part{'y', R"sql(
disbursement AS (
  INSERT INTO disbursements AS d (id, bucket, run, program, tutor, currency,
      amount, transfers, by, opened_at, state, version, changed_at, reason,
      next_try_at)
  SELECT k.*, CASE k.by WHEN 'http' THEN k.opened_at END
    FROM (SELECT unnest($1::text[]) AS id, unnest($2::int2[]),
                 unnest($3::text[]), unnest($4::text[]), unnest($5::text[]),
                 unnest($6::text[]), unnest($7::int8[]), unnest($8::int4[]),
                 unnest($9::text[]) AS by,
                 unnest($10::timestamptz[]) AS opened_at,
                 unnest($11::text[]), unnest($12::int4[]),
                 unnest($13::timestamptz[]), unnest($14::text[])) AS k
  ON CONFLICT (id) DO UPDATE
     SET state = excluded.state, version = excluded.version,
         changed_at = excluded.changed_at, reason = excluded.reason))sql",
                                   nullptr};

const group_part disbursed_part{'z', R"sql(
disbursed_lines AS (
  INSERT INTO disbursed (session_id, kind, n, disbursement)
  SELECT unnest($1::text[]), unnest($2::text[]), unnest($3::int4[]),
         unnest($4::text[])))sql",
                                nullptr};

const group_part asked_part{'a', R"sql(
asked AS (
  UPDATE journal AS c SET outcome = k.outcome,
         told_until = now() + k.seconds * interval '1 s'
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int4[])
      AS k (source, id, scope, outcome, seconds)
   WHERE c.source = k.source AND c.id = k.id AND c.scope = k.scope
     AND (c.told_until > now()) IS NOT TRUE))sql",
                            nullptr};

const group_part taken_part{'t', R"sql(
taken AS (
  DELETE FROM inbox WHERE seq = ANY ($1::int8[])),
handed_on AS (
  DELETE FROM forwarded WHERE seq = ANY ($1::int8[])))sql",
                            nullptr};

namespace {

/// Returns `sql` with each parameter's number raised by `after`.
std::string numbered_on(std::string_view sql, std::size_t after) {
  std::string out;
  for (std::size_t i = 0; i < sql.size();) {
    out += sql[i++];
    if (out.back() != '$') continue;
    std::size_t number = 0;
    for (; i < sql.size() && sql[i] >= '0' && sql[i] <= '9'; ++i)
      number = 10 * number + static_cast<std::size_t>(sql[i] - '0');
    out += std::to_string(number + after);
  }
  return out;
}

}  // namespace

std::string group_builder::sql() const {
  std::string with;
  std::string refusals;
  for (const auto &[p, after] : parts_) {
    if (p->with != nullptr)
      with += (with.empty() ? "WITH" : ",") + numbered_on(p->with, after);
    if (p->refusal != nullptr) refusals += numbered_on(p->refusal, after);
  }
  return with + "\nSELECT "
         + (refusals.empty() ? "1" : "CASE" + refusals + " END");
}

group_statement group_builder::done() && {
  std::string name = "group_";
  for (const auto &[p, after] : parts_)
    name += p->letter;
  static thread_local std::map<std::string, prepared_statement> statements;
  auto known = statements.find(name);
  if (known == statements.end())
    known = statements.emplace(name, prepared_statement{name, sql()}).first;
  return {&known->second, std::move(args_)};
}

}  // namespace recapd::storage::postgres
