// SPDX-License-Identifier: Apache-2.0
#include "storage/pg_group.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "storage/judge.hpp"
#include "workflows/ids.hpp"

namespace recapd::storage {

namespace {

using workflows::bucket_of;

// A group is one statement: one round trip, one transaction, and one plan for
// each set of parts that groups have. A part without rows would cost as much to
// begin and to end as one row does, so it is left out.
//
// A part's parameters are numbered from $1; in the statement they go on from
// the part before. Arrays become rows in select lists, where they go on in step
// one element at a time; FROM unnest($1, $2, …) would first store each array's
// elements aside.
struct part {
  int parameters;
  const char *with;     ///< members of WITH; null: none
  const char *refusal;  ///< a branch of the CASE that raises; null: none
};

constexpr part event_part{11, R"sql(
feed AS MATERIALIZED (
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
                 generate_series(1, cardinality($1::text[])) AS ordinal)
         AS e))sql",
                          nullptr};

constexpr part created_part{9, R"sql(
created AS (
  INSERT INTO sessions (id, bucket, version, state, tutor, course, starts_at,
      next_timer, body)
  SELECT unnest($1::text[]), unnest($2::int2[]), unnest($3::int4[]),
         unnest($4::text[]), unnest($5::text[]), unnest($6::text[]),
         unnest($7::timestamptz[]), unnest($8::timestamptz[]),
         unnest($9::text[])))sql",
                            nullptr};

constexpr part moved_part{6, R"sql(
moved AS (
  UPDATE sessions AS stored
     SET version = s.version, state = s.state, next_timer = s.next_timer,
         body = s.body
    FROM (SELECT unnest($1::text[]) AS id, unnest($2::int4[]) AS expected,
                 unnest($3::int4[]) AS version, unnest($4::text[]) AS state,
                 unnest($5::timestamptz[]) AS next_timer,
                 unnest($6::text[]) AS body) AS s
   WHERE stored.id = s.id AND stored.version = s.expected
  RETURNING 1))sql",
                          R"sql(
  WHEN (SELECT count(*) FROM moved) <> cardinality($1::text[])
    THEN recapd_refuse('RC001', 'a session is not at the version expected'))sql"};

constexpr part decided_part{2, nullptr, R"sql(
  WHEN EXISTS (
         SELECT FROM unnest($1::text[], $2::int4[]) AS d (id, version)
           LEFT JOIN sessions AS s USING (id)
          WHERE coalesce(s.version, 0) <> d.version)
    THEN recapd_refuse('RC001', 'a session is not at the version expected'))sql"};

constexpr part listed_part{3, R"sql(
listed AS (
  INSERT INTO session_lists (list, session_id, bucket)
  SELECT unnest($1::text[]), unnest($2::text[]), unnest($3::int2[])
  ON CONFLICT DO NOTHING))sql",
                           nullptr};

// The upsert proposes a row that passes the checks by itself, whatever the
// change.
constexpr part counted_part{6, R"sql(
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

constexpr part payment_part{8, R"sql(
payment AS (
  INSERT INTO ledger (session_id, kind, bucket, from_account, to_account,
      amount, currency, at)
  SELECT unnest($1::text[]), unnest($2::text[]), unnest($3::int2[]),
         unnest($4::text[]), unnest($5::text[]), unnest($6::int8[]),
         unnest($7::text[]), unnest($8::timestamptz[])))sql",
                            nullptr};

constexpr part command_part{8, R"sql(
command AS (
  INSERT INTO commands (source, id, bucket, session_id, content, refused,
      received_at, outcome)
  SELECT unnest($1::text[]), unnest($2::text[]), unnest($3::int2[]),
         unnest($4::text[]), unnest($5::bytea[]), unnest($6::bool[]),
         unnest($7::timestamptz[]), unnest($8::text[])))sql",
                            nullptr};

constexpr part taken_part{1, R"sql(
taken AS (
  DELETE FROM inbox WHERE seq = ANY ($1::int8[])))sql",
                          nullptr};

constexpr std::array all_parts{&event_part,   &created_part, &moved_part,
                               &decided_part, &listed_part,  &counted_part,
                               &payment_part, &command_part, &taken_part};

/// `sql` with its parameters numbered on after so many.
std::string numbered_on(std::string_view sql, int after) {
  std::string out;
  for (std::size_t i = 0; i < sql.size();) {
    out += sql[i++];
    if (out.back() != '$') continue;
    int number = 0;
    for (; i < sql.size() && sql[i] >= '0' && sql[i] <= '9'; ++i)
      number = 10 * number + (sql[i] - '0');
    out += std::to_string(number + after);
  }
  return out;
}

/// Bit i of `which`: all_parts[i] is in it.
pg_statement made_of(unsigned which) {
  std::string with;
  std::string refusals;
  int parameters = 0;
  for (std::size_t i = 0; i < all_parts.size(); ++i) {
    if ((which >> i & 1U) == 0) continue;
    const auto &p = *all_parts[i];
    if (p.with != nullptr)
      with += (with.empty() ? "WITH" : ",") + numbered_on(p.with, parameters);
    if (p.refusal != nullptr) refusals += numbered_on(p.refusal, parameters);
    parameters += p.parameters;
  }
  return {"group_" + std::to_string(which),
          with + "\nSELECT "
              + (refusals.empty() ? "1" : "CASE" + refusals + " END")};
}

/// Takes the parts in their order; those without rows are no part of it.
class builder {
public:
  template <class... Arrays> void add(const part &p, Arrays &...rows) {
    const auto empty = [](const pg_array &first, const auto &...) {
      return first.empty();
    };
    if (empty(rows...)) return;
    args_.take(rows...);
    const auto *const at = std::find(all_parts.begin(), all_parts.end(), &p);
    which_ |= 1U << static_cast<unsigned>(at - all_parts.begin());
  }

  [[nodiscard]] pg_group done() && {
    static thread_local std::map<unsigned, pg_statement> statements;
    auto known = statements.find(which_);
    if (known == statements.end())
      known = statements.emplace(which_, made_of(which_)).first;
    return {&known->second, std::move(args_)};
  }

private:
  pg_args args_;
  unsigned which_ = 0;
};

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

void add_events(builder &to, const commits &by_session) {
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
  to.add(event_part, session, seq, bucket, type, at, by, source, id, data,
         notifications, trace);
}

/// One row a session, its last; the version expected is the one before its
/// first event.
void add_sessions(builder &to, const commits &by_session) {
  pg_array new_id{pg_type::text}, bucket{pg_type::int2},
      new_version{pg_type::int4}, new_state{pg_type::text},
      tutor{pg_type::text}, course{pg_type::text},
      starts_at{pg_type::timestamptz}, new_timer{pg_type::timestamptz},
      new_body{pg_type::text};
  pg_array id{pg_type::text}, expected{pg_type::int4}, version{pg_type::int4},
      state{pg_type::text}, timer{pg_type::timestamptz}, body{pg_type::text};
  int first = 0;
  for (std::size_t i = 0; i < by_session.size(); ++i) {
    const auto &c = *by_session[i];
    if (i == 0 || by_session[i - 1]->session != c.session)
      first = c.events.front().seq;
    if (i + 1 < by_session.size() && by_session[i + 1]->session == c.session)
      continue;
    const bool is_new = first == 1;
    (is_new ? new_id : id).text(c.session);
    (is_new ? new_version : version).number(c.row->version);
    (is_new ? new_state : state).text(c.row->state);
    (is_new ? new_timer : timer).at(c.row->next_timer);
    (is_new ? new_body : body).text(c.row->body);
    if (is_new) {
      bucket.number(bucket_of(c.session));
      tutor.text(c.row->tutor);
      course.text(c.row->course);
      starts_at.at(c.row->starts_at);
    } else {
      expected.number(first - 1);
    }
  }
  to.add(created_part, new_id, bucket, new_version, new_state, tutor, course,
         starts_at, new_timer, new_body);
  to.add(moved_part, id, expected, version, state, timer, body);
}

/// Of commits without events, which version they were decided on. The statement
/// sees the versions from before it: where the group itself moves the session
/// first, append has compared them already.
void add_decided(builder &to, const commits &group) {
  std::set<std::string_view> moved;
  pg_array id{pg_type::text}, version{pg_type::int4};
  for (const auto *c : group) {
    if (c->row) moved.insert(c->session);
    if (!c->base_version || c->row || moved.contains(c->session)) continue;
    id.text(c->session);
    version.number(*c->base_version);
  }
  to.add(decided_part, id, version);
}

/// A session's tutor and course never change, so they come with its first
/// event.
void add_lists(builder &to, const commits &group) {
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
  to.add(listed_part, list, session, bucket);
}

void add_usage(builder &to, const commits &group) {
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
  to.add(counted_part, owner, period, kind, item, delta, cap);
}

/// A session's settlement comes before its reversal: commits are in the order
/// of their seqs.
void add_payments(builder &to, const commits &by_session) {
  pg_array session{pg_type::text}, kind{pg_type::text}, bucket{pg_type::int2},
      from_account{pg_type::text}, to_account{pg_type::text},
      amount{pg_type::int8}, currency{pg_type::text}, at{pg_type::timestamptz};
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
  }
  to.add(payment_part, session, kind, bucket, from_account, to_account, amount,
         currency, at);
}

void add_commands(builder &to, const commits &group) {
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
  to.add(command_part, source, id, bucket, session, content, refused,
         received_at, outcome);
}

void add_taken(builder &to, const commits &group) {
  pg_array seq{pg_type::int8};
  for (const auto *c : group)
    if (c->inbox_seq) seq.number(*c->inbox_seq);
  to.add(taken_part, seq);
}

}  // namespace

pg_group make_group(std::span<const commit *const> group) {
  const commits all{group.begin(), group.end()};
  const auto moving = sorted_by(all, [](const commit &c) {
    return c.events.empty() ? std::nullopt
                            : std::optional<std::string_view>{c.session};
  });
  builder parts;
  add_events(parts, moving);
  add_sessions(parts, moving);
  add_decided(parts, all);
  add_lists(parts, all);
  add_usage(parts, all);
  add_payments(parts, moving);
  add_commands(parts, all);
  add_taken(parts, all);
  return std::move(parts).done();
}

}  // namespace recapd::storage
