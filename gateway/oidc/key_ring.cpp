// SPDX-License-Identifier: Apache-2.0
#include "gateway/oidc/key_ring.hpp"

#include <algorithm>
#include <array>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdexcept>

#include "gateway/oidc/base64url.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/digest.hpp"
#include "storage/fault.hpp"

namespace recapd::gateway::oidc {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
/// By then every node has looked, and knows a key of that age.
constexpr std::chrono::seconds known_to_all{30};
constexpr pauses ring_pauses{
    .between = 5s, .least = 1s, .first_retry = 500ms, .longest_retry = 5s};

using cipher_context =
    std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
using bytes = std::array<std::uint8_t, 32>;

unsigned char *raw(std::string &text) {
  return reinterpret_cast<unsigned char *>(text.data());
}

const unsigned char *raw(std::string_view text) {
  return reinterpret_cast<const unsigned char *>(text.data());
}

/// Returns the key for one purpose: what was sealed for another does not open.
bytes key_for(std::string_view purpose, const storage::secret_key &key) {
  return sha256_of(std::string{purpose} + ":" + key.secret);
}

/// Returns nonce, text and tag by AES-256-GCM.
std::string encrypted(const bytes &key, std::string_view text) {
  std::string out(nonce_bytes + text.size() + tag_bytes, '\0');
  const cipher_context c{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
  auto *at = raw(out) + nonce_bytes;
  int size = 0;
  if (!c || RAND_bytes(raw(out), nonce_bytes) != 1
      || EVP_EncryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, key.data(),
                            raw(out))
             != 1
      || EVP_EncryptUpdate(c.get(), at, &size, raw(text),
                           static_cast<int>(text.size()))
             != 1
      || EVP_EncryptFinal_ex(c.get(), at + size, &size) != 1
      || EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_AEAD_GET_TAG, tag_bytes,
                             at + text.size())
             != 1)
    throw std::runtime_error{"OpenSSL does not encrypt"};
  return out;
}

std::optional<std::string> decrypted(const bytes &key, std::string sealed) {
  if (sealed.size() < nonce_bytes + tag_bytes) return std::nullopt;
  std::string out(sealed.size() - nonce_bytes - tag_bytes, '\0');
  const cipher_context c{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
  const auto *at = raw(sealed) + nonce_bytes;
  int size = 0;
  if (!c
      || EVP_DecryptInit_ex(c.get(), EVP_aes_256_gcm(), nullptr, key.data(),
                            raw(sealed))
             != 1
      || EVP_DecryptUpdate(c.get(), raw(out), &size, at,
                           static_cast<int>(out.size()))
             != 1
      || EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_AEAD_SET_TAG, tag_bytes,
                             raw(sealed) + nonce_bytes + out.size())
             != 1
      || EVP_DecryptFinal_ex(c.get(), raw(out) + size, &size) != 1)
    return std::nullopt;
  return out;
}

}  // namespace

key_ring::key_ring(key_opener open, std::chrono::seconds life)
    : open_{std::move(open)}, life_{life} {
  look();
  lookout_ = std::make_unique<lookout>(
      [this](const std::atomic<bool> &) { return look(); }, ring_pauses);
}

bool key_ring::look() {
  try {
    if (!store_) store_ = open_();
    auto fresh = std::make_shared<const key_list>(
        store_->renewed({.id = random_hex(8), .secret = random_hex(32)},
                        {.renewed = renewed, .kept = renewed + life_ + 1h}));
    const std::lock_guard lock{mutex_};
    keys_ = std::move(fresh);
    return true;
  } catch (const std::exception &e) {
    // Conditions tell of a database that is away; keys that are known hold on.
    log_debug("the keys of cookies cannot be read", {{"error", e.what()}});
    return false;
  }
}

std::shared_ptr<const key_ring::key_list> key_ring::keys() const {
  const std::lock_guard lock{mutex_};
  return keys_;
}

std::optional<std::string> key_ring::seal(std::string_view purpose,
                                          std::string_view text) const {
  const auto all = keys();
  if (!all || all->empty()) return std::nullopt;
  auto by = std::ranges::find_if(
      *all, [](const auto &key) { return key.age >= known_to_all; });
  if (by == all->end()) by = std::prev(all->end());
  return by->id + "." + base64url(encrypted(key_for(purpose, *by), text));
}

std::optional<std::string> key_ring::open(std::string_view purpose,
                                          std::string_view sealed) {
  const auto all = keys();
  const auto dot = sealed.find('.');
  if (!all || dot == std::string_view::npos) return std::nullopt;
  const auto by =
      std::ranges::find(*all, sealed.substr(0, dot), &storage::secret_key::id);
  if (by == all->end()) {
    lookout_->look_again();
    return std::nullopt;
  }
  auto text = base64url_bytes(sealed.substr(dot + 1));
  if (!text) return std::nullopt;
  return decrypted(key_for(purpose, *by), std::move(*text));
}

}  // namespace recapd::gateway::oidc
