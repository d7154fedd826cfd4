// SPDX-License-Identifier: Apache-2.0
#include "workflows/disbursements.hpp"

#include <array>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <cstdio>

#include "workflows/names.hpp"

namespace recapd::workflows {

namespace {

constexpr std::array<std::string_view, 2> way_names{"file", "http"};
constexpr std::array<std::string_view, 5> state_names{
    "open", "sent", "confirmed", "failed", "returned"};

constexpr std::string_view key_prefix = "disbursement:";
constexpr std::string_view runs_prefix = "disbursements-of:";
constexpr std::size_t longest_id = 64;

std::optional<std::string_view> behind(std::string_view prefix,
                                       std::string_view key) {
  if (!key.starts_with(prefix)) return std::nullopt;
  return key.substr(prefix.size());
}

/// Returns a digest of a text as an id.
std::string digest_id(std::string_view text) {
  // RFC 4122, version 5, in a namespace of recapd's own.
  static const boost::uuids::name_generator_sha1 make{
      boost::uuids::name_generator_sha1{boost::uuids::ns::url()}(
          "urn:recapd:disbursement")};
  return boost::uuids::to_string(make(text.data(), text.size()));
}

std::string two_digits(int number) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%02d", number);
  return text.data();
}

}  // namespace

std::string_view to_string(disbursement_way w) {
  return way_names.at(static_cast<std::size_t>(w));
}

std::optional<disbursement_way> parse_disbursement_way(std::string_view text) {
  return value_named<disbursement_way>(way_names, text);
}

std::string_view to_string(disbursement_status s) {
  return state_names.at(static_cast<std::size_t>(s));
}

std::optional<disbursement_status>
parse_disbursement_status(std::string_view text) {
  return value_named<disbursement_status>(state_names, text);
}

std::optional<disbursement_status>
parse_disbursement_result(std::string_view text) {
  const auto s = parse_disbursement_status(text);
  return s == disbursement_status::open ? std::nullopt : s;
}

std::optional<int> parse_minute_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  int digits[4];
  for (std::size_t i = 0, n = 0; i < 5; ++i) {
    if (i == 2) continue;
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    digits[n++] = text[i] - '0';
  }
  const int hour = 10 * digits[0] + digits[1];
  const int minute = 10 * digits[2] + digits[3];
  if (hour > 23 || minute > 59) return std::nullopt;
  return 60 * hour + minute;
}

std::string minute_of_day_name(int minute) {
  return two_digits(minute / 60) + ":" + two_digits(minute % 60);
}

instant next_run(const disbursement_rules &r, std::string_view zone,
                 instant after) {
  // A day more, as the moment of the first may be over.
  for (int day = local_day(after, zone);; ++day) {
    if (iso_weekday(day) != r.on) continue;
    const auto at = local_moment(day, r.at_minute, zone);
    if (at > after) return at;
  }
}

std::optional<instant> due_run(const disbursement_rules &r,
                               std::string_view zone, instant after,
                               instant now) {
  if (next_run(r, zone, after) > now) return std::nullopt;
  // The runs of the last days: the last of them is due.
  auto at = next_run(r, zone, std::max(after, now - std::chrono::days{8}));
  for (auto next = at; next <= now; next = next_run(r, zone, next))
    at = next;
  return at;
}

std::string run_id(std::string_view program, std::string_view zone,
                   instant at) {
  const auto day = local_day(at, zone);
  const auto minute = std::chrono::duration_cast<std::chrono::minutes>(
                          at - local_moment(day, 0, zone))
                          .count();
  auto id = std::string{program} + "-" + day_name(day) + "-"
            + two_digits(static_cast<int>(minute / 60))
            + two_digits(static_cast<int>(minute % 60));
  return id.size() <= longest_id ? id : digest_id(id);
}

std::string disbursement_id(std::string_view run, std::string_view tutor,
                            std::string_view currency) {
  std::string text{run};
  text.append("/").append(tutor).append("/").append(currency);
  return digest_id(text);
}

std::string disbursement_key(std::string_view id) {
  return std::string{key_prefix}.append(id);
}

std::optional<std::string_view> disbursement_of(std::string_view key) {
  return behind(key_prefix, key);
}

std::string runs_key(std::string_view program) {
  return std::string{runs_prefix}.append(program);
}

std::optional<std::string_view> runs_of(std::string_view key) {
  return behind(runs_prefix, key);
}

std::string clearing_account(std::string_view program) {
  return "clearing:" + std::string{program};
}

}  // namespace recapd::workflows
