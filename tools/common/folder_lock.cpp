// SPDX-License-Identifier: Apache-2.0
#include "tools/common/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <string>
#include <system_error>

namespace recapd::tools {

namespace {

std::string holder_in(int file) {
  std::array<char, 512> text{};
  const auto count = ::pread(file, text.data(), text.size(), 0);
  if (count <= 0) return "a process without a name";
  return {text.data(), static_cast<std::size_t>(count)};
}

/// Returns false, with errno, where the disk does not take it.
bool name_holder(int file) {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  const auto text = fmt::format("process {} on {}", ::getpid(), host.data());
  return ::ftruncate(file, 0) == 0
         && ::pwrite(file, text.data(), text.size(), 0)
                == static_cast<ssize_t>(text.size());
}

}  // namespace

folder_lock::folder_lock(const std::filesystem::path &folder)
    : file_{::open((folder / ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC,
                   0600)} {
  if (file_ >= 0 && ::flock(file_, LOCK_EX | LOCK_NB) == 0
      && name_holder(file_))
    return;
  const std::system_error failed{errno, std::generic_category(),
                                 (folder / ".lock").string()};
  const auto holder = file_ < 0 ? std::string{} : holder_in(file_);
  if (file_ >= 0) ::close(file_);
  if (failed.code().value() == EWOULDBLOCK)
    throw folder_in_use{"the folder " + folder.string() + " is held by "
                        + holder};
  throw failed;
}

folder_lock::~folder_lock() {
  ::close(file_);
}

}  // namespace recapd::tools
