// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/request_id.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <random>

namespace recapd::gateway::http {

namespace {

constexpr std::size_t most_characters = 128;

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= most_characters
         && std::ranges::all_of(text, [](char c) {
              return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
                     || (c >= 'a' && c <= 'z')
                     || std::string_view{"_-.:+/="}.find(c)
                            != std::string_view::npos;
            });
}

}  // namespace

std::string request_id(std::string_view came) {
  if (is_id(came)) return std::string{came};
  static const std::uint64_t first =
      std::uint64_t{std::random_device{}()} << 32 | std::random_device{}();
  static std::atomic<std::uint64_t> number{0};
  // An odd factor makes of different numbers different ones, far apart.
  auto value = (first + number++) * 0x9e3779b97f4a7c15U;
  std::string out(16, '0');
  for (auto at = out.rbegin(); at != out.rend(); ++at, value >>= 4)
    *at = "0123456789abcdef"[value & 0xf];
  return out;
}

}  // namespace recapd::gateway::http
