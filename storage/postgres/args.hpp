// Statement parameters in PostgreSQL's binary format: nothing to quote.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "workflows/time.hpp"

namespace recapd::storage {

/// The element types an array parameter may have, by their fixed object ids.
enum class pg_type : std::uint32_t {
  boolean = 16,
  bytes = 17,
  int8 = 20,
  int2 = 21,
  int4 = 23,
  text = 25,
  timestamptz = 1184,
};

/// One one-dimensional array, filled element by element.
class pg_array {
public:
  explicit pg_array(pg_type element) : element_{element} {}

  pg_array &text(std::string_view value);
  /// An empty text becomes null.
  pg_array &text_or_null(std::string_view value);
  pg_array &bytes(std::span<const std::uint8_t> value);
  pg_array &boolean(bool value);
  /// int2, int4 or int8, as the array is.
  pg_array &number(std::int64_t value);
  pg_array &number(const std::optional<int> &value);
  pg_array &at(workflows::instant value);
  pg_array &at(const std::optional<workflows::instant> &value);

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::string wire() &&;

private:
  /// Of the array's head, which is written last, when all is known.
  static constexpr std::size_t head_bytes = 20;

  pg_array &null();

  pg_type element_;
  std::uint32_t count_ = 0;
  bool nulls_ = false;
  std::string elements_ = std::string(head_bytes, '\0');
};

/// The parameters $1, $2, … of one statement, whose text casts each to its
/// type.
class pg_args {
public:
  pg_args &text(std::string_view value);
  pg_args &int4(std::int32_t value);
  pg_args &int8(std::int64_t value);
  pg_args &boolean(bool value);
  pg_args &at(workflows::instant value);
  pg_args &array(pg_array value);
  /// Arrays one after the other, moved from.
  template <std::same_as<pg_array>... Arrays> pg_args &take(Arrays &...each) {
    (array(std::move(each)), ...);
    return *this;
  }
  /// text[]
  template <class Range> pg_args &texts(const Range &values) {
    pg_array all{pg_type::text};
    for (const auto &value : values)
      all.text(value);
    return array(std::move(all));
  }

  [[nodiscard]] const std::vector<std::string> &wire() const { return values_; }

private:
  std::vector<std::string> values_;
};

}  // namespace recapd::storage
