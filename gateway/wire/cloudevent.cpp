// SPDX-License-Identifier: Apache-2.0
#include "gateway/wire/cloudevent.hpp"

#include <algorithm>
#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "gateway/wire/digest.hpp"
#include "gateway/wire/strict_json.hpp"
#include "gateway/wire/text.hpp"
#include "workflows/json/session.hpp"
#include "workflows/utf8.hpp"

namespace recapd::gateway {
namespace {

namespace json = boost::json;
using workflows::refusal_code;

constexpr std::string_view type_prefix = "recapd.";
constexpr std::size_t max_identity_bytes = 1024;

/// The attributes that are read, in both content modes.
struct attributes {
  std::optional<std::string_view> specversion, id, source, type, subject, time,
      datacontenttype, authid, traceparent;
  const json::value *data = nullptr;
};

/// Returns the member that an attribute name stands for, or null.
std::optional<std::string_view> *find(attributes &a, std::string_view name) {
  using field = std::optional<std::string_view> attributes::*;
  static constexpr std::array<std::pair<std::string_view, field>, 9> fields{{
      {"specversion", &attributes::specversion},
      {"id", &attributes::id},
      {"source", &attributes::source},
      {"type", &attributes::type},
      {"subject", &attributes::subject},
      {"time", &attributes::time},
      {"datacontenttype", &attributes::datacontenttype},
      {"authid", &attributes::authid},
      {"traceparent", &attributes::traceparent},
  }};
  for (const auto &[known, member] : fields)
    if (known == name) return &(a.*member);
  return nullptr;
}

/// Checks attributes one after another; stops at the first that is wrong.
class reader {
public:
  reader(const attributes &a, const arrival &how) : a_{a}, how_{how} {}

  decoded run() {
    // What is `malformed` is looked for before what is `not-allowed`.
    if (identity() && envelope() && actor() && command() && permission()
        && program()) {
      out_.programs = how_.who.programs_as(out_.by.as);
      out_.content = content_digest(out_.what, out_.session, out_.by);
      return std::move(out_);
    }
    return reject();
  }

  /// Returns the rejection, with whatever of the identity is well-formed.
  rejected reject() const {
    rejected r{.code = code_, .detail = wrong_};
    r.type = a_.type.value_or("");
    if (a_.id && plain_text(*a_.id, max_identity_bytes))
      r.id = std::string{*a_.id};
    if (a_.source && plain_text(*a_.source, max_identity_bytes))
      r.source = std::string{*a_.source};
    return r;
  }

  bool fail(std::string sentence, refusal_code code = refusal_code::malformed) {
    wrong_ = std::move(sentence);
    code_ = code;
    return false;
  }

private:
  bool identity() {
    if (!a_.id || !plain_text(*a_.id, max_identity_bytes))
      return fail("id: expected a text of 1 to 1024 bytes without controls.");
    if (!a_.source || !plain_text(*a_.source, max_identity_bytes))
      return fail(
          "source: expected a text of 1 to 1024 bytes without controls.");
    out_.id = *a_.id;
    out_.source = *a_.source;
    return true;
  }

  bool envelope() {
    if (a_.specversion != "1.0") return fail("specversion: expected \"1.0\".");
    if (!a_.type || !a_.type->starts_with(type_prefix))
      return fail("type: expected recapd. and a command's name.");
    if (!a_.subject || !workflows::valid_id(*a_.subject))
      return fail("subject: expected a session's id, or a disbursement's, 1 to "
                  "64 of A-Z a-z 0-9 "
                  "_ -.");
    if (a_.time && !workflows::is_rfc3339(*a_.time))
      return fail("time: expected RFC 3339 with an offset.");
    if (a_.datacontenttype && !json_media(*a_.datacontenttype))
      return fail("datacontenttype: expected application/json.");
    out_.session = *a_.subject;
    out_.received_at = how_.received_at;
    const auto trace = valid_traceparent(a_.traceparent.value_or(""));
    out_.traceparent =
        trace.empty() ? valid_traceparent(how_.traceparent) : trace;
    return true;
  }

  static bool json_media(std::string_view text) {
    const auto media = parse_media_type(text);
    return media.name == "application/json" || media.name == "text/json"
           || media.name.ends_with("+json");
  }

  bool actor() {
    if (!a_.authid && how_.who.proven) {
      out_.by = *how_.who.proven;
      return true;
    }
    const auto by =
        a_.authid ? workflows::parse_person(*a_.authid) : std::nullopt;
    if (!by)
      return fail("authid: expected who acts, such as tutor:ID, student:ID, "
                  "support:ID or system:ID.");
    out_.by = *by;
    return true;
  }

  bool permission() {
    const auto &who = how_.who;
    if (!who.proven) return true;
    if (!a_.authid && !who.others.empty())
      return fail("authid: you have several roles; name the one you act in: "
                      + roles_of(who) + ".",
                  refusal_code::not_allowed);
    return (who.has_role(out_.by.as) && who.proven->id == out_.by.id)
           || fail("authid: it is not the person the bearer token belongs to.",
                   refusal_code::not_allowed);
  }

  static std::string roles_of(const caller &who) {
    std::string list;
    for (const auto &one : who.persons())
      (list += list.empty() ? "" : ", ") += workflows::to_string(one);
    return list;
  }

  bool program() {
    const auto *s = std::get_if<workflows::schedule_session>(&out_.what);
    return s == nullptr || how_.who.programs_as(out_.by.as).includes(s->program)
           || fail("data.program: the bearer token is not for this programme.",
                   refusal_code::not_allowed);
  }

  bool command() {
    static const json::value nothing;
    auto parsed =
        workflows::parse_command(a_.type->substr(type_prefix.size()),
                                 a_.data != nullptr ? *a_.data : nothing);
    if (!parsed.has_value()) return fail(parsed.error());
    out_.what = std::move(*parsed);
    if (std::holds_alternative<workflows::report_result>(out_.what))
      out_.session = workflows::disbursement_key(out_.session);
    return true;
  }

  const attributes &a_;
  const arrival &how_;
  actors::submission out_;
  std::string wrong_;
  refusal_code code_ = refusal_code::malformed;
};

decoded decode_object(const json::object &event, const arrival &how) {
  attributes a;
  std::string wrong;
  for (const auto &m : event) {
    const std::string_view name{m.key().data(), m.key().size()};
    if (name == "data") a.data = &m.value();
    if (name == "data_base64" && !m.value().is_null())
      wrong = "data_base64: expected the data as JSON in data.";
    auto *field = find(a, name);
    if (field == nullptr || m.value().is_null()) continue;
    if (const auto *text = m.value().if_string())
      *field = std::string_view{text->data(), text->size()};
    else if (wrong.empty() && name != "traceparent")
      wrong = std::string{name} + ": expected a text.";
  }
  reader r{a, how};
  if (wrong.empty()) return r.run();
  r.fail(std::move(wrong));
  return r.reject();
}

rejected rejected_text(const json_fault &fault) {
  return {.detail = fault.detail,
          .not_json = fault.what == json_fault::kind::not_json};
}

/// Returns what stands in quotes, where a backslash takes the next character as
/// it is; nothing where the quotes are broken.
std::optional<std::string> unquoted(std::string_view text) {
  if (text.size() < 2 || text.back() != '"') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') return std::nullopt;
    if (text[i] == '\\' && ++i == text.size()) return std::nullopt;
    out += text[i];
  }
  return out;
}

/// Reads the attributes out of `ce-*` fields; `store` owns the decoded values.
/// Returns what is wrong, if anything.
std::optional<std::string>
collect(header_list headers, std::vector<std::string> &store, attributes &a) {
  store.reserve(headers.size());
  for (const auto &[name, value] : headers) {
    if (name.size() < 4 || !equal_no_case(name.substr(0, 3), "ce-")) continue;
    std::string attribute{name.substr(3)};
    std::transform(attribute.begin(), attribute.end(), attribute.begin(),
                   [](unsigned char c) {
                     return static_cast<char>(
                         c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
                   });
    auto *field = find(a, attribute);
    if (field == nullptr) continue;
    auto text = attribute_value(value);
    if (!text)
      return "ce-" + attribute
             + ": expected percent-encoded UTF-8, perhaps in quotes.";
    if (*field) return "ce-" + attribute + ": expected once.";
    *field = store.emplace_back(std::move(*text));
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> attribute_value(std::string_view field) {
  field = trim(field);
  const auto plain =
      field.starts_with('"') ? unquoted(field) : std::string{field};
  if (!plain) return std::nullopt;
  auto text = percent_decode(*plain);
  if (!text || !workflows::valid_utf8(*text)
      || text->find('\0') != std::string::npos)
    return std::nullopt;
  return text;
}

decoded decode_structured(std::string_view text, const arrival &how) {
  if (!how.any_length && text.size() > max_event_bytes)
    return rejected{.detail = "The event is larger than 64 KiB."};
  std::array<unsigned char, 8192> scratch;
  json::monotonic_resource memory{scratch.data(), scratch.size()};
  const auto event = parse_strict(text, &memory);
  if (!event.has_value()) return rejected_text(event.error());
  if (const auto *object = (*event).if_object())
    return decode_object(*object, how);
  return rejected{.detail = "The event is not a JSON object."};
}

decoded decode_binary(header_list headers, std::string_view body,
                      const arrival &how) {
  attributes a;
  std::vector<std::string> store;
  const auto wrong = collect(headers, store, a);
  reader r{a, how};
  if (wrong) return r.fail(*wrong), r.reject();
  if (trim(body).empty()) return r.run();
  std::array<unsigned char, 8192> scratch;
  json::monotonic_resource memory{scratch.data(), scratch.size()};
  const auto data = parse_strict(body, &memory);
  if (!data.has_value()) {
    r.fail(data.error().detail);
    auto out = r.reject();
    out.not_json = data.error().what == json_fault::kind::not_json;
    return out;
  }
  a.data = &*data;
  return r.run();
}

std::string encode_structured(const actors::submission &command) {
  json::object event{
      {"specversion", "1.0"},
      {"id", command.id},
      {"source", command.source},
      {"type", std::string{type_prefix}
                   + std::string{workflows::type_of(command.what)}},
      {"subject", workflows::plain_id(command.session)},
      {"authid", workflows::to_string(command.by)},
      {"data", workflows::to_json(command.what)}};
  if (!command.traceparent.empty())
    event.emplace("traceparent", command.traceparent);
  return json::serialize(event);
}

json::object outcome_of(const rejected &r) {
  const auto text = [](const std::optional<std::string> &t) {
    return t ? json::value(*t) : json::value();
  };
  return {{"id", text(r.id)},
          {"source", text(r.source)},
          {"outcome", "refused"},
          {"duplicate", false},
          {"session", nullptr},
          {"refusals", json::array{workflows::to_json(workflows::refusal{
                           .code = r.code, .detail = r.detail})}}};
}

std::string_view valid_traceparent(std::string_view text) {
  constexpr std::string_view form =
      "00-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";
  if (text.size() != form.size()) return {};
  for (std::size_t i = 0; i < form.size(); ++i) {
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (form[i] == '-' ? c != '-' : !hex) return {};
  }
  if (text.starts_with("ff")
      || text.substr(3, 32).find_first_not_of('0') == std::string_view::npos
      || text.substr(36, 16).find_first_not_of('0') == std::string_view::npos)
    return {};
  return text;
}

}  // namespace recapd::gateway
