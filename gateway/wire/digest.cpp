// SPDX-License-Identifier: Apache-2.0
#include "gateway/wire/digest.hpp"

#include <algorithm>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <span>
#include <stdexcept>
#include <vector>

#include "workflows/json/session.hpp"

namespace recapd::gateway {
namespace {

/// Returns SHA-256, fetched once: a fetch costs more than a digest.
const EVP_MD *sha256() {
  static const EVP_MD *md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  if (md == nullptr) throw std::runtime_error{"OpenSSL has no SHA-256"};
  return md;
}

std::string hex_of(std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const auto b : bytes) {
    out += digits[b >> 4U];
    out += digits[b & 15U];
  }
  return out;
}

}  // namespace

std::array<std::uint8_t, 32> sha256_of(std::string_view text) {
  std::array<std::uint8_t, 32> out{};
  if (EVP_Digest(text.data(), text.size(), out.data(), nullptr, sha256(),
                 nullptr)
      != 1)
    throw std::runtime_error{"SHA-256 failed"};
  return out;
}

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
  std::array<unsigned char, 32> mac{};
  unsigned size = 0;
  if (HMAC(sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char *>(text.data()), text.size(),
           mac.data(), &size)
      == nullptr)
    throw std::runtime_error{"HMAC-SHA256 failed"};
  return hex_of(mac);
}

bool same_digest(const std::array<std::uint8_t, 32> &a,
                 const std::array<std::uint8_t, 32> &b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_hex(std::size_t bytes) {
  std::vector<unsigned char> drawn(bytes);
  if (RAND_bytes(drawn.data(), static_cast<int>(bytes)) != 1)
    throw std::runtime_error{"there are no random numbers"};
  return hex_of(drawn);
}

storage::digest content_digest(const workflows::command &c,
                               std::string_view session,
                               const workflows::person &by) {
  std::string text;
  text.reserve(512);
  text.append(workflows::type_of(c)).append(1, '\n');
  text.append(session).append(1, '\n');
  text.append(workflows::to_string(by)).append(1, '\n');
  workflows::append_text(text, c);
  const auto whole = sha256_of(text);
  storage::digest out{};
  std::copy_n(whole.begin(), out.size(), out.begin());
  return out;
}

}  // namespace recapd::gateway
