// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <vector>

#include "config/layers.hpp"

namespace recapd::config {

namespace json = boost::json;

namespace {

constexpr std::size_t max_depth = 16;

/// Looks at keys before they become members: of two equal ones Boost.JSON's
/// objects have only the last.
struct key_checker {
  static constexpr std::size_t max_object_size = 10'000;
  static constexpr std::size_t max_array_size = 10'000;
  static constexpr std::size_t max_key_size = 1'000;
  static constexpr std::size_t max_string_size = 100'000;
  using error_code = boost::system::error_code;

  std::vector<std::set<std::string, std::less<>>> keys;
  std::vector<std::string> path;  ///< the key being read, of each open object
  std::string partial;
  std::string twice;
  bool has_nul = false;

  /// Refuses a NUL, at which errors, libpq and file names would all end.
  bool text(json::string_view s, error_code &ec) {
    has_nul = s.find('\0') != json::string_view::npos;
    if (has_nul) ec = json::error::syntax;
    return !has_nul;
  }

  bool on_document_begin(error_code &) { return true; }
  bool on_document_end(error_code &) { return true; }
  bool on_object_begin(error_code &) {
    keys.emplace_back();
    path.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, error_code &) {
    keys.pop_back();
    path.pop_back();
    return true;
  }
  bool on_key_part(json::string_view s, std::size_t, error_code &ec) {
    if (!text(s, ec)) return false;
    partial.append(s.data(), s.size());
    return true;
  }
  bool on_key(json::string_view s, std::size_t, error_code &ec) {
    if (!text(s, ec)) return false;
    partial.append(s.data(), s.size());
    path.back() = partial;
    if (keys.back().insert(std::exchange(partial, {})).second) return true;
    for (const auto &key : path)
      twice += (twice.empty() ? "" : ".") + key;
    ec = json::error::syntax;
    return false;
  }
  bool on_array_begin(error_code &) { return true; }
  bool on_array_end(std::size_t, error_code &) { return true; }
  bool on_string_part(json::string_view s, std::size_t, error_code &ec) {
    return text(s, ec);
  }
  bool on_string(json::string_view s, std::size_t, error_code &ec) {
    return text(s, ec);
  }
  bool on_number_part(json::string_view, error_code &) { return true; }
  bool on_int64(std::int64_t, json::string_view, error_code &) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, error_code &) {
    return true;
  }
  bool on_double(double, json::string_view, error_code &) { return true; }
  bool on_bool(bool, error_code &) { return true; }
  bool on_null(error_code &) { return true; }
  bool on_comment_part(json::string_view, error_code &) { return true; }
  bool on_comment(json::string_view, error_code &) { return true; }
};

json::parse_options with_comments() {
  json::parse_options o;
  o.allow_comments = true;
  o.max_depth = max_depth;
  return o;
}

/// Returns the place of the byte at `offset`: `line 3, column 7`.
std::string place(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::ranges::count(before, '\n');
  const auto start = before.rfind('\n');
  const auto column =
      before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// Throws unless the text is one JSON value without a key written twice.
void check(std::string_view text) {
  json::basic_parser<key_checker> parser{with_comments()};
  boost::system::error_code ec;
  const auto read = parser.write_some(false, text.data(), text.size(), ec);
  if (!parser.handler().twice.empty())
    throw config_error{parser.handler().twice, "this key only once"};
  if (parser.handler().has_nul)
    throw config_error{place(text, read), "text without the character U+0000"};
  if (ec == json::error::too_deep)
    throw config_error{place(text, read), "less nesting"};
  if (!ec && read < text.size()) ec = json::error::extra_data;
  if (ec) throw config_error{place(text, read), "JSON (" + ec.message() + ")"};
}

}  // namespace

json::value parse_json(std::string_view text) {
  check(text);
  return json::parse(text, {}, with_comments());
}

json::object parse_file(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(3);
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return {};
  auto value = parse_json(text);
  if (!value.is_object())
    throw config_error{"the file", "an object, { \"node\": { … }, … }"};
  return std::move(value.as_object());
}

}  // namespace recapd::config
