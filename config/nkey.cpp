// SPDX-License-Identifier: Apache-2.0
#include "config/nkey.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <openssl/evp.h>
#include <vector>

namespace recapd::config {

namespace {

using bytes = std::vector<std::uint8_t>;

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view user_seed = "SU";
constexpr std::uint8_t user_prefix = 20U << 3U;
constexpr std::size_t key_bytes = 32;
/// Two bytes of prefix, the key, two bytes of checksum.
constexpr std::size_t seed_bytes = 2 + key_bytes + 2;

std::optional<bytes> from_base32(std::string_view text) {
  bytes out;
  std::uint32_t buffered = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    buffered = buffered << 5U | static_cast<std::uint32_t>(digit);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out.push_back(static_cast<std::uint8_t>(buffered >> bits));
  }
  return out;
}

std::string to_base32(const bytes &from) {
  std::string out;
  std::uint32_t buffered = 0;
  unsigned bits = 0;
  for (const auto byte : from) {
    buffered = buffered << 8U | byte;
    for (bits += 8; bits >= 5; bits -= 5)
      out += alphabet[buffered >> (bits - 5) & 31U];
  }
  if (bits > 0) out += alphabet[buffered << (5 - bits) & 31U];
  return out;
}

/// Returns the CRC-16/XMODEM.
std::uint16_t checksum(const std::uint8_t *at, std::size_t count) {
  unsigned crc = 0;
  for (std::size_t i = 0; i < count; ++i) {
    crc ^= static_cast<unsigned>(at[i]) << 8U;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc & 0x8000U) != 0 ? crc << 1U ^ 0x1021U : crc << 1U;
  }
  return static_cast<std::uint16_t>(crc);
}

bool checked(const bytes &all) {
  const auto body = all.size() - 2;
  return checksum(all.data(), body)
         == (all[body] | static_cast<unsigned>(all[body + 1]) << 8U);
}

std::string encoded_key(const std::array<std::uint8_t, key_bytes> &key) {
  bytes all{user_prefix};
  all.insert(all.end(), key.begin(), key.end());
  const unsigned sum = checksum(all.data(), all.size());
  all.push_back(static_cast<std::uint8_t>(sum & 0xFFU));
  all.push_back(static_cast<std::uint8_t>(sum >> 8U));
  return to_base32(all);
}

}  // namespace

std::optional<std::string> find_nkey_seed(std::string_view text) {
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    while (!line.empty() && (line.back() == '\r' || line.back() == ' '))
      line.remove_suffix(1);
    if (nkey_public_key(line)) return std::string{line};
  }
  return std::nullopt;
}

std::optional<std::string> nkey_public_key(std::string_view seed) {
  if (!seed.starts_with(user_seed)) return std::nullopt;
  const auto all = from_base32(seed);
  if (!all || all->size() != seed_bytes || !checked(*all)) return std::nullopt;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, all->data() + 2,
                                   key_bytes),
      &EVP_PKEY_free};
  std::array<std::uint8_t, key_bytes> open{};
  auto size = open.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), open.data(), &size) != 1)
    return std::nullopt;
  return encoded_key(open);
}

}  // namespace recapd::config
