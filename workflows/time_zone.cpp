// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>

#include <unicode/strenum.h>
#include <unicode/timezone.h>

#include "workflows/time.hpp"

namespace recapd::workflows {

namespace {

/// What ICU knows besides IANA's names: its own short names and aliases.
/// Several of them mean other zones elsewhere (`IST`, `CST`), so they are
/// refused rather than guessed.
constexpr std::array<std::string_view, 40> not_iana{"ACT",
                                                    "AET",
                                                    "AGT",
                                                    "ART",
                                                    "AST",
                                                    "BET",
                                                    "BST",
                                                    "CAT",
                                                    "CNT",
                                                    "CST",
                                                    "CTT",
                                                    "EAT",
                                                    "ECT",
                                                    "IET",
                                                    "IST",
                                                    "JST",
                                                    "MIT",
                                                    "NET",
                                                    "NST",
                                                    "PLT",
                                                    "PNT",
                                                    "PRT",
                                                    "PST",
                                                    "SST",
                                                    "VST",
                                                    "SystemV/AST4",
                                                    "SystemV/AST4ADT",
                                                    "SystemV/CST6",
                                                    "SystemV/CST6CDT",
                                                    "SystemV/EST5",
                                                    "SystemV/EST5EDT",
                                                    "SystemV/HST10",
                                                    "SystemV/MST7",
                                                    "SystemV/MST7MDT",
                                                    "SystemV/PST8",
                                                    "SystemV/PST8PDT",
                                                    "SystemV/YST9",
                                                    "SystemV/YST9YDT",
                                                    "Canada/East-Saskatchewan",
                                                    "US/Pacific-New"};

using name_set = std::set<std::string, std::less<>>;

name_set read_names() {
  name_set names;
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::StringEnumeration> all{
      icu::TimeZone::createEnumeration(status)};
  while (all && U_SUCCESS(status)) {
    std::int32_t length = 0;
    const char *name = all->next(&length, status);
    if (name == nullptr) break;
    names.emplace(name, static_cast<std::size_t>(length));
  }
  for (auto name : not_iana)
    if (const auto i = names.find(name); i != names.end()) names.erase(i);
  return names;
}

/// Each thread keeps the zones it met: no lock on the way of a command.
const icu::TimeZone &zone_of(std::string_view name) {
  using table =
      std::map<std::string, std::unique_ptr<icu::TimeZone>, std::less<>>;
  thread_local table zones;
  auto i = zones.find(name);
  if (i == zones.end()) {
    const auto id = icu::UnicodeString::fromUTF8(
        icu::StringPiece{name.data(), static_cast<std::int32_t>(name.size())});
    i = zones
            .emplace(std::string{name},
                     std::unique_ptr<icu::TimeZone>{
                         icu::TimeZone::createTimeZone(id)})
            .first;
  }
  return *i->second;
}

}  // namespace

bool known_time_zone(std::string_view zone) {
  static const name_set names = read_names();
  return names.find(zone) != names.end();
}

int local_day(instant t, std::string_view zone) {
  using std::chrono::milliseconds;
  const auto utc = std::chrono::floor<milliseconds>(t).time_since_epoch();
  std::int32_t standard_ms = 0;
  std::int32_t saving_ms = 0;
  UErrorCode status = U_ZERO_ERROR;
  zone_of(zone).getOffset(static_cast<UDate>(utc.count()), 0, standard_ms,
                          saving_ms, status);
  // Only a broken installation of ICU gets here; no day could be trusted.
  if (U_FAILURE(status)) std::abort();
  const auto local = utc + milliseconds{standard_ms} + milliseconds{saving_ms};
  return static_cast<int>(std::chrono::floor<std::chrono::days>(local).count());
}

}  // namespace recapd::workflows
