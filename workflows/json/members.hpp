// JSON of structs that tell what their members are, by `each_member`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <utility>
#include <variant>

#include "workflows/flags.hpp"
#include "workflows/json/fields.hpp"
#include "workflows/json/writers.hpp"

namespace recapd::workflows {

// A struct has one `static void each_member(auto &m, auto &value)`, which calls
// `m` for each of its members. `m` is a member_reader and fills the value, or a
// member_writer and gets a constant one; both have the same functions.

/// Reads a JSON object's members.
class member_reader {
public:
  explicit member_reader(fields &in) : in_{in} {}

  /// Returns true where a member that may be missing is there; it is read next.
  [[nodiscard]] bool optional(std::string_view name) {
    return in_.optional(name) != nullptr;
  }
  /// Returns true where the member is there; with the value `T{}` it is left
  /// out.
  template <class T> [[nodiscard]] bool there(std::string_view name, T &) {
    return optional(name);
  }
  template <class T>
  [[nodiscard]] bool there(std::string_view name, std::optional<T> &to) {
    if (!optional(name)) return false;
    to.emplace();
    return true;
  }

  void id(std::string_view name, std::string &to) { to = in_.id(name); }
  void text(std::string_view name, std::string &to) { to = in_.text(name); }
  void currency(std::string_view name, std::string &to) {
    to = in_.currency(name);
  }
  void time_zone(std::string_view name, std::string &to) {
    to = in_.time_zone(name);
  }
  void students(std::string_view name, std::vector<std::string> &to);
  void participant(std::string_view name, person &to);
  void whoever(std::string_view name, person &to);
  void flags(std::string_view name, flag_set &to);
  void time(std::string_view name, instant &to) { to = in_.time(name); }
  template <class Enum, class Parse>
  void named(std::string_view name, Enum &to, Parse parse,
             std::string_view expected) {
    to = in_.named(name, parse, expected);
  }
  /// Reads a whole number from `low` to `high`.
  void count(std::string_view name, int &to, int low, int high = fields::most) {
    to = in_.count(name, low, high);
  }
  void count_or_null(std::string_view name, std::optional<int> &to);
  void whole(std::string_view name, std::int64_t &to, std::int64_t low,
             std::int64_t high = fields::longest) {
    to = in_.whole(name, low, high);
  }
  /// Reads any whole number; one past 64 bits becomes the nearest that fits.
  void clamped(std::string_view name, std::int64_t &to) {
    to = in_.clamped(name);
  }
  template <class T> void boolean(std::string_view name, T &to) {
    to = in_.boolean(name);
  }
  template <class T> void object(std::string_view name, T &to) {
    if (const auto *v = in_.required(name)) read_object(name, *v, to);
  }
  template <class T>
  void object_or_null(std::string_view name, std::optional<T> &to) {
    const auto *v = in_.required(name);
    if (v != nullptr && !v->is_null()) read_object(name, *v, to.emplace());
  }
  template <class T> void list(std::string_view name, std::vector<T> &to) {
    const auto &all = in_.list(name);
    to.reserve(all.size());
    for (const auto &one : all) {
      read_object(name, one, to.emplace_back());
      if (in_.error().any()) return;
    }
  }

private:
  template <class T>
  void read_object(std::string_view name, const boost::json::value &v, T &to) {
    fields inner{v, in_.path_of(name), in_.error()};
    member_reader m{inner};
    T::each_member(m, to);
    inner.close();
  }

  fields &in_;
};

/// Writes a JSON object's members by a writer of workflows/json/writers.hpp.
template <class Writer> class member_writer {
public:
  explicit member_writer(Writer &to) : to_{to} {}

  static bool optional(std::string_view) { return true; }
  template <class T> static bool there(std::string_view, const T &value) {
    return value != T{};
  }

  void id(std::string_view name, const std::string &v) { to_.put(name, v); }
  void text(std::string_view name, const std::string &v) { to_.put(name, v); }
  void currency(std::string_view name, const std::string &v) {
    to_.put(name, v);
  }
  void time_zone(std::string_view name, const std::string &v) {
    to_.put(name, v);
  }
  void students(std::string_view name, const std::vector<std::string> &v) {
    to_.put(name, v);
  }
  void participant(std::string_view name, const person &v) {
    to_.put(name, to_string(v));
  }
  void whoever(std::string_view name, const person &v) {
    to_.put(name, to_string(v));
  }
  void flags(std::string_view name, flag_set v) { to_.put(name, v.names()); }
  void time(std::string_view name, instant v) { to_.put(name, v); }
  template <class Enum, class Parse>
  void named(std::string_view name, Enum v, Parse, std::string_view) {
    to_.put(name, to_string(v));
  }
  void count(std::string_view name, int v, int, int = 0) { to_.put(name, v); }
  void count_or_null(std::string_view name, const std::optional<int> &v) {
    to_.put(name, v);
  }
  void whole(std::string_view name, std::int64_t v, std::int64_t,
             std::int64_t = 0) {
    to_.put(name, v);
  }
  void clamped(std::string_view name, std::int64_t v) { to_.put(name, v); }
  void boolean(std::string_view name, bool v) { to_.put(name, v); }
  template <class T> void object(std::string_view name, const T &v);
  template <class T> void object_or_null(std::string_view name, const T &v) {
    object(name, v);
  }
  template <class T>
  void list(std::string_view name, const std::vector<T> &all);

private:
  Writer &to_;
};

/// Writes a struct's members, as a writer's `object` and `list` ask.
struct write_members {
  template <class Writer, class T>
  void operator()(Writer &&to, const T &value) const {
    member_writer m{to};
    T::each_member(m, value);
  }
};

/// Returns a struct as a JSON object.
template <class T> boost::json::object object_of(const T &value) {
  boost::json::object out;
  write_members{}(object_writer{out}, value);
  return out;
}

template <class Writer>
template <class T>
void member_writer<Writer>::object(std::string_view name, const T &v) {
  to_.object(name, v, write_members{});
}

template <class Writer>
template <class T>
void member_writer<Writer>::list(std::string_view name,
                                 const std::vector<T> &all) {
  to_.list(name, all, write_members{});
}

template <class Variant, class T> Variant read_alternative(fields &in) {
  T value;
  member_reader m{in};
  T::each_member(m, value);
  return value;
}

/// The types that a variant may hold, each with its name and its reader.
template <class Variant,
          class = std::make_index_sequence<std::variant_size_v<Variant>>>
struct alternatives;

template <class Variant, std::size_t... I>
struct alternatives<Variant, std::index_sequence<I...>> {
  static constexpr std::array<std::string_view, sizeof...(I)> types{
      std::variant_alternative_t<I, Variant>::type...};
  using reader = Variant (*)(fields &);
  static constexpr std::array<reader, sizeof...(I)> readers{
      read_alternative<Variant, std::variant_alternative_t<I, Variant>>...};
};

}  // namespace recapd::workflows
