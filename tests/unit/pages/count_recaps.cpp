// Prints how the engine counts recaps: of each line of JSON, an array of three
// texts, `CHARACTERS 0`, or `CHARACTERS 1` where it is too long.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <iostream>
#include <string>

#include "workflows/recap.hpp"

int main() {
  using recapd::workflows::recap;
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto parts = boost::json::parse(line);
    const auto part = [&](std::size_t i) {
      return std::string{parts.at(i).as_string()};
    };
    const auto figures =
        recapd::workflows::figures_of(recap{.topics_covered = part(0),
                                            .how_tutee_did = part(1),
                                            .next_steps = part(2)});
    std::cout << figures.characters << ' ' << figures.beyond << '\n';
  }
}
