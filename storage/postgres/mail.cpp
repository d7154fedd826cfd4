// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/mail.hpp"

#include "storage/postgres/letter_columns.hpp"
#include "storage/postgres/link.hpp"

namespace recapd::storage::postgres {

namespace {

const std::string mail_columns =
    "id, who, kind, session_id, seq, n, position, " + micros("due_at")
    + ", coalesce(letter, ''), tries, " + micros("next_try_at");

std::vector<mail_row> read_mails(const result_set &rows) {
  std::vector<mail_row> out;
  for (int i = 0; i < rows.size(); ++i)
    out.push_back({.id = rows.text(i, 0),
                   .to = rows.text(i, 1),
                   .kind = rows.text(i, 2),
                   .session = rows.text(i, 3),
                   .seq = static_cast<int>(rows.number(i, 4)),
                   .index = static_cast<int>(rows.number(i, 5)),
                   .position = rows.number(i, 6),
                   .due_at = rows.at(i, 7),
                   .letter = rows.text(i, 8),
                   .tries = static_cast<int>(rows.number(i, 9)),
                   .next_try_at = rows.at(i, 10)});
  return out;
}

/// A second writer waits for the place's row, and finds another version.
const prepared_statement take_mails{"take_mails", R"sql(
WITH moved AS (
  INSERT INTO sink_cursors AS s (sink, position, version)
  SELECT 'mail', $2::int8, $1::int8 + 1
   WHERE $1::int8 = 0 OR EXISTS (SELECT FROM sink_cursors WHERE sink = 'mail')
      ON CONFLICT (sink) DO UPDATE
     SET position = excluded.position, version = excluded.version
   WHERE s.version = $1::int8
  RETURNING 1),
added AS (
  INSERT INTO mails (id, who, kind, session_id, seq, n, position, due_at)
  SELECT m.* FROM moved, unnest($3::text[], $4::text[], $5::text[], $6::text[],
                                $7::int4[], $8::int4[], $9::int8[],
                                $10::timestamptz[]) AS m
      ON CONFLICT (id) DO NOTHING)
SELECT count(*) FROM moved)sql"};
const prepared_statement due_mails{
    "due_mails",
    "SELECT who FROM mails WHERE letter IS NULL AND due_at <= $1::timestamptz"
    " GROUP BY who ORDER BY min(due_at), who LIMIT $2::int4"};
const prepared_statement mails_of{
    "mails_of", "SELECT " + mail_columns
                    + " FROM mails WHERE letter IS NULL AND who = $1::text"
                      " ORDER BY position, n LIMIT $2::int4"};
const prepared_statement postpone_mails{
    "postpone_mails",
    "UPDATE mails SET due_at = $2::timestamptz WHERE letter IS NULL"
    " AND who = $1::text AND due_at < $2::timestamptz"};
const prepared_statement join_mails{
    "join_mails", "UPDATE mails SET letter = $1::text"
                  " WHERE letter IS NULL AND id = ANY ($2::text[])"};
const prepared_statement remove_mails{
    "remove_mails", "DELETE FROM mails WHERE id = ANY ($1::text[])"};
const prepared_statement next_mails{
    "next_mails",
    "SELECT " + mail_columns
        + " FROM mails WHERE letter = (SELECT letter FROM mails"
          " WHERE letter IS NOT NULL AND (next_try_at <= $1::timestamptz"
          " OR next_try_at > $2::timestamptz)"
          " ORDER BY next_try_at, position, n LIMIT 1) ORDER BY position, n"};
const prepared_statement later_mails{
    "later_mails", "UPDATE mails SET tries = $2::int4,"
                   " next_try_at = $3::timestamptz WHERE letter = $1::text"};
/// Of an address by the installation's pattern the row has none.
const prepared_statement mark_unreachable{
    "mark_unreachable",
    "INSERT INTO people AS p (who, name, unreachable_at, unreachable)"
    " VALUES ($1::text, '', $3::timestamptz, $4::text)"
    " ON CONFLICT (who) DO UPDATE SET unreachable_at = excluded.unreachable_at,"
    " unreachable = excluded.unreachable"
    " WHERE p.unreachable_at IS NULL AND coalesce(p.address, $2::text)"
    " = $2::text"};
const prepared_statement write_mail_letters{
    "write_mail_letters",
    "INSERT INTO dead_letters (event, reason, code, ingress, received_at, at,"
    " origin, direction, session_id) SELECT l.* FROM unnest($1::text[],"
    " $2::text[], $3::text[], $4::text[], $5::timestamptz[],"
    " $6::timestamptz[], $7::text[], $8::text[], $9::text[]) AS l"
    " ON CONFLICT (origin) DO NOTHING"};

arguments letter_arguments(std::span<const dead_letter> letters) {
  letter_columns c;
  for (const auto &letter : letters)
    c.add(letter);
  arguments args;
  args.take(c.event, c.reason, c.code, c.ingress, c.received_at, c.at, c.origin,
            c.direction, c.session);
  return args;
}

class sql_mail final : public mail_store, private link {
public:
  explicit sql_mail(endpoint to) : link{std::move(to), true} {}

  std::string epoch() override { return connected().epochs().current(); }

  bool take(std::int64_t version, std::int64_t position,
            std::span<const mail_row> rows) override {
    array_argument id{column_type::text}, who{column_type::text},
        kind{column_type::text}, session{column_type::text},
        seq{column_type::int4}, n{column_type::int4}, at{column_type::int8},
        due{column_type::timestamptz};
    for (const auto &row : rows) {
      id.text(row.id);
      who.text(row.to);
      kind.text(row.kind);
      session.text(row.session);
      seq.number(std::int64_t{row.seq});
      n.number(std::int64_t{row.index});
      at.number(row.position);
      due.at(row.due_at);
    }
    arguments args;
    args.int8(version).int8(position);
    args.take(id, who, kind, session, seq, n, at, due);
    return with([&](connection &c) {
      return c.run(take_mails, args).number(0, 0) == 1;
    });
  }

  std::vector<std::string> due_people(instant until, int limit) override {
    return with([&](connection &c) {
      const auto rows = c.run(due_mails, arguments{}.at(until).int4(limit));
      std::vector<std::string> out;
      for (int i = 0; i < rows.size(); ++i)
        out.push_back(rows.text(i, 0));
      return out;
    });
  }

  std::vector<mail_row> waiting_of(std::string_view to, int limit) override {
    return with([&](connection &c) {
      return read_mails(c.run(mails_of, arguments{}.text(to).int4(limit)));
    });
  }

  void postpone(std::string_view to, instant until) override {
    with([&](connection &c) {
      c.run(postpone_mails, arguments{}.text(to).at(until));
    });
  }

  void join(std::string_view letter,
            std::span<const std::string> ids) override {
    with([&](connection &c) {
      c.run(join_mails, arguments{}.text(letter).texts(ids));
    });
  }

  void remove(std::span<const std::string> ids) override {
    with([&](connection &c) { c.run(remove_mails, arguments{}.texts(ids)); });
  }

  std::vector<mail_row> next_letter(instant now, instant furthest) override {
    return with([&](connection &c) {
      return read_mails(c.run(next_mails, arguments{}.at(now).at(furthest)));
    });
  }

  void try_later(std::string_view letter, int tries,
                 instant next_try_at) override {
    with([&](connection &c) {
      c.run(later_mails, arguments{}.text(letter).int4(tries).at(next_try_at));
    });
  }

  void give_up(const mail_refusal &what) override {
    with([&](connection &c) {
      c.in_transaction([&] {
        c.run(write_mail_letters, letter_arguments(what.letters));
        if (what.who)
          c.run(mark_unreachable, arguments{}
                                      .text(workflows::to_string(*what.who))
                                      .text(what.address)
                                      .at(what.since.at)
                                      .text(what.since.words));
        c.run(remove_mails, arguments{}.texts(what.ids));
      });
    });
  }

  std::int64_t count() override {
    static const prepared_statement statement{"count_mails",
                                              "SELECT count(*) FROM mails"};
    return with([&](connection &c) { return c.run(statement).number(0, 0); });
  }
};

}  // namespace

std::unique_ptr<mail_store> open_mail(const endpoint &to) {
  return std::make_unique<sql_mail>(to);
}

}  // namespace recapd::storage::postgres
