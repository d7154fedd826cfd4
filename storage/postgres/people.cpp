// People's names, and who is in sessions with whom.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "storage/postgres/store_impl.hpp"

namespace recapd::storage::postgres {

namespace {

/// Returns a condition: the person whose id is in a parameter is in `s`.
std::string in_session(const workflows::person &who,
                       const std::string &parameter) {
  if (who.as == workflows::role::tutor) return "s.tutor = " + parameter;
  return "EXISTS (SELECT FROM session_students AS p WHERE p.session_id = s.id"
         " AND p.student = "
         + parameter + ")";
}

const std::string person_columns =
    "name, coalesce(address, ''), coalesce(timezone, ''), coalesce(language,"
    " ''), coalesce(mute, ''), coalesce(unreachable, ''), unreachable_at IS"
    " NULL, coalesce("
    + micros("unreachable_at") + ", 0)";

std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::string with_spaces(const std::vector<std::string> &words) {
  std::string text;
  for (const auto &word : words)
    (text += text.empty() ? "" : " ") += word;
  return text;
}

/// Reads person_columns.
person_row read_person(const workflows::person &who, const result_set &rows,
                       int i, int at) {
  person_row row{.who = who,
                 .name = rows.text(i, at),
                 .address = rows.text(i, at + 1),
                 .timezone = rows.text(i, at + 2),
                 .language = rows.text(i, at + 3),
                 .mute = words_in(rows.text(i, at + 4))};
  if (!rows.boolean(i, at + 6))
    row.unreachable = {.at = rows.at(i, at + 7), .words = rows.text(i, at + 5)};
  return row;
}

/// Adds a text as it is to be, and whether it is to change.
void add_change(arguments &to, const std::optional<std::string> &text) {
  to.boolean(text.has_value()).text(text.value_or(""));
}

}  // namespace

std::optional<person_row> sql_store::load_person(const workflows::person &who) {
  static const prepared_statement statement{
      "load_person",
      "SELECT " + person_columns + " FROM people WHERE who = $1::text"};
  return with([&](connection &c) -> std::optional<person_row> {
    const auto rows =
        c.run(statement, arguments{}.text(workflows::to_string(who)));
    if (rows.size() == 0) return std::nullopt;
    return read_person(who, rows, 0, 0);
  });
}

void sql_store::save_person(const person_change &change) {
  static const prepared_statement statement{"save_person", R"sql(
INSERT INTO people AS p (who, name, address, timezone, language, mute)
SELECT $1::text, $3::text, nullif($5::text, ''), nullif($7::text, ''),
       nullif($9::text, ''), nullif($11::text, '')
    ON CONFLICT (who) DO UPDATE
   SET name = CASE WHEN $2::bool THEN excluded.name ELSE p.name END,
       address = CASE WHEN $4::bool THEN excluded.address ELSE p.address END,
       timezone = CASE WHEN $6::bool THEN excluded.timezone
                       ELSE p.timezone END,
       language = CASE WHEN $8::bool THEN excluded.language
                       ELSE p.language END,
       mute = CASE WHEN $10::bool THEN excluded.mute ELSE p.mute END,
       unreachable_at = CASE WHEN NOT $4::bool THEN p.unreachable_at END,
       unreachable = CASE WHEN NOT $4::bool THEN p.unreachable END
 WHERE ($2::bool AND excluded.name <> p.name)
    OR ($4::bool AND (excluded.address IS DISTINCT FROM p.address
                      OR p.unreachable_at IS NOT NULL))
    OR ($6::bool AND excluded.timezone IS DISTINCT FROM p.timezone)
    OR ($8::bool AND excluded.language IS DISTINCT FROM p.language)
    OR ($10::bool AND excluded.mute IS DISTINCT FROM p.mute))sql"};
  arguments args;
  args.text(workflows::to_string(change.who));
  for (const auto *text :
       {&change.name, &change.address, &change.timezone, &change.language})
    add_change(args, *text);
  add_change(args, change.mute ? std::optional{with_spaces(*change.mute)}
                               : std::nullopt);
  with([&](connection &c) { c.run(statement, args); });
}

std::vector<person_row> sql_store::list_unreachable(std::string_view after,
                                                    int limit) {
  static const prepared_statement statement{
      "list_unreachable",
      "SELECT who, " + person_columns
          + " FROM people WHERE unreachable_at IS NOT NULL AND who > $1::text"
            " ORDER BY who LIMIT $2::int4"};
  return with([&](connection &c) {
    const auto rows = c.run(statement, arguments{}.text(after).int4(limit));
    std::vector<person_row> out;
    for (int i = 0; i < rows.size(); ++i)
      if (const auto who = workflows::parse_person(rows.text(i, 0)))
        out.push_back(read_person(*who, rows, i, 1));
    return out;
  });
}

void sql_store::delete_person(const workflows::person &who) {
  static const prepared_statement statement{
      "delete_person",
      "WITH named AS (DELETE FROM people WHERE who = $1::text)"
      " UPDATE policies SET note = '[erased]'"
      " WHERE who = $1::text AND note NOT IN ('', '[erased]')"};
  with([&](connection &c) {
    c.run(statement, arguments{}.text(workflows::to_string(who)));
  });
}

bool sql_store::takes_part(const workflows::person &who,
                           const std::optional<workflows::person> &other,
                           const program_set &among) {
  for (const auto *one : {&who, other ? &*other : &who})
    if (!workflows::only_takes_part(one->as)) return false;
  arguments args;
  args.text(who.id).text(other ? other->id : "");
  auto sql = "SELECT EXISTS (SELECT FROM sessions AS s WHERE "
             + in_session(who, "$1::text") + " AND "
             + (other ? in_session(*other, "$2::text") : "$2::text = ''");
  if (among.only) {
    sql += " AND s.program = ANY ($3::text[])";
    args.texts(*among.only);
  }
  return with(
      [&](connection &c) { return c.run_once(sql + ")", args).boolean(0, 0); });
}

}  // namespace recapd::storage::postgres
