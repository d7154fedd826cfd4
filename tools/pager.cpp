// SPDX-License-Identifier: Apache-2.0
#include "tools/pager.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/terminal.hpp"

namespace recapd::tools {

namespace {

std::string wanted() {
  for (const char *name : {"RECAPCTL_PAGER", "PAGER"})
    if (const char *value = std::getenv(name)) return value;
  return "less";
}

[[noreturn]] void become(const std::string &program, int input) {
  dup2(input, STDIN_FILENO);
  // Ends by itself where all fits the screen, leaves it there, knows colours.
  setenv("LESS", "FRX", 0);
  const auto line = "command -v " + program.substr(0, program.find(' '))
                    + " >/dev/null && exec " + program + " || exec cat";
  execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
  _exit(127);
}

}  // namespace

pager::pager() {
  // Both look at the terminal, which is hidden from here on.
  const bool terminal = terminal_width().has_value();
  (void)colourful();
  const auto program = wanted();
  if (!terminal || program.empty() || program == "cat") return;
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return;
  std::fflush(stdout);
  child_ = fork();
  if (child_ == 0) {
    close(ends[1]);
    become(program, ends[0]);
  }
  close(ends[0]);
  if (child_ > 0) {
    dup2(ends[1], STDOUT_FILENO);
    // Who leaves the pager early wants no more.
    std::signal(SIGPIPE, SIG_IGN);
  }
  close(ends[1]);
}

pager::~pager() {
  if (child_ <= 0) return;
  std::fclose(stdout);
  waitpid(child_, nullptr, 0);
}

}  // namespace recapd::tools
