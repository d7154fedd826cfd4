// Writers of JSON member by member: into an object, or straight as text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflows/time.hpp"

namespace recapd::workflows {

// Code that writes by `template <class Writer> void write(Writer &to, …)` gives
// the same JSON with both writers: an object for who looks into it, text for
// the hot path, which is spared every allocation of the tree.

template <class T>
concept optional_like = requires(const T &t) {
  t.has_value();
  *t;
};

/// Writes members into an object.
class object_writer {
public:
  explicit object_writer(boost::json::object &to) : to_{to} {}

  void put(std::string_view name, std::string_view text) {
    to_.emplace(name, text);
  }
  void put(std::string_view name, const char *text) { to_.emplace(name, text); }
  void put(std::string_view name, instant t) { put(name, format_rfc3339(t)); }
  template <std::integral Number> void put(std::string_view name, Number n) {
    to_.emplace(name, n);
  }
  template <class T>
  void put(std::string_view name, const std::optional<T> &maybe) {
    if (maybe)
      put(name, *maybe);
    else
      to_.emplace(name, nullptr);
  }
  void put(std::string_view name, const std::vector<std::string> &texts) {
    to_.emplace(name, boost::json::array(texts.begin(), texts.end()));
  }
  /// Puts an object that `write(to, what)` fills.
  template <class T, class Write>
  void object(std::string_view name, const T &what, Write write) {
    boost::json::object inner;
    object_writer to{inner};
    write(to, what);
    to_.emplace(name, std::move(inner));
  }
  /// Puts an object that `write` fills, or null where there is no value.
  template <optional_like Maybe, class Write>
  void object(std::string_view name, const Maybe &maybe, Write write) {
    if (maybe)
      object(name, *maybe, write);
    else
      to_.emplace(name, nullptr);
  }
  /// Puts a list with an object for each member of the range.
  template <class Range, class Write>
  void list(std::string_view name, const Range &range, Write write) {
    boost::json::array all;
    all.reserve(range.size());
    for (const auto &member : range) {
      boost::json::object inner;
      object_writer to{inner};
      write(to, member);
      all.push_back(std::move(inner));
    }
    to_.emplace(name, std::move(all));
  }

private:
  boost::json::object &to_;
};

/// Appends a text as a JSON string, with its quotes.
void append_quoted(std::string &to, std::string_view text);

/// Appends an object's text; its `}` comes with the destruction.
class text_writer {
public:
  explicit text_writer(std::string &to) : to_{to} { to_ += '{'; }
  text_writer(const text_writer &) = delete;
  text_writer &operator=(const text_writer &) = delete;
  ~text_writer() { to_ += '}'; }

  void put(std::string_view name, std::string_view text) {
    key(name);
    append_quoted(to_, text);
  }
  void put(std::string_view name, const char *text) {
    put(name, std::string_view{text});
  }
  void put(std::string_view name, instant t) { put(name, format_rfc3339(t)); }
  void put(std::string_view name, bool b) {
    key(name);
    to_ += b ? "true" : "false";
  }
  template <std::integral Number> void put(std::string_view name, Number n) {
    key(name);
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, n).ptr;
    to_.append(digits, end);
  }
  template <class T>
  void put(std::string_view name, const std::optional<T> &maybe) {
    if (maybe) return put(name, *maybe);
    key(name);
    to_ += "null";
  }
  void put(std::string_view name, const std::vector<std::string> &texts) {
    key(name);
    to_ += '[';
    for (const auto &text : texts) {
      if (&text != texts.data()) to_ += ',';
      append_quoted(to_, text);
    }
    to_ += ']';
  }
  template <class T, class Write>
  void object(std::string_view name, const T &what, Write write) {
    key(name);
    text_writer inner{to_};
    write(inner, what);
  }
  template <optional_like Maybe, class Write>
  void object(std::string_view name, const Maybe &maybe, Write write) {
    if (maybe) return object(name, *maybe, write);
    key(name);
    to_ += "null";
  }
  template <class Range, class Write>
  void list(std::string_view name, const Range &range, Write write) {
    key(name);
    to_ += '[';
    bool first = true;
    for (const auto &member : range) {
      if (!first) to_ += ',';
      first = false;
      text_writer inner{to_};
      write(inner, member);
    }
    to_ += ']';
  }

private:
  /// Appends a member's name, which is ours and needs no escaping.
  void key(std::string_view name) {
    to_ += first_ ? "\"" : ",\"";
    first_ = false;
    to_ += name;
    to_ += "\":";
  }

  std::string &to_;
  bool first_ = true;
};

}  // namespace recapd::workflows
