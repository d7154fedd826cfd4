// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/head.hpp"

#include <algorithm>
#include <cstdint>

#include "config/places.hpp"
#include "gateway/wire/text.hpp"

namespace recapd::gateway::http {
namespace {

constexpr std::string_view version_form = "HTTP/d.d";

bool digit(char c) {
  return c >= '0' && c <= '9';
}

/// Returns true for a control character; bytes of UTF-8 are none.
bool control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

bool token_char(char c) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (marks.find(c) != std::string_view::npos);
}

/// Returns the values of all fields of that name, without blanks around them.
std::vector<std::string_view> values_of(header_list fields,
                                        std::string_view name) {
  std::vector<std::string_view> out;
  for (const auto &[key, value] : fields)
    if (equal_no_case(key, name)) out.push_back(trim(value));
  return out;
}

const char *wrong_length(header_list fields, unsigned version) {
  const auto encodings = values_of(fields, "transfer-encoding");
  const auto lengths = values_of(fields, "content-length");
  if (encodings.size() > 1
      || (encodings.size() == 1 && !equal_no_case(encodings[0], "chunked")))
    return "Transfer-Encoding: expected chunked alone.";
  if (!encodings.empty() && version < 11)
    return "Transfer-Encoding: HTTP/1.0 has none.";
  if (!encodings.empty() && !lengths.empty())
    return "Expected either Transfer-Encoding or Content-Length.";
  if (lengths.size() > 1) return "Content-Length: expected once.";
  if (lengths.size() == 1 && !parse_integer<std::uint64_t>(lengths[0]))
    return "Content-Length: expected a decimal number.";
  return nullptr;
}

const char *wrong_host(header_list fields, const target &to) {
  const auto hosts = values_of(fields, "host");
  if (hosts.size() != 1) return "Host: expected exactly one.";
  const auto host = config::parse_authority(hosts[0]);
  if (!host) return "Host: expected a host and perhaps a port.";
  if (to.at && to.at != host)
    return "The request target names another host than Host.";
  return nullptr;
}

/// Returns what is wrong with fields of which two readers could take different
/// ones, or null.
const char *twice(header_list fields) {
  if (values_of(fields, "authorization").size() > 1)
    return "Authorization: expected once.";
  if (values_of(fields, "content-type").size() > 1)
    return "Content-Type: expected once.";
  return nullptr;
}

}  // namespace

head_scanner::progress head_scanner::scan(std::string_view bytes) {
  while (at_ != place::whole && seen_ < bytes.size()) {
    if (!take(bytes[seen_])) return progress::broken;
    ++seen_;
    if (at_ != place::whole && seen_ >= max_head_bytes) {
      refuse(431, "The header may have at most 16 KiB.");
      return progress::broken;
    }
  }
  return at_ == place::whole ? progress::whole : progress::more;
}

response head_scanner::refusal() const {
  switch (status_) {
  case 414:
  case 431:
    return problem(status_, "too-large", why_);
  case 505:
    return problem(status_, "http-version", why_);
  default:
    return bad_request(why_);
  }
}

bool head_scanner::refuse(unsigned status, const char *why) {
  status_ = status;
  why_ = why;
  return false;
}

bool head_scanner::expect(bool right, place to, const char *otherwise) {
  return right ? go(to) : refuse(400, otherwise);
}

bool head_scanner::take(char c) {
  constexpr auto line_end = "Lines of the header end with CR LF.";
  switch (at_) {
  case place::begin:
    if (c == '\r' && seen_ == 0) return go(place::skipped_line);
    [[fallthrough]];
  case place::method:
    return take_method(c);
  case place::skipped_line:
    skipped_ = seen_ + 1;
    return expect(c == '\n', place::begin, line_end);
  case place::target_begin:
  case place::target:
    return take_target(c);
  case place::version:
    return take_version(c);
  case place::line_end:
    if (c == '\n' && !known_version_)
      return refuse(505, "The node speaks HTTP/1.1.");
    return expect(c == '\n', place::field_begin, line_end);
  case place::value_end:
    return expect(c == '\n', place::field_begin, line_end);
  case place::last_end:
    return expect(c == '\n', place::whole, line_end);
  default:
    return take_field(c);
  }
}

bool head_scanner::take_method(char c) {
  if (token_char(c)) return go(place::method);
  return expect(c == ' ' && at_ == place::method, place::target_begin,
                "The request is not HTTP/1.1.");
}

bool head_scanner::take_target(char c) {
  if (c == ' ' && at_ == place::target) {
    length_ = 0;
    return go(place::version);
  }
  if (control(c) || c == ' ' || c == '#' || static_cast<unsigned char>(c) > 127)
    return refuse(400, "The request target is broken.");
  if (++length_ > max_target_bytes)
    return refuse(414, "The request target may have at most 8 KiB.");
  return go(place::target);
}

bool head_scanner::take_version(char c) {
  constexpr auto wrong = "The request is not HTTP/1.1.";
  if (length_ == version_form.size())
    return expect(c == '\r', place::line_end, wrong);
  const char form = version_form[length_];
  if (form == 'd' ? !digit(c) : c != form) return refuse(400, wrong);
  if (length_ == 5) known_version_ = c == '1';
  if (length_ == 7) known_version_ = known_version_ && c <= '1';
  ++length_;
  return true;
}

bool head_scanner::take_field(char c) {
  if (at_ == place::value) {
    if (c == '\r') return go(place::value_end);
    return expect(c == '\t' || !control(c), place::value,
                  "A header field has a control character.");
  }
  if (at_ == place::field_begin) {
    if (c == '\r') return go(place::last_end);
    if (c == ' ' || c == '\t')
      return refuse(400, "Header lines may not be folded.");
  }
  if (token_char(c)) return go(place::name);
  return expect(c == ':' && at_ == place::name, place::value,
                "A header field has no name, or something between the name "
                "and the colon.");
}

std::optional<response> check_framing(header_list fields, unsigned version,
                                      const target &to) {
  const auto *why = wrong_length(fields, version);
  if (why == nullptr) why = wrong_host(fields, to);
  if (why == nullptr) why = twice(fields);
  if (why == nullptr) return std::nullopt;
  return bad_request(why);
}

}  // namespace recapd::gateway::http
