// What workflows/time.hpp says of zones, for check_days.py: for each line
// `ZONE SECOND…` of standard input the day and week at each of the seconds
// since 1970, or `unknown`.
// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <sstream>

#include "workflows/time.hpp"

int main() {
  using namespace recapd::workflows;
  constexpr int monday = 1;
  for (std::string line; std::getline(std::cin, line); std::cout << '\n') {
    std::istringstream in{line};
    std::string zone;
    in >> zone;
    if (!known_time_zone(zone)) std::cout << "unknown";
    for (std::int64_t second = 0; in >> second;) {
      const auto day = local_day(instant{std::chrono::seconds{second}}, zone);
      std::cout << day_name(day) << '/' << week_name(week_thursday(day, monday))
                << ' ';
    }
  }
}
