// SPDX-License-Identifier: Apache-2.0
#include "gateway/wire/strict_json.hpp"

#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <cmath>
#include <cstring>

#include "workflows/utf8.hpp"

namespace recapd::gateway {
namespace {

namespace json = boost::json;
using json::error_code;
using kind = json_fault::kind;

constexpr std::size_t max_depth = 32;

/// Builds the value as Boost's own handler does, but counts the members it was
/// given (a value has only one of two equal ones) and stops at a NUL.
struct handler {
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  json::value_stack stack;
  std::size_t members = 0;
  bool has_nul = false;

  explicit handler(unsigned char *buffer, std::size_t size)
      : stack{{}, buffer, size} {}

  bool text(json::string_view s, error_code &ec) {
    if (s.empty() || std::memchr(s.data(), 0, s.size()) == nullptr) return true;
    has_nul = true;
    ec = json::error::syntax;
    return false;
  }

  bool on_document_begin(error_code &) { return true; }
  bool on_document_end(error_code &) { return true; }
  bool on_object_begin(error_code &) { return true; }
  bool on_object_end(std::size_t n, error_code &) {
    members += n;
    stack.push_object(n);
    return true;
  }
  bool on_array_begin(error_code &) { return true; }
  bool on_array_end(std::size_t n, error_code &) {
    stack.push_array(n);
    return true;
  }
  bool on_key_part(json::string_view s, std::size_t, error_code &ec) {
    if (!text(s, ec)) return false;
    stack.push_chars(s);
    return true;
  }
  bool on_key(json::string_view s, std::size_t, error_code &ec) {
    if (!text(s, ec)) return false;
    stack.push_key(s);
    return true;
  }
  bool on_string_part(json::string_view s, std::size_t, error_code &ec) {
    if (!text(s, ec)) return false;
    stack.push_chars(s);
    return true;
  }
  bool on_string(json::string_view s, std::size_t, error_code &ec) {
    if (!text(s, ec)) return false;
    stack.push_string(s);
    return true;
  }
  bool on_number_part(json::string_view, error_code &) { return true; }
  bool on_int64(std::int64_t i, json::string_view, error_code &) {
    stack.push_int64(i);
    return true;
  }
  bool on_uint64(std::uint64_t u, json::string_view, error_code &) {
    stack.push_uint64(u);
    return true;
  }
  bool on_double(double d, json::string_view, error_code &ec) {
    if (!std::isfinite(d)) {
      ec = json::error::exponent_overflow;
      return false;
    }
    stack.push_double(d);
    return true;
  }
  bool on_bool(bool b, error_code &) {
    stack.push_bool(b);
    return true;
  }
  bool on_null(error_code &) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, error_code &) { return true; }
  bool on_comment(json::string_view, error_code &) { return true; }
};

std::size_t count_members(const json::value &v) {
  std::size_t n = 0;
  if (const auto *o = v.if_object()) {
    n = o->size();
    for (const auto &m : *o)
      if (m.value().is_structured()) n += count_members(m.value());
  } else if (const auto *a = v.if_array()) {
    for (const auto &e : *a)
      if (e.is_structured()) n += count_members(e);
  }
  return n;
}

/// Returns the code unit of a `\\uXXXX` escape at `at`; -1 when there is none.
int escaped_unit(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text.substr(at, 2) != "\\u") return -1;
  int unit = 0;
  const auto *end = text.data() + at + 6;
  const auto [stop, ec] = std::from_chars(end - 4, end, unit, 16);
  return ec == std::errc{} && stop == end ? unit : -1;
}

/// Returns true if an escape is the first half of a surrogate pair and no
/// second half follows.
bool half_pair(std::string_view text) {
  const auto in = [](int unit, int low, int high) {
    return unit >= low && unit <= high;
  };
  for (std::size_t i = 0; (i = text.find('\\', i)) != text.npos;) {
    const auto unit = escaped_unit(text, i);
    if (in(unit, 0xD800, 0xDBFF)
        && !in(escaped_unit(text, i + 6), 0xDC00, 0xDFFF))
      return true;
    i += in(unit, 0xD800, 0xDBFF) ? 12 : 2;
  }
  return false;
}

json_fault fault_of(const error_code &ec, bool has_nul, std::string_view text) {
  if (has_nul)
    return {kind::not_taken, "Text holds the character NUL; remove it."};
  if (ec == json::error::too_deep)
    return {kind::not_taken, "The JSON is nested more than 32 levels deep."};
  if (ec == json::error::illegal_leading_surrogate
      || ec == json::error::illegal_trailing_surrogate
      || ec == json::error::expected_utf16_escape || half_pair(text))
    return {kind::not_taken, "Text holds half of a surrogate pair."};
  if (ec == json::error::exponent_overflow)
    return {kind::not_taken, "A number is too large."};
  if (!workflows::valid_utf8(text))
    return {kind::not_taken, "The text is not valid UTF-8."};
  return {kind::not_json, "The text is not JSON: " + ec.message() + "."};
}

/// Looks for the element boundaries of an array, byte by byte.
class splitter {
public:
  splitter(std::string_view text, std::size_t limit)
      : text_{text}, limit_{limit} {}

  bool run(std::vector<std::string_view> &found) {
    skip_space();
    if (!take('[')) return false;
    skip_space();
    if (take(']')) return at_end();
    for (;;) {
      skip_space();
      const auto begin = at_;
      if (!skip_element()) return false;
      auto end = at_;
      while (end > begin && space(text_[end - 1]))
        --end;
      if (end == begin) return false;
      found.push_back(text_.substr(begin, end - begin));
      if (found.size() > limit_) return true;
      if (take(']')) return at_end();
      if (!take(',')) return false;
    }
  }

private:
  static bool space(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }
  void skip_space() {
    while (at_ < text_.size() && space(text_[at_]))
      ++at_;
  }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool at_end() {
    skip_space();
    return at_ == text_.size();
  }

  bool skip_string() {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\')
        ++at_;
      else if (text_[at_] == '"')
        return ++at_, true;
    }
    return false;
  }

  /// Skips to the comma or bracket that ends the element at the array's level.
  /// Returns false where there is none.
  bool skip_element() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        if (!skip_string()) return false;
        continue;
      }
      if (depth == 0 && (c == ',' || c == ']')) return true;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') {
        if (depth == 0) return false;
        --depth;
      }
      ++at_;
    }
    return false;
  }

  std::string_view text_;
  std::size_t limit_;
  std::size_t at_ = 0;
};

}  // namespace

boost::system::result<json::value, json_fault>
parse_strict(std::string_view text, json::storage_ptr storage) {
  std::array<unsigned char, 4096> scratch;
  json::parse_options options;
  options.max_depth = max_depth;
  json::basic_parser<handler> parser{options, scratch.data(), scratch.size()};
  parser.handler().stack.reset(std::move(storage));
  error_code ec;
  const auto read = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && read < text.size()) ec = json::error::extra_data;
  if (ec) return fault_of(ec, parser.handler().has_nul, text);
  auto value = parser.handler().stack.release();
  if (count_members(value) != parser.handler().members)
    return json_fault{kind::not_taken,
                      "A member appears twice in one JSON object."};
  return value;
}

boost::system::result<std::vector<std::string_view>, json_fault>
split_array(std::string_view text, std::size_t limit) {
  std::vector<std::string_view> found;
  if (splitter{text, limit}.run(found)) return found;
  return json_fault{kind::not_json, "The text is not a JSON array."};
}

}  // namespace recapd::gateway
