// People's names, and who is in sessions with whom.
// SPDX-License-Identifier: Apache-2.0
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

}  // namespace

std::optional<person_row> sql_store::load_person(const workflows::person &who) {
  static const prepared_statement statement{
      "load_person", "SELECT name FROM people WHERE who = $1::text"};
  return with([&](connection &c) -> std::optional<person_row> {
    const auto rows =
        c.run(statement, arguments{}.text(workflows::to_string(who)));
    if (rows.size() == 0) return std::nullopt;
    return person_row{.who = who, .name = rows.text(0, 0)};
  });
}

void sql_store::save_person(const person_row &row) {
  static const prepared_statement statement{
      "save_person",
      "INSERT INTO people AS p (who, name) VALUES ($1::text, $2::text)"
      " ON CONFLICT (who) DO UPDATE SET name = excluded.name"
      " WHERE p.name <> excluded.name"};
  with([&](connection &c) {
    c.run(statement,
          arguments{}.text(workflows::to_string(row.who)).text(row.name));
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
