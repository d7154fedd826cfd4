// Runs the inputs of files and folders through a target, without a fuzzer.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "oracle.hpp"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const fs::path &at) {
  if (!fs::is_directory(at)) return {at};
  std::vector<fs::path> out;
  for (const auto &entry : fs::directory_iterator{at})
    if (entry.is_regular_file()) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

bool replay(const fs::path &file) {
  std::ifstream in{file, std::ios::binary};
  if (!in) {
    std::fprintf(stderr, "%s cannot be read\n", file.c_str());
    return false;
  }
  const std::vector<char> bytes{std::istreambuf_iterator<char>{in}, {}};
  // Said before: should it crash, this is the last line.
  std::printf("%s\n", file.c_str());
  std::fflush(stdout);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t *>(bytes.data()),
                         bytes.size());
  return true;
}

}  // namespace

int main(int argc, char **argv) {
  std::size_t count = 0;
  for (int i = 1; i < argc; ++i)
    for (const auto &file : files_of(argv[i])) {
      if (!replay(file)) return 1;
      ++count;
    }
  // Nothing at all: what a target keeps between inputs goes.
  LLVMFuzzerTestOneInput(nullptr, 0);
  std::printf("%zu inputs replayed\n", count);
  // An empty corpus proves nothing.
  return count > 0 ? 0 : 1;
}
