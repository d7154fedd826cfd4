// SPDX-License-Identifier: Apache-2.0
#include "tools/common/pager.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/common/terminal.hpp"

namespace recapd::tools {

namespace {

std::string wanted() {
  for (const char *name : {"RECAPCTL_PAGER", "PAGER"})
    if (const char *value = std::getenv(name)) return value;
  return "less";
}

std::string content_of(int file) {
  std::string text;
  std::array<char, 65536> part{};
  lseek(file, 0, SEEK_SET);
  for (;;) {
    const auto count = read(file, part.data(), part.size());
    if (count <= 0) return text;
    text.append(part.data(), static_cast<std::size_t>(count));
  }
}

/// Writes the text. Ends early where nobody reads any further.
void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto count = write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void show_in(const std::string &program, std::string_view text) {
  // By default less shows colours and leaves the text on the screen.
  setenv("LESS", "FRX", 0);
  const auto line = "command -v " + program.substr(0, program.find(' '))
                    + " >/dev/null && exec " + program + " || exec cat";
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return write_all(STDOUT_FILENO, text);
  const auto child = fork();
  if (child == 0) {
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    close(ends[1]);
    execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    _exit(127);
  }
  close(ends[0]);
  // A reader who leaves the pager early wants no more.
  std::signal(SIGPIPE, SIG_IGN);
  write_all(child > 0 ? ends[1] : STDOUT_FILENO, text);
  close(ends[1]);
  if (child > 0) waitpid(child, nullptr, 0);
}

}  // namespace

pager::pager() : program_{wanted()} {
  // The width and the colours are asked for now, while standard output is
  // still the terminal.
  const bool terminal = terminal_width().has_value();
  (void)colourful();
  if (!terminal || program_.empty() || program_ == "cat") return;
  collected_ = memfd_create("recapctl", MFD_CLOEXEC);
  if (collected_ < 0) return;
  std::fflush(stdout);
  terminal_ = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
  if (terminal_ >= 0) dup2(collected_, STDOUT_FILENO);
}

pager::~pager() {
  if (terminal_ >= 0) {
    std::fflush(stdout);
    dup2(terminal_, STDOUT_FILENO);
    close(terminal_);
    const auto text = content_of(collected_);
    if (fits_terminal(text))
      write_all(STDOUT_FILENO, text);
    else
      show_in(program_, text);
  }
  if (collected_ >= 0) close(collected_);
}

}  // namespace recapd::tools
