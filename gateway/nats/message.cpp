// SPDX-License-Identifier: Apache-2.0
#include "gateway/nats/message.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <vector>

#include "gateway/wire/strict_json.hpp"
#include "gateway/wire/text.hpp"
#include "storage/storable.hpp"

namespace recapd::gateway::nats {
namespace {

namespace json = boost::json;

constexpr std::size_t longest_subject = 255;

std::vector<std::string_view> tokens_of(std::string_view subject) {
  std::vector<std::string_view> tokens;
  for (;;) {
    const auto dot = subject.find('.');
    tokens.push_back(subject.substr(0, dot));
    if (dot == std::string_view::npos) return tokens;
    subject.remove_prefix(dot + 1);
  }
}

bool is_attribute(std::string_view header) {
  return header.size() > 3 && equal_no_case(header.substr(0, 3), "ce-");
}

bool is_binary(const message &m) {
  const auto media = parse_media_type(header_of(m, "content-type")).name;
  return !media.starts_with("application/cloudevents")
         && std::ranges::any_of(
             m.headers, [](const auto &h) { return is_attribute(h.first); });
}

decoded decode_binary_message(const message &m, const arrival &how) {
  const auto media = parse_media_type(header_of(m, "content-type")).name;
  if (!media.empty() && !json_media(media))
    return rejected{.detail = "content-type: expected application/json."};
  if (m.data.size() > max_event_bytes)
    return rejected{.detail = "The event is larger than 64 KiB."};
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  for (const auto &[name, value] : m.headers)
    headers.emplace_back(name, value);
  return decode_binary(headers, m.data, how);
}

decoded decode_structured_message(const message &m, const arrival &how) {
  const auto media = parse_media_type(header_of(m, "content-type")).name;
  if (media == "application/cloudevents-batch+json")
    return rejected{.detail = "A message carries one event, not a batch."};
  return decode_structured(m.data, how);
}

decoded decode_in_mode(const message &m, const arrival &how) {
  const auto charset = parse_media_type(header_of(m, "content-type")).charset;
  if (!charset.empty() && charset != "utf-8")
    return rejected{.detail = "content-type: the charset must be utf-8."};
  return is_binary(m) ? decode_binary_message(m, how)
                      : decode_structured_message(m, how);
}

/// Returns `replyto` as it stands in the event; empty without one, and a blank,
/// which is refused, where it is no text.
std::string replyto_of(const message &m) {
  if (is_binary(m))
    return attribute_value(header_of(m, "ce-replyto")).value_or(" ");
  // Most commands name none, and need not be parsed once more.
  if (m.data.find("\"replyto\"") == std::string::npos) return {};
  const auto event = parse_strict(m.data);
  if (!event.has_value() || !(*event).is_object()) return {};
  const auto *value = (*event).get_object().if_contains("replyto");
  if (value == nullptr || value->is_null()) return {};
  return value->is_string() ? std::string{value->get_string()} : " ";
}

}  // namespace

std::string_view header_of(const message &m, std::string_view name) {
  for (const auto &[key, value] : m.headers)
    if (equal_no_case(key, name)) return value;
  return {};
}

std::string_view session_in(std::string_view subject) {
  return subject.substr(subject.rfind('.') + 1);
}

std::optional<delivery> parse_delivery(std::string_view reply) {
  const auto t = tokens_of(reply);
  if (t.size() < 9 || t[0] != "$JS" || t[1] != "ACK") return std::nullopt;
  // Newer servers put the domain and the account before the stream.
  const std::size_t first = t.size() >= 11 ? 4 : 2;
  const auto stream_seq = parse_integer<std::uint64_t>(t[first + 3]);
  const auto consumer_seq = parse_integer<std::uint64_t>(t[first + 4]);
  const auto nanoseconds = parse_integer<std::int64_t>(t[first + 5]);
  if (!stream_seq || !consumer_seq || !nanoseconds) return std::nullopt;
  return delivery{.consumer = std::string{t[first + 1]},
                  .stream_seq = *stream_seq,
                  .consumer_seq = *consumer_seq,
                  .stored_at = workflows::instant{
                      std::chrono::duration_cast<workflows::instant::duration>(
                          std::chrono::nanoseconds{*nanoseconds})}};
}

unsigned partition_of(std::string_view session, unsigned partitions) {
  return workflows::bucket_of(session) % partitions;
}

command decode_message(const message &m, workflows::instant received_at) {
  const arrival how{.who = {},
                    .received_at = received_at,
                    .traceparent = header_of(m, "traceparent")};
  command out{decode_in_mode(m, how), replyto_of(m)};
  const auto refuse = [&out](std::string detail) {
    rejected r{.detail = std::move(detail)};
    if (out.command.has_value()) {
      r.source = (*out.command).source;
      r.id = (*out.command).id;
    }
    out.command = std::move(r);
  };
  if (!out.replyto.empty() && !valid_replyto(out.replyto)) {
    out.replyto.clear();
    if (out.command.has_value())
      refuse("replyto: expected a subject without wildcards that begins "
             "neither with $ nor with recapd.");
  }
  if (out.command.has_value()
      && (*out.command).session != session_in(m.subject))
    refuse("subject: the message was published for another session; expected "
           "recapd.commands. and the event's subject.");
  return out;
}

std::string letter_text(const message &m) {
  if (!is_binary(m)) return storage::storable(m.data);
  json::object event;
  for (const auto &[name, value] : m.headers) {
    if (!is_attribute(name)) continue;
    std::string attribute{name.substr(3)};
    std::ranges::transform(attribute, attribute.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    event[storage::storable(attribute)] =
        storage::storable(attribute_value(value).value_or(value));
  }
  if (const auto data = parse_strict(m.data); data.has_value())
    event["data"] = *data;
  else if (!m.data.empty())
    event["data"] = storage::storable(m.data);
  return json::serialize(event);
}

bool valid_replyto(std::string_view subject) {
  if (subject.size() > longest_subject || subject.starts_with('$')
      || subject.starts_with("recapd."))
    return false;
  const auto plain = [](unsigned char c) {
    return c > ' ' && c != 0x7F && c != '*' && c != '>';
  };
  return std::ranges::all_of(subject, plain)
         && std::ranges::none_of(tokens_of(subject), &std::string_view::empty);
}

}  // namespace recapd::gateway::nats
