// SPDX-License-Identifier: Apache-2.0
#include "gateway/oidc/base64url.hpp"

#include <algorithm>
#include <cjose/base64.h>
#include <cstdlib>
#include <new>

namespace recapd::gateway::oidc {
namespace {

bool in_alphabet(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
         || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

std::string base64url(std::string_view bytes) {
  if (bytes.empty()) return {};
  char *text = nullptr;
  std::size_t size = 0;
  cjose_err why{};
  if (!cjose_base64url_encode(
          reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size(),
          &text, &size, &why))
    throw std::bad_alloc{};
  std::string out{text, size};
  std::free(text);
  return out;
}

std::optional<std::string> base64url_bytes(std::string_view text) {
  if (text.size() % 4 == 1 || !std::ranges::all_of(text, in_alphabet))
    return std::nullopt;
  if (text.empty()) return std::string{};
  std::uint8_t *bytes = nullptr;
  std::size_t size = 0;
  cjose_err why{};
  if (!cjose_base64url_decode(text.data(), text.size(), &bytes, &size, &why))
    return std::nullopt;
  std::string out{reinterpret_cast<const char *>(bytes), size};
  std::free(bytes);
  return out;
}

}  // namespace recapd::gateway::oidc
