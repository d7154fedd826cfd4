// Runs the simulation: tools/simulate [--seeds N] [--seed S] [--minutes M].
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "shrink.hpp"
#include "workflows/planted.hpp"
#include "workflows/session_json.hpp"

namespace {

using namespace recapd;
using namespace recapd::simulation;

constexpr int most_shrinking_runs = 150;

/// Seen by the handler of a crash.
volatile std::sig_atomic_t current_seed = 0;

extern "C" void on_crash(int signal) {
  std::array<char, 96> text{};
  const int n = std::snprintf(text.data(), text.size(),
                              "\nsimulate: crashed in seed %ld (signal %d)\n",
                              long(current_seed), signal);
  if (n > 0 && write(STDERR_FILENO, text.data(), std::size_t(n)) < 0) _exit(3);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

struct options {
  std::uint64_t seeds = 100;
  std::uint64_t seed = 0;
  double minutes = 0;
  bool trace = false;
  bool twice = false;
  bool covers = false;
  std::string plant;
  std::string commit = "unknown";
};

run_result run_seed(std::uint64_t seed, bool traced) {
  current_seed = std::sig_atomic_t(seed);
  std::function<void(const std::string &)> print;
  if (traced)
    print = [](const std::string &line) { std::cout << line << '\n'; };
  return world{seed, make_plan(seed), print}.run();
}

void explain(std::uint64_t seed, const run_result &failed, const options &how) {
  std::cout << "seed " << seed << " of commit " << how.commit << " FAILED:\n";
  for (const auto &v : failed.violations)
    std::cout << "  " << v << '\n';
  std::cout << "the last " << failed.last_steps.size() << " steps:\n";
  for (const auto &line : failed.last_steps)
    std::cout << "  " << line << '\n';
  const auto least = shrink(seed, make_plan(seed), failed, most_shrinking_runs);
  std::cout << "fails with " << least.smallest.commands.size()
            << " commands too: " << least.result.violations.front() << '\n';
  for (const auto &c : least.smallest.commands)
    std::cout << "  " << workflows::format_rfc3339(c.at) << ' '
              << describe(c.what) << '\n';
  std::cout << "again: tools/simulate --seed " << seed << " --trace"
            << std::endl;
}

/// Nothing if both runs were the same.
void compare(std::uint64_t seed, run_result &first) {
  const auto second = run_seed(seed, false);
  if (first.fingerprint == second.fingerprint && first.lines == second.lines)
    return;
  first.violations.push_back("the same seed gave another trace ("
                             + std::to_string(first.lines) + " and "
                             + std::to_string(second.lines) + " lines)");
}

template <std::size_t... I>
std::vector<std::string> every_event(std::index_sequence<I...>) {
  using workflows::event_body;
  return {std::string{workflows::type_of(
      event_body{std::variant_alternative_t<I, event_body>{}})}...};
}

/// Every event and refusal (`malformed` never gets as far as the actors), every
/// one of the journal's refusals, and what several nodes meet, that did not
/// come up.
std::vector<std::string> not_met(const tally &sums) {
  auto wanted = every_event(
      std::make_index_sequence<std::variant_size_v<workflows::event_body>>{});
  using workflows::refusal_code;
  for (auto code = int(refusal_code::id_reused);
       code <= int(refusal_code::pair_daily_limit); ++code)
    wanted.emplace_back(workflows::to_string(refusal_code(code)));
  for (const auto *fault :
       {"version_conflict", "duplicate_command", "limit_conflict"})
    wanted.emplace_back(fault);
  wanted.emplace_back("duplicate");
  for (const auto *what : {"forwarded", "lease_lost", "stale_written",
                           "stale_refused", "cut_off", "drained", "resharded",
                           "broker_lost", "parcel_lost", "parcel_redelivered"})
    wanted.emplace_back(what);
  std::erase_if(wanted, [&](const auto &what) {
    return sums.met.contains(what) || sums.faults.contains(what);
  });
  return wanted;
}

void print_sums(const tally &sums, std::uint64_t violations) {
  std::cout << "steps=" << sums.steps << " commits=" << sums.commits;
  for (const auto &[kind, n] : sums.faults)
    std::cout << ' ' << kind << '=' << n;
  std::cout << '\n';
  for (const auto &[what, n] : sums.met)
    std::cout << what << '=' << n << ' ';
  const auto hours =
      std::chrono::duration_cast<std::chrono::hours>(sums.virtual_time);
  std::cout << "\nsimulated seeds=" << sums.seeds
            << " sessions=" << sums.sessions << " commands=" << sums.commands
            << " faults=" << sums.all_faults()
            << " virtual_hours=" << hours.count()
            << " violations=" << violations << std::endl;
}

int hunt(const options &how) {
  const auto end =
      std::chrono::steady_clock::now()
      + std::chrono::duration_cast<std::chrono::seconds>(
          std::chrono::duration<double, std::ratio<60>>{how.minutes});
  std::uint64_t seed = how.seed > 0 ? how.seed : 1;
  if (how.minutes > 0 && how.seed == 0) {
    seed = std::uint64_t(
        std::chrono::system_clock::now().time_since_epoch().count() / 1000
        % 1'000'000'000);
    std::cout << "from seed " << seed << " on" << std::endl;
  }
  const auto count = how.seed > 0 && how.minutes <= 0 ? 1 : how.seeds;
  tally sums;
  std::uint64_t violations = 0;
  for (std::uint64_t i = 0;
       how.minutes > 0 ? std::chrono::steady_clock::now() < end : i < count;
       ++i, ++seed) {
    auto result = run_seed(seed, how.trace);
    if (how.twice) compare(seed, result);
    sums.add(result.counted);
    if (result.violations.empty()) continue;
    violations += result.violations.size();
    if (!how.plant.empty()) {
      std::cout << "planted " << how.plant << " found by seed " << seed << ": "
                << result.violations.front() << std::endl;
      return 0;
    }
    explain(seed, result, how);
    break;
  }
  print_sums(sums, violations);
  if (!how.plant.empty()) {
    std::cout << "planted " << how.plant << " was not found" << std::endl;
    return 1;
  }
  if (!how.covers) return violations == 0 ? 0 : 1;
  const auto missing = not_met(sums);
  for (const auto &what : missing)
    std::cout << "never came up: " << what << std::endl;
  return violations == 0 && missing.empty() ? 0 : 1;
}

bool plant(const std::string &name) {
  if (name.empty()) return true;
#ifdef RECAPD_PLANT_BUGS
  planted_bug = name;
  return true;
#else
  return false;
#endif
}

}  // namespace

int main(int argc, char **argv) {
  options how;
  CLI::App app{"Deterministic simulation of recapd: one process, one thread, "
               "virtual time; same seed, same trace"};
  app.add_option("--seeds", how.seeds, "how many seeds, from 1 on")
      ->capture_default_str();
  app.add_option("--seed", how.seed, "this seed alone, or to begin with");
  app.add_option("--minutes", how.minutes,
                 "as many seeds as go into so many minutes");
  app.add_flag("--trace", how.trace, "print every step");
  app.add_flag("--twice", how.twice, "run each seed twice, compare the traces");
  app.add_flag("--covers", how.covers,
               "fail unless every event and refusal came up");
  app.add_option("--plant", how.plant,
                 "plant this bug and expect it to be found (test builds)");
  app.add_option("--commit", how.commit, "the commit to name when one fails");
  CLI11_PARSE(app, argc, argv);
  if (!plant(how.plant)) {
    std::cerr << "simulate: this build has no bugs to plant; use "
                 "simulate_planted\n";
    return 2;
  }
  spdlog::set_level(spdlog::level::off);
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE})
    std::signal(signal, on_crash);
  return hunt(how);
}
