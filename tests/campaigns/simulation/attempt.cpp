// SPDX-License-Identifier: Apache-2.0
#include "attempt.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace recapd::simulation {

namespace {

int wait_for(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      throw std::system_error{errno, std::generic_category(), "waitpid"};
  return status;
}

}  // namespace

fate run_apart(black_box &box, const std::function<int()> &work) {
  std::cout.flush();
  const auto child = fork();
  if (child < 0)
    throw std::system_error{errno, std::generic_category(), "fork"};
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::exit(work());
  }
  const int status = wait_for(child);
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return {.status = 1,
            .crash = "crashed: signal " + std::to_string(signal) + ", "
                     + strsignal(signal)};
  }
  const int exit_status = WEXITSTATUS(status);
  if (box.ended()) return {.status = exit_status, .crash = std::nullopt};
  return {.status = 1,
          .crash =
              "crashed: ended with exit status " + std::to_string(exit_status)};
}

run_result run_traced(black_box &box, std::uint64_t seed, const plan &p,
                      const std::function<void(const std::string &)> &also) {
  box.begin(seed);
  return world{seed, p,
               [&](const std::string &line) {
                 box.add(line);
                 if (also) also(line);
               }}
      .run();
}

std::optional<std::string> failure_of(black_box &box, std::uint64_t seed,
                                      const plan &p) {
  box.begin(seed);
  const auto child = run_apart(box, [&] {
    const auto result = run_traced(box, seed, p);
    box.end(result.violations.empty() ? "" : result.violations.front());
    return 0;
  });
  if (child.crash) return child.crash;
  auto violation = box.result();
  if (violation.empty()) return std::nullopt;
  return violation;
}

}  // namespace recapd::simulation
