// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/args.hpp"

#include <limits>
#include <stdexcept>

namespace recapd::storage::postgres {

namespace {

/// PostgreSQL counts from 2000-01-01.
constexpr std::int64_t epoch_2000_us = 946'684'800'000'000;

template <class T> void put(std::string &to, T value) {
  char bytes[sizeof value];
  for (auto at = sizeof value; at-- > 0; value >>= 7, value >>= 1)
    bytes[at] = static_cast<char>(value & 0xff);
  to.append(bytes, sizeof bytes);
}

void put_length(std::string &to, std::size_t length) {
  if (length > std::size_t{std::numeric_limits<std::int32_t>::max()})
    throw std::length_error{"a statement parameter is longer than 2 GiB"};
  put(to, static_cast<std::uint32_t>(length));
}

}  // namespace

array_argument &array_argument::null() {
  put(elements_, std::int32_t{-1});
  nulls_ = true;
  ++count_;
  return *this;
}

array_argument &array_argument::text(std::string_view value) {
  put_length(elements_, value.size());
  elements_ += value;
  ++count_;
  return *this;
}

array_argument &array_argument::text_or_null(std::string_view value) {
  return value.empty() ? null() : text(value);
}

array_argument &array_argument::bytes(std::span<const std::uint8_t> value) {
  put_length(elements_, value.size());
  elements_.append(value.begin(), value.end());
  ++count_;
  return *this;
}

array_argument &array_argument::boolean(bool value) {
  put_length(elements_, 1);
  elements_ += value ? '\1' : '\0';
  ++count_;
  return *this;
}

array_argument &array_argument::number(std::int64_t value) {
  switch (element_) {
  case column_type::int2:
    put_length(elements_, 2);
    put(elements_, static_cast<std::int16_t>(value));
    break;
  case column_type::int4:
    put_length(elements_, 4);
    put(elements_, static_cast<std::int32_t>(value));
    break;
  default:
    put_length(elements_, 8);
    put(elements_, value);
  }
  ++count_;
  return *this;
}

array_argument &array_argument::number(const std::optional<int> &value) {
  return value ? number(std::int64_t{*value}) : null();
}

array_argument &array_argument::at(workflows::instant value) {
  return number(static_cast<std::int64_t>(value.time_since_epoch().count())
                - epoch_2000_us);
}

array_argument &
array_argument::at(const std::optional<workflows::instant> &value) {
  return value ? at(*value) : null();
}

std::string array_argument::wire() && {
  std::string head;
  put(head, std::uint32_t{count_ > 0 ? 1U : 0U});  // dimensions
  put(head, std::uint32_t{nulls_ ? 1U : 0U});
  put(head, static_cast<std::uint32_t>(element_));
  if (count_ == 0) return head;
  put(head, count_);
  put(head, std::uint32_t{1});  // the first subscript
  elements_.replace(0, head.size(), head);
  return std::move(elements_);
}

arguments &arguments::text(std::string_view value) {
  values_.emplace_back(value);
  return *this;
}

arguments &arguments::int4(std::int32_t value) {
  put(values_.emplace_back(), value);
  return *this;
}

arguments &arguments::int8(std::int64_t value) {
  put(values_.emplace_back(), value);
  return *this;
}

arguments &arguments::boolean(bool value) {
  values_.emplace_back(1, value ? '\1' : '\0');
  return *this;
}

arguments &arguments::at(workflows::instant value) {
  return int8(static_cast<std::int64_t>(value.time_since_epoch().count())
              - epoch_2000_us);
}

arguments &arguments::array(array_argument value) {
  values_.push_back(std::move(value).wire());
  return *this;
}

}  // namespace recapd::storage::postgres
