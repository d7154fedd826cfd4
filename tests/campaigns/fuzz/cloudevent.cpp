// CloudEvents in: structured, batch and binary mode, and strict JSON itself.
//   s TEXT             one structured event; S: by a proven tutor:ann
//   b TEXT             a batch
//   h FIELDS \n\n BODY binary mode, `name: value` a line; H: as above
// SPDX-License-Identifier: Apache-2.0
#include "gateway/wire/cloudevent.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "gateway/wire/strict_json.hpp"
#include "gateway/wire/text.hpp"
#include "oracle.hpp"
#include "workflows/json/session.hpp"
#include "workflows/utf8.hpp"

namespace recapd::fuzz {
namespace {

namespace json = boost::json;
using namespace gateway;

constexpr std::size_t batch_limit = 8;

arrival arrival_of(bool proven) {
  arrival how{.who = {},
              .received_at = *workflows::parse_rfc3339("2026-11-23T14:30:00Z")};
  if (proven) how.who.proven = workflows::parse_person("tutor:ann");
  return how;
}

/// Ours takes what Boost.JSON takes, less what a database cannot hold.
void check_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = 32;
  json::error_code ec;
  const auto plain = json::parse(text, ec, {}, options);
  const auto strict = parse_strict(text);
  if (!strict.has_value()) {
    const auto &fault = strict.error();
    require(!fault.detail.empty(), "a fault has a sentence");
    require(fault.what != json_fault::kind::not_json || ec.failed(),
            "what is called no JSON is none", text);
    return;
  }
  require(!ec, "what is taken is JSON", text);
  require(*strict == plain, "both readers read the same", text);
  require(workflows::valid_utf8(text), "what is taken is valid UTF-8", text);
  const auto again = text_of(*strict);
  require(utf8(again) && workflows::valid_utf8(again), "no text is half a pair",
          again);
  require(parse_strict(again).has_value(), "what is written is taken", again);
}

void check_rejected(const rejected &r) {
  require(!r.detail.empty(), "a rejection says why");
  require(r.code == workflows::refusal_code::malformed
              || r.code == workflows::refusal_code::not_allowed,
          "a rejection is malformed or not-allowed");
  const auto outcome = text_of(outcome_of(r));
  require(parse_strict(outcome).has_value(), "an outcome is strict JSON",
          outcome);
}

json::object event_of(const actors::submission &s) {
  json::object e{{"specversion", "1.0"},
                 {"id", s.id},
                 {"source", s.source},
                 {"type", "recapd." + std::string{type_of(s.what)}},
                 {"subject", s.session},
                 {"authid", workflows::to_string(s.by)},
                 {"data", workflows::to_json(s.what)}};
  if (!s.traceparent.empty()) e["traceparent"] = s.traceparent;
  return e;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    (out += '%') += hex[byte >> 4U];
    out += hex[byte & 15U];
  }
  return out;
}

decoded decode_as_binary(const json::object &event, const arrival &how) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto &m : event)
    if (m.key() != "data")
      fields.emplace_back(
          "ce-" + std::string{m.key()},
          percent_encoded(std::string_view{m.value().get_string()}));
  std::vector<std::pair<std::string_view, std::string_view>> views;
  for (const auto &[name, value] : fields)
    views.emplace_back(name, value);
  return decode_binary(views, text_of(event.at("data")), how);
}

void require_same(const decoded &again, const actors::submission &s,
                  const std::string &text) {
  require(again.has_value(), "what was decoded is decoded again", text);
  const auto &a = *again;
  require(a.source == s.source && a.id == s.id && a.session == s.session
              && a.by == s.by && a.what == s.what
              && a.received_at == s.received_at
              && a.traceparent == s.traceparent && a.content == s.content,
          "decoded again it is the same", text);
}

void check_taken(const actors::submission &s, const arrival &how) {
  require(workflows::valid_id(s.session) && workflows::valid_id(s.by.id)
              && plain_text(s.source, 1024) && plain_text(s.id, 1024),
          "what is taken has an identity");
  require(s.received_at == how.received_at, "the receipt is the transport's");
  require(!how.who.proven || *how.who.proven == s.by,
          "nobody acts for another");
  require(s.traceparent == valid_traceparent(s.traceparent),
          "a trace context is one");
  const auto event = event_of(s);
  const auto text = text_of(event);
  // What is not escaped may be longer than the text that came.
  if (text.size() <= max_event_bytes)
    require_same(decode_structured(text, how), s, text);
  require_same(decode_as_binary(event, how), s, text);
}

void check(const decoded &d, const arrival &how) {
  if (d.has_value())
    check_taken(*d, how);
  else
    check_rejected(d.error());
}

void structured(std::string_view text, const arrival &how) {
  check_json(text);
  const auto d = decode_structured(text, how);
  check(d, how);
  if (!d.has_value() && text.size() <= max_event_bytes)
    require(!d.error().not_json || !parse_strict(text).has_value(),
            "what is called no JSON is none", text);
}

/// Returns true for equal values. Boost.JSON reads a number of many digits
/// otherwise near the end of a text: of those the last bits may differ.
bool alike(const json::value &a, const json::value &b) {
  if (a.is_double() && b.is_double())
    return a == b
           || std::abs(a.as_double() - b.as_double())
                  <= 1e-14 * std::abs(a.as_double());
  if (a.is_array() && b.is_array())
    return std::ranges::equal(a.as_array(), b.as_array(), alike);
  if (a.is_object() && b.is_object())
    return std::ranges::equal(
        a.as_object(), b.as_object(), [](const auto &one, const auto &other) {
          return one.key() == other.key() && alike(one.value(), other.value());
        });
  return a == b;
}

/// The slices of an array are its elements, whatever stands in them.
void batch(std::string_view text, const arrival &how) {
  const auto slices = split_array(text, batch_limit);
  const auto whole = parse_strict(text);
  const auto *elements = whole.has_value() ? (*whole).if_array() : nullptr;
  if (elements != nullptr) {
    require(slices.has_value(), "an array is split", text);
    require((*slices).size() == std::min(elements->size(), batch_limit + 1),
            "an array has as many slices as elements", text);
  }
  if (!slices.has_value()) return;
  bool all = (*slices).size() <= batch_limit;
  for (std::size_t i = 0; i < (*slices).size(); ++i) {
    const auto slice = (*slices)[i];
    const auto value = parse_strict(slice);
    all = all && value.has_value();
    if (elements != nullptr)
      require(value.has_value() && alike(*value, (*elements)[i]),
              "a slice is its element", slice);
    check(decode_structured(slice, how), how);
  }
  if (all && !whole.has_value())
    require(whole.error().what == json_fault::kind::not_taken,
            "elements make an array", text);
}

void binary(std::string_view text, const arrival &how) {
  std::vector<std::pair<std::string_view, std::string_view>> fields;
  while (!text.empty()) {
    const auto line = take_line(text);
    if (line.empty()) break;
    const auto colon = line.find(':');
    fields.emplace_back(line.substr(0, colon),
                        colon == line.npos ? "" : line.substr(colon + 1));
  }
  check(decode_binary(fields, text, how), how);
}

}  // namespace

void try_input(char mode, std::string_view rest) {
  const auto how = arrival_of(mode == 'S' || mode == 'H');
  if (mode == 's' || mode == 'S') structured(rest, how);
  if (mode == 'b') batch(rest, how);
  if (mode == 'h' || mode == 'H') binary(rest, how);
}

}  // namespace recapd::fuzz
