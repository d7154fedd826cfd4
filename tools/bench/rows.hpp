// The rows the engine writes for one lifecycle, as patterns for any other,
// which are then written without the engine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "storage/postgres/args.hpp"
#include "tools/bench/campus.hpp"

namespace recapd::bench {

struct column {
  std::string name;
  std::string sql_type;
  storage::postgres::column_type type = storage::postgres::column_type::text;
  bool key = false;    ///< part of the primary key
  bool after = false;  ///< of an update: what part of the key becomes
};

/// A text with places for the ids of a lesson.
class pattern {
public:
  pattern() = default;
  /// Finds `from`'s ids in `text`.
  pattern(std::string_view text, const lesson &from);
  [[nodiscard]] std::string fill(const lesson &to) const;

private:
  enum class slot : unsigned char { session, tutor, student, course };
  struct piece {
    std::string before;
    slot what;
  };
  std::vector<piece> pieces_;
  std::string tail_;
};

/// What stands in a column: always one value, or what follows from the lesson.
struct nothing {};
struct bucket_slot {};    ///< the session's bucket
struct position_slot {};  ///< counts up over the whole table
struct content_slot {};   ///< 16 bytes, each time others
struct moment {
  std::int64_t micros = 0;  ///< since 1970
};
using value = std::variant<nothing, std::int64_t, bool, moment, pattern,
                           bucket_slot, position_slot, content_slot>;

enum class write_kind : unsigned char {
  insert,
  update,  ///< by primary key, of the columns that changed
  remove,  ///< by primary key
  add      ///< upsert: adds `used` to what is there
};

/// The table and columns that rows of one shape go to. Rows with one target can
/// share a statement.
struct target {
  std::string table;
  write_kind kind = write_kind::insert;
  std::vector<column> columns;
  [[nodiscard]] std::string signature() const;
};

struct row_pattern {
  target to;
  std::vector<value> values;  ///< one a column
};

/// What one step writes, and all steps of a lifecycle in order.
using step_rows = std::vector<row_pattern>;
using lifecycle_rows = std::vector<step_rows>;

/// The rows of lessons of both lengths.
class row_book {
public:
  enum class extent : unsigned char {
    resting,   ///< scheduled and accepted
    lifecycle  ///< all steps, to paid
  };

  /// Takes two lessons of a campus of its own through the node, and notes what
  /// each transaction wrote. The lessons stay in the database.
  row_book(const std::string &database, const std::string &node_url,
           const std::string &starts_at, extent how_far);

  [[nodiscard]] const lifecycle_rows &rows_for(const lesson &l) const {
    return by_minutes_.at(l.minutes);
  }
  /// Returns the first position that is free.
  [[nodiscard]] std::int64_t free_position() const { return position_; }

  static constexpr std::size_t lessons = 2;
  /// The minutes of those two lessons together.
  static constexpr int minutes = 45;

private:
  std::map<int, lifecycle_rows> by_minutes_;
  std::int64_t position_ = 1;
};

}  // namespace recapd::bench
