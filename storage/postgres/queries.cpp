// The store's queries of what the engine loads, and of policy and clock.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "storage/event_lines.hpp"
#include "storage/postgres/page.hpp"
#include "storage/postgres/records.hpp"
#include "storage/postgres/store_impl.hpp"
#include "storage/storable.hpp"

namespace recapd::storage::postgres {

// Sets of keys are looked up by subqueries: a join could be planned the other
// way round, for a table that is empty then, and read all of it later.

std::vector<std::int64_t>
sql_store::load_usage(std::span<const workflows::usage_key> keys) {
  static const prepared_statement statement{
      "load_usage",
      "SELECT coalesce((SELECT u.used FROM usage AS u WHERE u.owner = k.owner"
      " AND u.period = k.period AND u.kind = k.kind AND u.item = k.item), 0)"
      " FROM unnest($1::text[], $2::int4[], $3::int2[], $4::text[])"
      " WITH ORDINALITY AS k (owner, period, kind, item, n) ORDER BY n"};
  array_argument owner{column_type::text}, period{column_type::int4},
      kind{column_type::int2}, item{column_type::text};
  for (const auto &key : keys) {
    owner.text(key.owner);
    period.number(key.period);
    kind.number(static_cast<int>(key.kind));
    item.text(key.item);
  }
  return with([&](connection &c) {
    const auto rows =
        c.run(statement,
              arguments{}.array(owner).array(period).array(kind).array(item));
    std::vector<std::int64_t> out;
    for (int i = 0; i < rows.size(); ++i)
      out.push_back(rows.number(i, 0));
    return out;
  });
}

std::vector<timer_row> sql_store::load_timers(std::span<const unsigned> buckets,
                                              instant until, int limit) {
  // The statement selects the earliest $4 of each bucket, and of those the
  // earliest $3.
  // `cut` marks where a bucket was broken off: behind it timers may be missing.
  static const prepared_statement statement{
      "load_timers",
      "SELECT t.id, " + micros("t.next_timer")
          + ", t.n = $4::int4 AS cut"
            " FROM unnest($1::int2[]) AS b (bucket), LATERAL ("
            "   SELECT id, next_timer, row_number() OVER () AS n FROM ("
            "     SELECT session_id AS id, next_timer FROM standings"
            "      WHERE bucket = b.bucket AND next_timer <= $2::timestamptz"
            "      ORDER BY next_timer, session_id LIMIT $4::int4) AS first) "
            "AS t"
            " ORDER BY t.next_timer, t.id LIMIT $3::int4"};
  if (limit <= 0) return {};
  array_argument which{column_type::int2};
  for (auto bucket : buckets)
    which.number(bucket);
  const auto ask = [&](connection &c, int each) {
    return c.run(statement,
                 arguments{}.array(which).at(until).int4(limit).int4(each));
  };
  return with([&](connection &c) {
    // Timers are spread evenly over buckets: a few of each mostly suffice.
    const auto share = 3 * limit / static_cast<int>(buckets.size() + 1) + 8;
    auto rows = ask(c, std::min(limit, share));
    bool cut = false;
    for (int i = 0; i < rows.size(); ++i)
      cut = cut || rows.boolean(i, 2);
    if (cut && share < limit) rows = ask(c, limit);
    std::vector<timer_row> out;
    for (int i = 0; i < rows.size(); ++i)
      out.push_back({.session = rows.text(i, 0), .at = rows.at(i, 1)});
    return out;
  });
}

std::vector<std::optional<outcome_row>>
sql_store::find_outcomes(std::span<const command_key> keys) {
  static const prepared_statement statement{
      "find_outcomes",
      "SELECT k.n, " + outcome_columns() + ", " + once_replicated
          + " FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY"
            " AS k (source, id, scope, n), LATERAL (SELECT * FROM journal AS j"
            " WHERE j.source = k.source AND j.id = k.id AND j.scope = k.scope"
            " LIMIT 1) AS c"};
  array_argument sources{column_type::text}, names{column_type::text},
      scopes{column_type::text};
  for (const auto &[source, id, scope] : keys) {
    // An identity that cannot be stored was not, and must not fail the others.
    const bool possible = is_storable(source) && is_storable(id);
    sources.text(possible ? source : "");
    names.text(possible ? id : "");
    scopes.text(scope);
  }
  return with([&](connection &c) {
    const auto rows =
        c.run(statement, arguments{}.array(sources).array(names).array(scopes));
    std::vector<std::optional<outcome_row>> out(keys.size());
    for (int i = 0; i < rows.size(); ++i)
      out[static_cast<std::size_t>(rows.number(i, 0) - 1)] =
          read_outcome(rows, i, 1);
    return out;
  });
}

std::vector<session_events>
sql_store::load_events(std::span<const session_version> of) {
  return with([&](connection &c) { return events_of(c, of); });
}

std::vector<session_events> events_of(connection &c,
                                      std::span<const session_version> of) {
  static const prepared_statement statement{
      "load_events", "SELECT v.n, j.before, " + micros("j.at")
                         + ", j.who, j.events"
                           " FROM unnest($1::text[], $2::int4[])"
                           " WITH ORDINALITY AS v (session, version, n)"
                           ", LATERAL (SELECT * FROM journal AS e"
                           " WHERE e.session_id = v.session"
                           " AND e.before < v.version OFFSET 0) AS j"
                           " ORDER BY v.n, j.before"};
  std::vector<session_events> out;
  array_argument session{column_type::text}, version{column_type::int4};
  for (const auto &one : of) {
    out.push_back({.id = one.session, .events = {}});
    session.text(one.session);
    version.number(one.version);
  }
  const auto rows = c.run(statement, arguments{}.array(session).array(version));
  for (int i = 0; i < rows.size(); ++i) {
    const auto n = static_cast<std::size_t>(rows.number(i, 0) - 1);
    for (auto &e : read_lines({.events = rows.text(i, 4)},
                              {.before = static_cast<int>(rows.number(i, 1)),
                              .at = rows.at(i, 2),
                              .who = rows.text(i, 3)}))
      if (e.seq <= of[n].version) out[n].events.push_back(std::move(e));
  }
  return out;
}

std::vector<policy_row> sql_store::load_policies(int after) {
  static const prepared_statement statement{
      "load_policies", "SELECT version, body, " + micros("at")
                           + ", who, note FROM policies"
                             " WHERE version > $1::int4 ORDER BY version"};
  return with([&](connection &c) {
    const auto rows = c.run(statement, arguments{}.int4(after));
    std::vector<policy_row> out;
    for (int i = 0; i < rows.size(); ++i)
      out.push_back({.version = static_cast<int>(rows.number(i, 0)),
                     .body = rows.text(i, 1),
                     .at = rows.at(i, 2),
                     .by = rows.text(i, 3),
                     .note = rows.text(i, 4)});
    return out;
  });
}

page<policy_row> sql_store::list_policies(int before, page_bounds most) {
  static const auto statement = paged(
      "list_policies", "l.version, " + micros("l.at") + ", l.who, l.note", "l",
      "SELECT l.*, octet_length(l.note) AS size FROM policies AS l"
      " WHERE l.version < $3::int4",
      "version DESC");
  return with([&](connection &c) {
    return read_page<policy_row>(
        c.run(statement, page_args(most).int4(before)), most,
        [](const result_set &rows, int row, int first) {
          return policy_row{.version =
                                static_cast<int>(rows.number(row, first)),
                            .body = {},
                            .at = rows.at(row, first + 1),
                            .by = rows.text(row, first + 2),
                            .note = rows.text(row, first + 3)};
        });
  });
}

policy_saved sql_store::save_policy(const policy_draft &draft) {
  using enum policy_saved::result;
  static const prepared_statement newest{
      "newest_policy",
      "SELECT version, body = $1::text FROM policies ORDER BY version DESC"
      " LIMIT 1"};
  static const prepared_statement insert{
      "insert_policy", "INSERT INTO policies (version, body, who, note)"
                       " VALUES ($1::int4, $2::text, $3::text, $4::text)"};
  return with([&](connection &c) {
    policy_saved out;
    c.in_transaction([&] {
      // Two who save at the same time must agree on the number.
      c.script("LOCK TABLE policies IN EXCLUSIVE MODE");
      const auto rows = c.run(newest, arguments{}.text(draft.body));
      out.newest = rows.size() == 0 ? 0 : static_cast<int>(rows.number(0, 0));
      out.what = draft.base && *draft.base != out.newest  ? moved
                 : rows.size() == 1 && rows.boolean(0, 1) ? same
                                                          : fresh;
      if (out.what == fresh)
        c.run(insert, arguments{}
                          .int4(++out.newest)
                          .text(draft.body)
                          .text(draft.by)
                          .text(draft.note));
    });
    return out;
  });
}

std::optional<instant> sql_store::load_manual_clock() {
  static const prepared_statement statement{
      "load_clock", "SELECT " + micros("now") + " FROM manual_clock"};
  return with([&](connection &c) {
    const auto rows = c.run(statement);
    return rows.size() == 0 ? std::nullopt : std::optional{rows.at(0, 0)};
  });
}

void sql_store::save_manual_clock(std::optional<instant> now) {
  static const prepared_statement set{"set_clock",
                                      "INSERT INTO manual_clock (now, active)"
                                      " VALUES ($1::timestamptz, true)"
                                      " ON CONFLICT (singleton) DO UPDATE"
                                      " SET now = excluded.now, active = true"};
  static const prepared_statement leave{
      "leave_clock", "UPDATE manual_clock SET active = false"};
  with([&](connection &c) {
    if (now)
      c.run(set, arguments{}.at(*now));
    else
      c.run(leave);
  });
}

}  // namespace recapd::storage::postgres
