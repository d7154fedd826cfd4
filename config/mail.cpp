// SPDX-License-Identifier: Apache-2.0
#include "config/mail.hpp"

#include <algorithm>

#include "config/places.hpp"
#include "config/secrets.hpp"
#include "workflows/time.hpp"

namespace recapd::config {

namespace json = boost::json;

namespace {

constexpr std::string_view place_of_id = "{id}";
constexpr std::chrono::seconds longest_digest = std::chrono::days{7};
constexpr const char *a_pattern =
    "an address with {id} in it once, such as {id}@example.edu";

/// Returns the pattern with an id in it; nothing where it has no place for one.
std::optional<std::string> filled(std::string_view pattern,
                                  std::string_view id) {
  const auto at = pattern.find(place_of_id);
  if (at == std::string_view::npos) return std::nullopt;
  return std::string{pattern.substr(0, at)} + std::string{id}
         + std::string{pattern.substr(at + place_of_id.size())};
}

/// Returns true for a pattern that makes an address of a short id and of one
/// that begins with a dash.
bool valid_pattern(std::string_view pattern) {
  if (pattern.empty()) return true;
  const auto made = filled(pattern, "-x");
  return made && !filled(*made, "") && workflows::valid_mailbox(*made);
}

setting pattern_row(const std::string &role, std::string &at,
                    std::string_view told) {
  return text("address." + role, at, told)
      .must([&at] { return valid_pattern(at); }, a_pattern);
}

setting mailbox_row(const std::string &key,
                    std::optional<workflows::mailbox> &at,
                    std::string_view told) {
  return parsed(
      key,
      [&at](std::string_view given) {
        at = workflows::parse_mailbox(given);
        return at || given.empty();
      },
      "an address such as recapd@example.edu or Recaps <recapd@example.edu>",
      [&at] { return at ? to_string(*at) : std::string{}; }, told);
}

setting quiet_row(mail &m) {
  constexpr const char *expected =
      "two times of day, such as [\"22:00\", \"07:00\"], or null";
  return {"quiet", shape::json,
          R"(`["22:00", "07:00"]` by each person's clocks: mail waits for the )"
          "morning, if no deadline is nearer; `null`: never",
          [&m](const json::value &given, const section &in) {
            m.quiet.reset();
            if (given.is_null()) return;
            const auto *list = given.if_array();
            if (list == nullptr || list->size() != 2)
              in.refuse("quiet", expected);
            std::optional<std::chrono::minutes> times[2];
            for (std::size_t i = 0; i < 2; ++i)
              if (const auto *one = (*list)[i].if_string())
                times[i] = workflows::parse_time_of_day(*one);
            if (!times[0] || !times[1] || *times[0] == *times[1])
              in.refuse("quiet", expected);
            m.quiet = {.from = *times[0], .to = *times[1]};
          },
          [&m]() -> json::value {
            if (!m.quiet) return nullptr;
            return json::array{
                json::string{workflows::format_time_of_day(m.quiet->from)},
                json::string{workflows::format_time_of_day(m.quiet->to)}};
          }};
}

setting digest_row(mail &m) {
  return parsed(
      "digest",
      [&m](std::string_view given) {
        const auto read = workflows::parse_duration(given);
        if (read) m.digest = *read;
        return read && m.digest <= longest_digest;
      },
      "a duration such as \"30m\", of at most a week",
      [&m] { return workflows::format_duration(m.digest); },
      "what is for one person within it is one mail");
}

}  // namespace

std::optional<smtp_server> parse_smtp_url(std::string_view url) {
  const bool tls = url.starts_with("smtps://");
  if (!tls && !url.starts_with("smtp://")) return std::nullopt;
  auto rest = url.substr(url.find("://") + 3);
  smtp_server out;
  const auto question = rest.find('?');
  if (question != std::string_view::npos) {
    if (tls || rest.substr(question) != "?tls=no") return std::nullopt;
    out.tls = smtp_server::encryption::never;
    rest = rest.substr(0, question);
  }
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    const auto before = rest.substr(0, at);
    const auto colon = before.find(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    out.user = percent_decoded(before.substr(0, colon));
    out.password = percent_decoded(before.substr(colon + 1));
    rest = rest.substr(at + 1);
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto host = parse_authority(rest);
  if (!host) return std::nullopt;
  const bool here = is_loopback(host->host);
  if (!tls && here && out.tls == smtp_server::encryption::must)
    out.tls = smtp_server::encryption::may;
  if (!out.user.empty() && out.tls == smtp_server::encryption::never && !here)
    return std::nullopt;
  out.url = (tls ? "smtps://" : "smtp://") + to_string(*host);
  return out;
}

std::string address_by_pattern(const mail &m, const workflows::person &who) {
  using workflows::role;
  if (who.as != role::tutor && who.as != role::student) return {};
  auto made = filled(
      who.as == role::tutor ? m.address.tutor : m.address.student, who.id);
  return made && workflows::valid_mailbox(*made) ? *made : std::string{};
}

std::vector<setting> mail_rows(mail &m, std::function<bool()> reachable) {
  const auto on = [&m] { return !m.smtp_url.empty(); };
  return {
      text("smtp_url", m.smtp_url,
           "`smtps://USER:PASSWORD@HOST:465`, or `smtp://…:587` with STARTTLS, "
           "which `?tls=no` does without; empty: no mail",
           without_secrets)
          .must(
              [&m, on] {
                return !on() || parse_smtp_url(m.smtp_url).has_value();
              },
              "a URL such as smtps://user:password@mail.example:465, where a "
              "password goes over TLS only")
          .must([on, reachable] { return !on() || reachable(); },
                "http.public_url besides, since mail has links to the pages"),
      text("ca", m.ca,
           "the server's authorities, a PEM file; empty: the system's"),
      mailbox_row("from", m.from, "`Recaps <recapd@example.edu>`: the sender")
          .must([&m, on] { return !on() || m.from.has_value(); },
                "the sender's address when mail.smtp_url is set"),
      mailbox_row("reply_to", m.reply_to,
                  "where answers go; empty: to the sender"),
      pattern_row("tutor", m.address.tutor,
                  "`{id}@example.edu`, of tutors who have no address of their "
                  "own (`PUT /v1/people/{who}`); empty: no mail to them"),
      pattern_row("student", m.address.student, "the same of students"),
      text("address.support", m.address.support,
           "support's one address; empty: no mail to support")
          .must(
              [&m] {
                return m.address.support.empty()
                       || (workflows::valid_mailbox(m.address.support)
                           && !filled(m.address.support, ""));
              },
              "an address such as help@example.edu"),
      quiet_row(m),
      digest_row(m),
      number("per_minute", m.per_minute, 1, 100'000, "mails at most"),
      text("templates", m.templates,
           "a folder with `KIND.mustache` files in place of those in "
           "`config/mail`"),
  };
}

}  // namespace recapd::config
