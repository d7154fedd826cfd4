// Reading a JSON object member by member, with errors that name the member.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "workflows/ids.hpp"
#include "workflows/time.hpp"

namespace recapd::workflows {

/// The first error of a reading, shared by an object and those inside it.
struct field_error {
  std::string path;
  std::string expected;  ///< `an id`; for an unknown member `one of …`
  bool unknown = false;
  [[nodiscard]] bool any() const { return !path.empty(); }
  /// Returns the error as text, such as `data.tutor: expected an id`.
  [[nodiscard]] std::string text() const;
};

/// Reads one JSON object. Every reader marks its member as known; after the
/// first error readers do nothing and return empty values, so that a caller
/// reads all it wants and looks at the error once, after `close`.
class fields {
public:
  static constexpr int most = std::numeric_limits<int>::max();
  static constexpr auto longest = std::numeric_limits<std::int64_t>::max();

  fields(const boost::json::value &json, std::string path, field_error &error);
  fields(const boost::json::object &json, std::string path, field_error &error)
      : object_{&json}, path_{std::move(path)}, error_{error} {}

  /// Return the member, or null where it is absent: an error with `required`.
  [[nodiscard]] const boost::json::value *optional(std::string_view name);
  [[nodiscard]] const boost::json::value *required(std::string_view name);

  /// Returns true if the member is there; it is read next.
  [[nodiscard]] bool has(std::string_view name) {
    return optional(name) != nullptr;
  }
  /// Returns the member, or null if it is absent, without marking it as known.
  [[nodiscard]] const boost::json::value *peek(std::string_view name) const {
    return error_.any() ? nullptr : object_->if_contains(name);
  }

  /// Reads any text that PostgreSQL can store: one without U+0000.
  [[nodiscard]] std::string text(std::string_view name);
  [[nodiscard]] std::string id(std::string_view name);
  [[nodiscard]] instant time(std::string_view name);
  [[nodiscard]] std::string time_zone(std::string_view name);
  /// Reads three capital letters.
  [[nodiscard]] std::string currency(std::string_view name);
  [[nodiscard]] bool boolean(std::string_view name);
  /// Reads a whole number from `low` to `high`; one outside is an error.
  [[nodiscard]] std::int64_t whole(std::string_view name, std::int64_t low,
                                   std::int64_t high);
  /// Reads a whole number as `whole` does, into an `int`.
  [[nodiscard]] int count(std::string_view name, int low, int high = most) {
    return static_cast<int>(whole(name, low, high));
  }
  /// Reads any whole number; one past 64 bits becomes the nearest that fits.
  [[nodiscard]] std::int64_t clamped(std::string_view name);
  [[nodiscard]] const boost::json::array &list(std::string_view name);
  /// Reads a text by `parse`, which returns an optional.
  template <class Parse>
  [[nodiscard]] auto named(std::string_view name, Parse parse,
                           std::string_view expected) {
    using value = typename decltype(parse(std::string_view{}))::value_type;
    const auto *v = required(name);
    if (v == nullptr) return value{};
    if (const auto *text = v->if_string())
      if (auto found = parse(std::string_view{text->data(), text->size()}))
        return *std::move(found);
    wrong(name, expected);
    return value{};
  }

  /// Records an error of the member, if it is the first.
  void wrong(std::string_view name, std::string_view expected);
  /// Makes an error of a member that nobody asked for.
  void close();

  [[nodiscard]] field_error &error() { return error_; }
  [[nodiscard]] const std::string &path() const { return path_; }
  [[nodiscard]] std::string path_of(std::string_view name) const;

private:
  const boost::json::object *object_ = nullptr;
  std::string path_;
  field_error &error_;
  std::array<std::string_view, 40> asked_{};  ///< literals, as asked for
  std::size_t asked_count_ = 0;
  std::size_t found_count_ = 0;
};

/// Returns the number if it is whole (`60`, `60.0`); one past 64 bits becomes
/// the nearest that fits.
[[nodiscard]] std::optional<std::int64_t>
whole_number(const boost::json::value &v);

/// Returns true for text that PostgreSQL can store.
[[nodiscard]] bool storable(std::string_view text);

inline constexpr std::string_view id_expected =
    "an id: 1 to 64 of A-Z a-z 0-9 _ -";

}  // namespace recapd::workflows
