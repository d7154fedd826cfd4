// SPDX-License-Identifier: Apache-2.0
#include "workflows/json/fields.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

namespace recapd::workflows {

namespace json = boost::json;

namespace {

std::string_view view(const json::string &s) {
  return {s.data(), s.size()};
}

constexpr std::string_view time_expected =
    "an RFC 3339 time with an offset, such as 2026-11-23T14:30:00Z, of the "
    "years 1970 to 9999";

}  // namespace

std::string field_error::text() const {
  return path + (unknown ? ": unknown member, expected " : ": expected ")
         + expected;
}

std::optional<std::int64_t> whole_number(const json::value &v) {
  using limits = std::numeric_limits<std::int64_t>;
  if (const auto *i = v.if_int64()) return *i;
  if (v.if_uint64() != nullptr) return limits::max();
  const auto *d = v.if_double();
  if (d == nullptr || std::trunc(*d) != *d) return std::nullopt;
  // 2^63 itself is the first double past the range.
  if (*d >= 0x1p63) return limits::max();
  if (*d < -0x1p63) return limits::min();
  return static_cast<std::int64_t>(*d);
}

bool storable(std::string_view text) {
  return text.find('\0') == std::string_view::npos;
}

fields::fields(const json::value &v, std::string path, field_error &error)
    : object_{v.if_object()}, path_{std::move(path)}, error_{error} {
  if (object_ == nullptr && !error_.any())
    error_ = {.path = path_, .expected = "an object"};
}

std::string fields::path_of(std::string_view name) const {
  std::string path = path_;
  path += '.';
  path += name;
  return path;
}

void fields::wrong(std::string_view name, std::string_view expected) {
  if (!error_.any())
    error_ = {.path = path_of(name), .expected = std::string{expected}};
}

const json::value *fields::optional(std::string_view name) {
  if (error_.any()) return nullptr;
  const auto *v = object_->if_contains(name);
  // A member may be asked for and then read: it counts as found once.
  if (asked_count_ > 0 && asked_[asked_count_ - 1] == name) return v;
  assert(asked_count_ < asked_.size());
  asked_[asked_count_++] = name;
  if (v != nullptr) ++found_count_;
  return v;
}

const json::value *fields::required(std::string_view name) {
  const auto *v = optional(name);
  if (v == nullptr) wrong(name, "this member, which is missing");
  return v;
}

std::string fields::text(std::string_view name) {
  const auto *v = required(name);
  if (v == nullptr) return {};
  const auto *s = v->if_string();
  if (s == nullptr)
    wrong(name, "a string");
  else if (!storable(view(*s)))
    wrong(name, "a string without the character U+0000");
  else
    return std::string{view(*s)};
  return {};
}

std::string fields::id(std::string_view name) {
  const auto *v = required(name);
  if (v == nullptr) return {};
  const auto *s = v->if_string();
  if (s != nullptr && valid_id(view(*s))) return std::string{view(*s)};
  wrong(name, id_expected);
  return {};
}

instant fields::time(std::string_view name) {
  return named(name, parse_rfc3339, time_expected);
}

std::string fields::time_zone(std::string_view name) {
  auto zone = text(name);
  if (!known_time_zone(zone))
    wrong(name, "an IANA time zone name such as America/New_York");
  return zone;
}

std::string fields::currency(std::string_view name) {
  auto code = text(name);
  auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (code.size() != 3 || !std::all_of(code.begin(), code.end(), capital))
    wrong(name, "a currency: three letters A-Z");
  return code;
}

bool fields::boolean(std::string_view name) {
  const auto *v = required(name);
  if (v == nullptr) return false;
  if (const auto *b = v->if_bool()) return *b;
  wrong(name, "true or false");
  return false;
}

std::int64_t fields::whole(std::string_view name, std::int64_t low,
                           std::int64_t high) {
  const auto *v = required(name);
  if (v == nullptr) return low;
  if (const auto n = whole_number(*v); n && *n >= low && *n <= high) return *n;
  wrong(name, "a whole number from " + std::to_string(low) + " to "
                  + std::to_string(high));
  return low;
}

std::int64_t fields::clamped(std::string_view name) {
  const auto *v = required(name);
  if (v == nullptr) return 0;
  if (const auto n = whole_number(*v)) return *n;
  wrong(name, "a whole number");
  return 0;
}

const json::array &fields::list(std::string_view name) {
  static const json::array none;
  const auto *v = required(name);
  if (v == nullptr) return none;
  if (const auto *a = v->if_array()) return *a;
  wrong(name, "a list");
  return none;
}

void fields::close() {
  if (error_.any() || found_count_ == object_->size()) return;
  const auto end = asked_.begin() + static_cast<std::ptrdiff_t>(asked_count_);
  std::string known;
  for (auto i = asked_.begin(); i != end; ++i) {
    known += known.empty() ? "one of " : ", ";
    known += *i;
  }
  if (known.empty()) known = "no members";
  for (const auto &member : *object_)
    if (std::find(asked_.begin(), end, std::string_view{member.key()}) == end) {
      error_ = {.path = path_of(member.key()),
                .expected = std::move(known),
                .unknown = true};
      return;
    }
}

}  // namespace recapd::workflows
