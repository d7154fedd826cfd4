// SPDX-License-Identifier: Apache-2.0
#include "tools/common/complete_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace recapd::tools {

complete_file::complete_file(std::filesystem::path path)
    : path_{std::move(path)}, written_{path_} {
  written_ += ".partial";
  file_ =
      ::open(written_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file_ < 0) fail();
}

complete_file::~complete_file() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(written_.c_str());
}

void complete_file::write(std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(file_, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail();
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void complete_file::keep() {
  if (::fsync(file_) != 0 || ::rename(written_.c_str(), path_.c_str()) != 0)
    fail();
  ::close(std::exchange(file_, -1));
  // The name is on the disk when its folder is.
  const auto folder = path_.has_parent_path() ? path_.parent_path() : ".";
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = opened >= 0 && ::fsync(opened) == 0;
  const int why = errno;
  if (opened >= 0) ::close(opened);
  errno = why;
  if (!synced) fail();
}

void complete_file::fail() const {
  throw std::system_error{errno, std::generic_category(), path_.string()};
}

}  // namespace recapd::tools
