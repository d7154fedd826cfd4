// One setting as the table has it, and a function for each kind of setting.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/layers.hpp"

namespace recapd::config {

/// A row of the table. Its functions refer to the settings it was made for.
struct setting {
  std::string key;  ///< in its section: `listen`, `oidc.issuer`
  shape form = shape::text;
  std::string_view told;  ///< what it means, for people, in a line
  std::function<void(const boost::json::value &, const section &)> read = {};
  /// Returns the value in the file's shape, with `***` for a secret.
  std::function<boost::json::value()> show = {};
  /// Looks at what was read, or at the default, and may refuse it.
  std::function<void(const section &)> check = {};
  bool listed = true;  ///< by `recapd --check`

  /// Adds a check: unless a call of `holds` returns true, the value is refused.
  [[nodiscard]] setting must(std::function<bool()> holds,
                             std::string expected) && {
    check = [first = std::move(check), holds = std::move(holds), at = key,
             expected = std::move(expected)](const section &in) {
      if (first) first(in);
      if (!holds()) in.refuse(at, expected);
    };
    return std::move(*this);
  }
};

/// How a text that may hold a secret is shown.
using mask = std::string (*)(std::string_view);

inline std::string as_it_is(std::string_view text) {
  return std::string{text};
}

/// Makes a setting of a text that `take` reads; where that returns false,
/// something else was expected.
inline setting parsed(const std::string &key,
                      const std::function<bool(std::string_view)> &take,
                      const std::string &expected,
                      const std::function<std::string()> &show,
                      std::string_view told) {
  return {key, shape::text, told,
          [=](const boost::json::value &v, const section &in) {
            if (!v.is_string()) in.refuse(key, "a text in quotes");
            if (!take(v.get_string())) in.refuse(key, expected);
          },
          [=] { return boost::json::value(show()); }};
}

inline setting text(const std::string &key, std::string &at,
                    std::string_view told, mask shown = as_it_is) {
  return parsed(
      key, [&at](std::string_view given) { return at = given, true; }, "",
      [&at, shown] { return shown(at); }, told);
}

inline setting number(const std::string &key, int &at, int least, int most,
                      std::string_view told) {
  return {key, shape::number, told,
          [=, &at](const boost::json::value &v, const section &in) {
            // What does not fit int64 (a uint64 or a double) is out of range
            // anyway.
            const auto n =
                v.is_int64() ? v.get_int64() : std::int64_t{least} - 1;
            if (n < least || n > most)
              in.refuse(key, "a whole number from " + std::to_string(least)
                                 + " to " + std::to_string(most));
            at = static_cast<int>(n);
          },
          [&at] { return boost::json::value(at); }};
}

/// Makes a setting of one of some words, each with what it stands for.
template <class E>
setting word(const std::string &key, E &at,
             const std::vector<std::pair<std::string_view, E>> &words,
             std::string_view told) {
  return {key, shape::text, told,
          [key, &at, words](const boost::json::value &v, const section &in) {
            std::string list;
            for (const auto &[name, value] : words) {
              if (v.is_string() && std::string_view{v.get_string()} == name)
                return static_cast<void>(at = value);
              list += (list.empty() ? "\"" : ", \"") + std::string{name} + '"';
            }
            in.refuse(key, "one of " + list);
          },
          [&at, words] {
            boost::json::value shown;
            for (const auto &[name, value] : words)
              if (value == at) shown = name;
            return shown;
          }};
}

/// Makes a setting of a list of texts, each read by `parse`.
template <class T>
setting list(const std::string &key, std::vector<T> &at,
             std::optional<T> (*parse)(std::string_view),
             const std::string &expected, std::string_view told) {
  return {key, shape::json, told,
          [=, &at](const boost::json::value &v, const section &in) {
            if (!v.is_array()) in.refuse(key, "a list, " + expected);
            for (std::size_t i = 0; i < v.get_array().size(); ++i) {
              const auto *text = v.get_array()[i].if_string();
              auto one = text != nullptr ? parse(*text) : std::nullopt;
              if (!one)
                in.refuse(key + "[" + std::to_string(i) + "]", expected);
              at.push_back(std::move(*one));
            }
          },
          [&at] {
            boost::json::array shown;
            for (const auto &one : at)
              shown.emplace_back(to_string(one));
            return shown;
          }};
}

}  // namespace recapd::config
