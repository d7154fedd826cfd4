// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/groups.hpp"
#include <span>

#include "workflows/ids.hpp"

namespace recapd::bench {

namespace pg = storage::postgres;

namespace {

std::string joined(const target &t, const std::string &separator,
                   const auto &text_of) {
  std::string out;
  for (const auto &c : t.columns) {
    const std::string one = text_of(c);
    if (one.empty()) continue;
    if (!out.empty()) out += separator;
    out += one;
  }
  return out;
}

std::string sql_of(const target &t) {
  const auto name = [](const column &c) {
    return c.after ? c.name + "_after" : c.name;
  };
  const auto key = [](const column &c) { return c.key ? c.name : ""; };
  const auto found = [&](const column &c) {
    return c.key && !c.after ? "t." + c.name + " = v." + name(c) : "";
  };
  int number = 0;
  const auto rows = "unnest("
                    + joined(t, ", ",
                             [&](const column &c) {
                               return "$" + std::to_string(++number)
                                      + "::" + c.sql_type + "[]";
                             })
                    + ")";
  if (t.kind == write_kind::update)
    return "UPDATE " + t.table + " AS t SET "
           + joined(t, ", ",
                    [&](const column &c) {
                      return c.key && !c.after ? ""
                                               : c.name + " = v." + name(c);
                    })
           + " FROM " + rows + " AS v (" + joined(t, ", ", name) + ") WHERE "
           + joined(t, " AND ", found);
  if (t.kind == write_kind::remove)
    return "DELETE FROM " + t.table + " AS t USING " + rows + " AS v ("
           + joined(t, ", ", name) + ") WHERE " + joined(t, " AND ", found);
  auto sql = "INSERT INTO " + t.table + " AS t (" + joined(t, ", ", name)
             + ") SELECT * FROM " + rows;
  if (t.kind == write_kind::add)
    sql += " ON CONFLICT (" + joined(t, ", ", key) + ") DO UPDATE SET "
           + joined(t, ", ", [](const column &c) -> std::string {
               if (c.key) return "";
               return c.name + " = " + (c.name == "used" ? "t.used + " : "")
                      + "excluded." + c.name;
             });
  return sql;
}

/// Returns 16 bytes that look like a digest, each time others.
std::string content(std::int64_t n) {
  std::string out;
  auto x = static_cast<std::uint64_t>(n) * 0x9e3779b97f4a7c15U;
  for (int i = 0; i < 16; ++i) {
    x ^= x >> 29U;
    x *= 0xbf58476d1ce4e5b9U;
    out += static_cast<char>(x >> 56U);
  }
  return out;
}

/// A value as it goes into the database.
using cell = std::variant<nothing, std::int64_t, bool, moment, std::string>;

cell cell_of(const value &v, const lesson &l, group_statements &shared) {
  struct visitor {
    const lesson &l;
    group_statements &shared;
    cell operator()(nothing) const { return nothing{}; }
    cell operator()(std::int64_t n) const { return n; }
    cell operator()(bool b) const { return b; }
    cell operator()(const moment &m) const { return m; }
    cell operator()(const pattern &p) const { return p.fill(l); }
    cell operator()(bucket_slot) const {
      return std::int64_t{workflows::bucket_of(l.session)};
    }
    cell operator()(position_slot) const { return shared.next_position(); }
    cell operator()(content_slot) const {
      return content(shared.next_position());
    }
  };
  return std::visit(visitor{l, shared}, v);
}

void put(pg::array_argument &to, const column &c, const cell &v) {
  if (const auto *number = std::get_if<std::int64_t>(&v)) {
    to.number(*number);
  } else if (const auto *flag = std::get_if<bool>(&v)) {
    to.boolean(*flag);
  } else if (const auto *at = std::get_if<moment>(&v)) {
    to.at(workflows::instant{std::chrono::microseconds{at->micros}});
  } else if (const auto *text = std::get_if<std::string>(&v)) {
    if (c.type == pg::column_type::bytes)
      to.bytes(std::span{reinterpret_cast<const std::uint8_t *>(text->data()),
                         text->size()});
    else
      to.text(*text);
  } else {
    to.number(std::optional<int>{});
  }
}

using rows = std::vector<std::vector<cell>>;

/// Adds rows up to one a key, in the order of the keys, which is the order in
/// which every transaction locks them.
rows added_up(const target &t, const rows &all) {
  std::map<std::vector<std::string>, std::vector<cell>> sums;
  for (const auto &row : all) {
    std::vector<std::string> key;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!t.columns[i].key) continue;
      const auto *number = std::get_if<std::int64_t>(&row[i]);
      key.push_back(number ? std::to_string(*number)
                           : std::get<std::string>(row[i]));
    }
    auto [it, fresh] = sums.emplace(std::move(key), row);
    if (fresh) continue;
    for (std::size_t i = 0; i < row.size(); ++i)
      if (t.columns[i].name == "used")
        std::get<std::int64_t>(it->second[i]) += std::get<std::int64_t>(row[i]);
  }
  rows out;
  for (auto &[key, row] : sums)
    out.push_back(std::move(row));
  return out;
}

pg::arguments args_of(const target &t, const rows &all) {
  std::vector<pg::array_argument> arrays;
  for (const auto &c : t.columns)
    arrays.emplace_back(c.type);
  for (const auto &row : all)
    for (std::size_t i = 0; i < row.size(); ++i)
      put(arrays[i], t.columns[i], row[i]);
  pg::arguments args;
  for (const auto &a : arrays)
    args.array(a);
  return args;
}

}  // namespace

const storage::postgres::prepared_statement &
group_statements::of(const target &t) {
  const std::lock_guard lock{mutex_};
  auto &statement = all_[t.signature()];
  if (statement.name.empty())
    statement = {"bench" + std::to_string(all_.size()), sql_of(t)};
  return statement;
}

group build_group(const row_book &book, const campus &where, std::size_t s,
                  std::size_t from, std::size_t to, group_statements &shared) {
  std::vector<std::pair<const target *, rows>> by_target;
  std::map<std::string, std::size_t> places;
  for (auto i = from; i < to; ++i) {
    const auto l = where.at(i);
    for (const auto &row : book.rows_for(l)[s]) {
      const auto place =
          places.emplace(row.to.signature(), by_target.size()).first->second;
      if (place == by_target.size()) by_target.emplace_back(&row.to, rows{});
      auto &cells = by_target[place].second.emplace_back();
      cells.reserve(row.values.size());
      for (const auto &v : row.values)
        cells.push_back(cell_of(v, l, shared));
    }
  }
  group out;
  for (auto &[t, all] : by_target)
    out.emplace_back(
        &shared.of(*t),
        args_of(*t, t->kind == write_kind::add ? added_up(*t, all) : all));
  return out;
}

}  // namespace recapd::bench
