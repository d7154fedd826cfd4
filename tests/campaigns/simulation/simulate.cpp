// Runs the simulation: tools/simulate [--seeds N] [--seed S] [--minutes M].
// SPDX-License-Identifier: Apache-2.0
#include "simulate.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <spdlog/spdlog.h>

#include "planted.hpp"
#include "report.hpp"

namespace {

using namespace recapd;
using namespace recapd::simulation;

constexpr std::uint64_t usual_seeds = 100;

struct options {
  std::uint64_t seeds = 0;  ///< 0: what is usual
  std::uint64_t seed = 0;
  double minutes = 0;
  bool trace = false;
  bool twice = false;
  bool covers = false;
  bool explain = false;
  std::string commit = "unknown";

  /// Returns true if a planted bug is to be found, and that is all.
  [[nodiscard]] bool expects() const {
    return !planted_bug.empty() && !explain;
  }
  [[nodiscard]] origin from() const {
    return {.commit = commit,
            .again = planted_bug.empty() ? "tools/simulate"
                                         : "simulate_planted --plant "
                                               + planted_bug + " --explain"};
  }
};

run_result run_seed(black_box &box, std::uint64_t seed, bool traced) {
  std::function<void(const std::string &)> print;
  if (traced)
    print = [](const std::string &line) { std::cout << line << '\n'; };
  return run_traced(box, seed, make_plan(seed), print);
}

/// Runs the seed again and adds a violation to `first` if the runs differ.
void compare(black_box &box, std::uint64_t seed, run_result &first) {
  const auto second = run_seed(box, seed, false);
  if (first.fingerprint == second.fingerprint && first.lines == second.lines)
    return;
  first.violations.push_back("the same seed gave another trace ("
                             + std::to_string(first.lines) + " and "
                             + std::to_string(second.lines) + " lines)");
}

int found(std::uint64_t seed, const std::string &what) {
  std::cout << "planted " << planted_bug << " found by seed " << seed << ": "
            << what << std::endl;
  return 0;
}

std::uint64_t first_seed(const options &how) {
  if (how.seed > 0 || how.minutes <= 0) return std::max(how.seed, 1UL);
  const auto seed =
      std::uint64_t(std::chrono::system_clock::now().time_since_epoch().count()
                    / 1000 % 1'000'000'000);
  std::cout << "from seed " << seed << " on" << std::endl;
  return seed;
}

/// Prints the sums of all that ran, and returns the exit status.
int sum_up(const options &how, const tally &sums, std::uint64_t violations) {
  print_sums(sums, violations);
  if (how.expects()) {
    std::cout << "planted " << planted_bug << " was not found" << std::endl;
    return 1;
  }
  if (!how.covers) return violations == 0 ? 0 : 1;
  const auto missing = not_met(sums);
  for (const auto &what : missing)
    std::cout << "never came up: " << what << std::endl;
  return violations == 0 && missing.empty() ? 0 : 1;
}

int hunt(black_box &box, const options &how) {
  const auto end =
      std::chrono::steady_clock::now()
      + std::chrono::duration_cast<std::chrono::seconds>(
          std::chrono::duration<double, std::ratio<60>>{how.minutes});
  auto seed = first_seed(how);
  const auto usual = how.seed > 0 ? 1 : usual_seeds;
  const auto count = how.seeds > 0 ? how.seeds : usual;
  tally sums;
  std::uint64_t violations = 0;
  for (std::uint64_t i = 0;
       how.minutes > 0 ? std::chrono::steady_clock::now() < end : i < count;
       ++i, ++seed) {
    auto result = run_seed(box, seed, how.trace);
    if (how.twice) compare(box, seed, result);
    sums.add(result.counted);
    if (result.violations.empty()) continue;
    violations += result.violations.size();
    if (how.expects()) return found(seed, result.violations.front());
    explain(box, seed, result.violations, result.last_steps, how.from());
    break;
  }
  return sum_up(how, sums, violations);
}

/// Runs `hunt` in a child, so that a crash can be reported.
int hunt_apart(const options &how) {
  black_box box;
  const auto child = run_apart(box, [&] {
    const int status = hunt(box, how);
    box.end("");
    return status;
  });
  if (!child.crash) return child.status;
  if (how.expects()) return found(box.seed(), *child.crash);
  explain(box, box.seed(), {*child.crash}, box.last_steps(), how.from());
  return 1;
}

}  // namespace

int recapd::simulation::simulate(int argc, char **argv, bool plants_bugs) {
  options how;
  CLI::App app{"Deterministic simulation of recapd: one process, one thread, "
               "virtual time; same seed, same trace. A seed that fails or "
               "crashes is printed with its commit, its last 50 steps and the "
               "fewest commands that still make it fail."};
  app.add_option("--seeds", how.seeds,
                 "how many seeds, from 1 or --seed on; 100 unless it is given");
  app.add_option("--seed", how.seed, "this seed alone, or to begin with");
  app.add_option("--minutes", how.minutes,
                 "as many seeds as go into so many minutes");
  app.add_flag("--trace", how.trace, "print every step");
  app.add_flag("--twice", how.twice, "run each seed twice, compare the traces");
  app.add_flag("--covers", how.covers,
               "fail unless every event, refusal, notification and fault came "
               "up");
  if (plants_bugs) {
    app.add_option("--plant", planted_bug,
                   "plant this bug and expect it to be found");
    app.add_flag("--explain", how.explain,
                 "report the planted bug as any other, and fail");
  }
  app.add_option("--commit", how.commit, "the commit to name when one fails");
  CLI11_PARSE(app, argc, argv);
  spdlog::set_level(spdlog::level::off);
  return hunt_apart(how);
}
