// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/rows.hpp"
#include <boost/json.hpp>
#include <pqxx/pqxx>
#include <stdexcept>

#include "tools/common/client.hpp"
#include "workflows/time.hpp"

namespace recapd::bench {

namespace json = boost::json;
using storage::postgres::column_type;

namespace {

// Every row the node writes is noted, with the transaction that wrote it.
constexpr const char *note_rows = R"sql(
CREATE TABLE bench_note (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tx  bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  tab text NOT NULL, op text NOT NULL, before jsonb, after jsonb);
CREATE FUNCTION bench_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO bench_note (tab, op, before, after)
  VALUES (TG_TABLE_NAME, TG_OP, to_jsonb(OLD), to_jsonb(NEW));
  RETURN NULL;
END $$;
DO $$
DECLARE tab text;
BEGIN
  FOR tab IN SELECT relname FROM pg_class
              WHERE relkind = 'r' AND relname <> 'bench_note'
                AND relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('CREATE TRIGGER bench_note AFTER INSERT OR UPDATE OR DELETE ON %I'
                   ' FOR EACH ROW EXECUTE FUNCTION bench_note()', tab);
  END LOOP;
END $$;
)sql";
constexpr const char *note_no_more =
    "DROP FUNCTION bench_note() CASCADE; DROP TABLE bench_note";

std::string columns_of(const std::string &quoted_table) {
  return R"sql(
SELECT a.attname, format_type(a.atttypid, NULL),
       coalesce(a.attnum = ANY (i.indkey), false)
  FROM pg_attribute a
  LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
 WHERE a.attrelid = regclass )sql"
         + quoted_table + R"sql( AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum)sql";
}

column_type type_of(const std::string &name) {
  static const std::map<std::string, column_type> types{
      {"boolean", column_type::boolean},
      {"bytea", column_type::bytes},
      {"bigint", column_type::int8},
      {"smallint", column_type::int2},
      {"integer", column_type::int4},
      {"text", column_type::text},
      {"timestamp with time zone", column_type::timestamptz}};
  const auto it = types.find(name);
  if (it == types.end())
    throw std::runtime_error{"nothing writes a column of type " + name};
  return it->second;
}

using table_columns = std::map<std::string, std::vector<column>>;

const std::vector<column> &columns(pqxx::nontransaction &tx,
                                   const std::string &table,
                                   table_columns &known) {
  auto &list = known[table];
  if (list.empty())
    for (const auto &row : tx.exec(columns_of(tx.quote(table))))
      list.push_back({.name = row[0].as<std::string>(),
                      .sql_type = row[1].as<std::string>(),
                      .type = type_of(row[1].as<std::string>()),
                      .key = row[2].as<bool>()});
  return list;
}

value value_of(const column &c, const json::value &v, const lesson &from) {
  if (v.is_null()) return nothing{};
  if (c.name == "bucket") return bucket_slot{};
  if (c.name == "position") return position_slot{};
  if (c.type == column_type::bytes) return content_slot{};
  if (v.is_bool()) return v.as_bool();
  if (v.is_int64()) return v.as_int64();
  const std::string text{v.as_string()};
  if (c.type != column_type::timestamptz) return pattern{text, from};
  const auto at = workflows::parse_rfc3339(text);
  if (!at) throw std::runtime_error{"no time: " + text};
  return moment{at->time_since_epoch().count()};
}

row_pattern pattern_of(const std::string &table, const std::vector<column> &all,
                       const json::object &before, const json::object &after,
                       const lesson &from) {
  row_pattern row;
  row.to.table = table;
  const bool fresh = before.empty();
  const bool gone = after.empty();
  const bool counter = table == "usage";
  row.to.kind = counter ? write_kind::add
                : fresh ? write_kind::insert
                : gone  ? write_kind::remove
                        : write_kind::update;
  for (auto c : all) {
    if (!fresh && !counter && c.key) {
      row.to.columns.push_back(c);
      row.values.push_back(value_of(c, before.at(c.name), from));
      c.after = true;
    }
    if (gone) continue;
    const auto &v = after.at(c.name);
    if (counter && c.name == "used") {
      const auto had = fresh ? 0 : before.at(c.name).as_int64();
      row.to.columns.push_back(c);
      row.values.emplace_back(v.as_int64() - had);
      continue;
    }
    if (row.to.kind == write_kind::update && before.at(c.name) == v) continue;
    row.to.columns.push_back(c);
    row.values.push_back(value_of(c, v, from));
  }
  return row;
}

json::object object_of(const pqxx::field &f) {
  return f.is_null() ? json::object{} : json::parse(f.c_str()).as_object();
}

/// Returns the transactions that wrote the session's events, in order, with all
/// they wrote.
lifecycle_rows collect(pqxx::nontransaction &tx, const lesson &from,
                       table_columns &known) {
  lifecycle_rows steps;
  std::string current;
  const auto noted = tx.exec("SELECT tx, tab, before, after FROM bench_note"
                             " WHERE tx IN (SELECT tx FROM bench_note"
                             "               WHERE tab = 'journal'"
                             "                 AND after->>'session_id' = "
                             + tx.quote(from.session) + ") ORDER BY tx, seq");
  for (const auto &row : noted) {
    if (row[0].c_str() != current) steps.emplace_back();
    current = row[0].c_str();
    const auto table = row[1].as<std::string>();
    steps.back().push_back(pattern_of(table, columns(tx, table, known),
                                      object_of(row[2]), object_of(row[3]),
                                      from));
  }
  return steps;
}

void submit(tools::client &node, const std::string &event) {
  const auto a =
      node.post("/v1/commands", event, "application/cloudevents+json");
  if (!a.ok())
    throw std::runtime_error{"a command was refused: "
                             + json::serialize(a.body)};
}

}  // namespace

pattern::pattern(std::string_view text, const lesson &from) {
  const std::array<std::pair<std::string_view, slot>, 4> ids{
      {{from.session, slot::session},
       {from.tutor, slot::tutor},
       {from.student, slot::student},
       {from.course, slot::course}}};
  for (;;) {
    auto next = text.size();
    const std::pair<std::string_view, slot> *found = nullptr;
    for (const auto &id : ids)
      if (const auto at = text.find(id.first); at < next) {
        next = at;
        found = &id;
      }
    if (found == nullptr) break;
    pieces_.push_back({std::string{text.substr(0, next)}, found->second});
    text.remove_prefix(next + found->first.size());
  }
  tail_ = text;
}

std::string pattern::fill(const lesson &to) const {
  std::string out;
  for (const auto &p : pieces_) {
    out += p.before;
    switch (p.what) {
    case slot::session:
      out += to.session;
      break;
    case slot::tutor:
      out += to.tutor;
      break;
    case slot::student:
      out += to.student;
      break;
    case slot::course:
      out += to.course;
      break;
    }
  }
  return out += tail_;
}

std::string target::signature() const {
  std::string out = table + ' ' + std::to_string(static_cast<int>(kind));
  for (const auto &c : columns)
    out += (c.after ? " >" : " ") + c.name;
  return out;
}

row_book::row_book(const std::string &database, const std::string &node_url,
                   const std::string &starts_at, extent how_far) {
  pqxx::connection c{database};
  pqxx::nontransaction tx{c};
  tx.exec("SET client_min_messages = warning; SET TimeZone = 'UTC'");
  tx.exec(note_rows);
  tools::client node{node_url, ""};
  table_columns known;
  const campus samples{starts_at, "tpl"};
  // A tutor's first session is one of 25 minutes, the second one of 20.
  for (const auto i : {std::size_t{0}, tutors}) {
    const auto l = samples.at(i);
    submit(node, samples.event(i, step::schedule));
    submit(node, samples.event(i, step::accept));
    if (how_far == extent::lifecycle) {
      submit(node, samples.event(i, step::complete));
      submit(node, samples.event(i, step::confirm));
    }
    by_minutes_[l.minutes] = collect(tx, l, known);
  }
  tx.exec(note_no_more);
  position_ = tx.exec("SELECT (max(position) >> 16) + 1 << 16"
                      "  FROM journal")[0][0]
                  .as<std::int64_t>();
}

}  // namespace recapd::bench
