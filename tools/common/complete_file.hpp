// A file that is there whole or not at all.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace recapd::tools {

/// Writes a file, which only its owner may read, under a temporary name beside
/// it. Every call throws
/// std::system_error, with the path, where the disk does not take it.
class complete_file {
public:
  explicit complete_file(std::filesystem::path path);
  /// Removes what was written, unless it is kept.
  ~complete_file();
  complete_file(const complete_file &) = delete;
  complete_file &operator=(const complete_file &) = delete;

  void write(std::string_view text);
  /// Puts the file in its place once all of it is on the disk.
  void keep();

private:
  [[noreturn]] void fail() const;

  std::filesystem::path path_;
  std::filesystem::path written_;
  int file_ = -1;
};

}  // namespace recapd::tools
