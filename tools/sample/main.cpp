// recapd-sample: plays a week of a campus against a node and reports.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "tools/sample/campus.hpp"
#include "tools/sample/names.hpp"
#include "tools/sample/player.hpp"
#include "tools/sample/report.hpp"

namespace recapd::sample {

namespace {

struct options {
  std::string url = "http://127.0.0.1:8080";
  std::string output = "table";
  int tutors = static_cast<int>(recapd::sample::tutors.size());
  std::uint64_t seed = 20261123;
};

/// Returns 00:00 UTC of the first Monday with a whole day before it.
instant next_monday(instant now) {
  using std::chrono::days;
  auto day = std::chrono::ceil<days>(now) + days{1};
  while (std::chrono::weekday{day} != std::chrono::Monday)
    day += days{1};
  return day;
}

int run(const options &o) {
  tools::client node{o.url, {}};
  campus planned{o.seed, o.tutors, next_monday(node_time(node))};
  const auto steps = planned.plan();
  name_people(node, planned.people());
  auto commands = play(node, steps, planned.end());
  const auto found = make_report(node, std::move(commands));
  if (o.output == "json")
    fmt::print("{}\n", json::serialize(to_json(found)));
  else
    print(found);
  return found.ledger_sum == 0 ? 0 : 1;
}

}  // namespace
}  // namespace recapd::sample

int main(int argc, char **argv) try {
  using namespace recapd;
  CLI::App app{
      "Plays a week of a campus against a node with a manual clock and "
      "auth.mode trusted, then reports.",
      "recapd-sample"};
  app.footer("Exit codes: 0 done; 1 the ledger does not sum to zero, or a "
             "request was refused; 2 wrong usage; 3 the node does not "
             "answer.");
  sample::options o;
  app.add_option("--url", o.url, "The node's address")
      ->envname("RECAPCTL_URL")
      ->capture_default_str();
  app.add_option("--tutors", o.tutors, "How many; each has eight sessions")
      ->check(CLI::Range(1, static_cast<int>(sample::tutors.size())))
      ->capture_default_str();
  app.add_option("--seed", o.seed, "Another seed, another week")
      ->capture_default_str();
  app.add_option("-o,--output", o.output, "table or json")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  return sample::run(o);
} catch (const recapd::tools::unreachable &e) {
  fmt::print(stderr, "recapd-sample: {}\n", e.what());
  return 3;
} catch (const std::exception &e) {
  fmt::print(stderr, "recapd-sample: {}\n", e.what());
  return 1;
}
