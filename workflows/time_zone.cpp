// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cctz/civil_time.h>
#include <cctz/time_zone.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <set>

#include "workflows/time.hpp"

namespace recapd::workflows {

namespace {

namespace fs = std::filesystem;

/// Returns the folder of the zones' files, which is cctz's, too.
fs::path zone_folder() {
  const char *named = std::getenv("TZDIR");
  return named != nullptr && *named != '\0' ? named : "/usr/share/zoneinfo";
}

bool holds_rules(const fs::path &file) {
  std::array<char, 4> magic{};
  return std::ifstream{file, std::ios::binary}.read(magic.data(), magic.size())
         && std::string_view{magic.data(), magic.size()} == "TZif";
}

/// Returns true for what lies beside IANA's names: the machine's own zone, the
/// rules for POSIX strings, and all zones once more without and with leap
/// seconds.
bool is_foreign(const fs::path &name) {
  constexpr std::array<std::string_view, 4> foreign{"localtime", "posixrules",
                                                    "posix", "right"};
  return std::find(foreign.begin(), foreign.end(), name.begin()->string())
         != foreign.end();
}

using name_set = std::set<std::string, std::less<>>;

name_set read_names() {
  name_set names;
  const auto folder = zone_folder();
  std::error_code failed;
  for (fs::recursive_directory_iterator at{folder, failed}, end;
       !failed && at != end; at.increment(failed)) {
    const auto name = at->path().lexically_relative(folder);
    if (is_foreign(name))
      at.disable_recursion_pending();
    else if (at->is_regular_file(failed) && holds_rules(at->path()))
      names.insert(name.generic_string());
  }
  return names;
}

/// Returns the zone of a name, UTC for one that the machine does not have (any
/// more). Each thread keeps the zones it met, so no command takes a lock.
const cctz::time_zone &zone_of(std::string_view name) {
  thread_local std::map<std::string, cctz::time_zone, std::less<>> zones;
  auto i = zones.find(name);
  if (i == zones.end()) {
    // Threads load one by one: what cctz makes for the first, all share.
    static std::mutex loading;
    const std::lock_guard lock{loading};
    auto zone = cctz::utc_time_zone();
    if (known_time_zone(name))
      (void)cctz::load_time_zone(std::string{name}, &zone);
    i = zones.emplace(std::string{name}, zone).first;
  }
  return i->second;
}

std::string read_version() {
  constexpr std::string_view before = "# version ";
  std::string line;
  if (std::getline(std::ifstream{zone_folder() / "tzdata.zi"}, line)
      && line.starts_with(before))
    return line.substr(before.size());
  return {};
}

}  // namespace

bool known_time_zone(std::string_view zone) {
  static const name_set names = read_names();
  return names.find(zone) != names.end();
}

std::string time_zone_version() {
  // Read once, as the names are; every probe asks for it.
  static const std::string version = read_version();
  return version;
}

int local_day(instant t, std::string_view zone) {
  const auto local =
      cctz::convert(std::chrono::floor<std::chrono::seconds>(t), zone_of(zone));
  return static_cast<int>(cctz::civil_day{local} - cctz::civil_day{1970, 1, 1});
}

instant local_moment(int day, int minute, std::string_view zone) {
  const auto date = cctz::civil_day{1970, 1, 1} + day;
  const cctz::civil_minute local{date.year(), date.month(), date.day(),
                                 minute / 60, minute % 60};
  const auto found = zone_of(zone).lookup(cctz::civil_second{local});
  return found.kind == cctz::time_zone::civil_lookup::SKIPPED ? found.trans
                                                              : found.pre;
}

}  // namespace recapd::workflows
