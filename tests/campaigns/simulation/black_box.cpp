// SPDX-License-Identifier: Apache-2.0
#include "black_box.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <sys/mman.h>
#include <system_error>

namespace recapd::simulation {

namespace {

/// Text in a place of its own; needs no memory when it is written.
struct line_of_text {
  std::size_t size = 0;
  std::array<char, 1000> text{};

  void set(std::string_view from) {
    size = std::min(from.size(), text.size());
    std::copy_n(from.data(), size, text.data());
  }
  [[nodiscard]] std::string get() const { return {text.data(), size}; }
};

}  // namespace

struct black_box::content {
  std::uint64_t seed = 0;
  std::uint64_t steps = 0;
  bool ended = false;
  line_of_text result;
  std::array<line_of_text, recent_lines> last;
};

black_box::black_box() {
  void *memory = mmap(nullptr, sizeof(content), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    throw std::system_error{errno, std::generic_category(), "mmap"};
  shared_ = new (memory) content;
}

black_box::~black_box() {
  munmap(shared_, sizeof(content));
}

void black_box::begin(std::uint64_t seed) {
  shared_->seed = seed;
  shared_->steps = 0;
  shared_->ended = false;
  shared_->result.set("");
}

void black_box::add(std::string_view line) {
  shared_->last[shared_->steps % recent_lines].set(line);
  ++shared_->steps;
}

void black_box::end(std::string_view result) {
  shared_->result.set(result);
  shared_->ended = true;
}

std::uint64_t black_box::seed() const {
  return shared_->seed;
}

std::uint64_t black_box::steps() const {
  return shared_->steps;
}

std::vector<std::string> black_box::last_steps() const {
  std::vector<std::string> lines;
  const auto n = shared_->steps;
  for (auto i = n - std::min<std::uint64_t>(n, recent_lines); i < n; ++i)
    lines.push_back(shared_->last[i % recent_lines].get());
  return lines;
}

bool black_box::ended() const {
  return shared_->ended;
}

std::string black_box::result() const {
  return shared_->result.get();
}

}  // namespace recapd::simulation
