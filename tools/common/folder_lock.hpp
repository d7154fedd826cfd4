// A folder that one process at a time writes to.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <stdexcept>

namespace recapd::tools {

/// The exception for a folder that another process holds; the text names it.
struct folder_in_use : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Holds a folder by a lock on its file `.lock`, which names the process. The
/// lock ends with the process, however that ends; the file stays.
class folder_lock {
public:
  /// Throws folder_in_use, or std::system_error with the file's path.
  explicit folder_lock(const std::filesystem::path &folder);
  ~folder_lock();
  folder_lock(const folder_lock &) = delete;
  folder_lock &operator=(const folder_lock &) = delete;

private:
  int file_;
};

}  // namespace recapd::tools
