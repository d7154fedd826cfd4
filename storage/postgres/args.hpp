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

namespace recapd::storage::postgres {

/// The element types an array parameter may have, by their fixed object ids.
enum class column_type : std::uint32_t {
  boolean = 16,
  bytes = 17,
  int8 = 20,
  int2 = 21,
  int4 = 23,
  text = 25,
  timestamptz = 1184,
};

/// Makes an array of one dimension, element by element.
class array_argument {
public:
  explicit array_argument(column_type element) : element_{element} {}

  array_argument &text(std::string_view value);
  /// Adds a text; an empty one becomes null.
  array_argument &text_or_null(std::string_view value);
  array_argument &bytes(std::span<const std::uint8_t> value);
  array_argument &boolean(bool value);
  /// Adds a number as int2, int4 or int8, as the array's type is.
  array_argument &number(std::int64_t value);
  array_argument &number(const std::optional<int> &value);
  array_argument &at(workflows::instant value);
  array_argument &at(const std::optional<workflows::instant> &value);

  /// Adds a null.
  array_argument &null();

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::string wire() &&;

private:
  /// The length of the array's head, which is written last, when all is known.
  static constexpr std::size_t head_bytes = 20;

  column_type element_;
  std::uint32_t count_ = 0;
  bool nulls_ = false;
  std::string elements_ = std::string(head_bytes, '\0');
};

/// The parameters $1, $2, … of one statement, whose text casts them to types.
class arguments {
public:
  arguments &text(std::string_view value);
  arguments &int4(std::int32_t value);
  arguments &int8(std::int64_t value);
  arguments &boolean(bool value);
  arguments &at(workflows::instant value);
  arguments &array(array_argument value);
  /// Adds arrays one after the other, moving from them.
  template <std::same_as<array_argument>... Arrays>
  arguments &take(Arrays &...each) {
    (array(std::move(each)), ...);
    return *this;
  }
  /// Adds the texts of a range as text[].
  template <class Range> arguments &texts(const Range &values) {
    array_argument all{column_type::text};
    for (const auto &value : values)
      all.text(value);
    return array(std::move(all));
  }

  [[nodiscard]] const std::vector<std::string> &wire() const { return values_; }

private:
  std::vector<std::string> values_;
};

}  // namespace recapd::storage::postgres
