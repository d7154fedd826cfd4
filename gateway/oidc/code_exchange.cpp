// SPDX-License-Identifier: Apache-2.0
#include "gateway/oidc/code_exchange.hpp"

#include <openssl/evp.h>

#include "gateway/wire/strict_json.hpp"

namespace recapd::gateway::oidc {
namespace {

bool plain(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
         || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'
         || c == '~';
}

std::string form_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (plain(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', digits[byte >> 4U], digits[byte & 15U]};
  }
  return out;
}

std::string base64(std::string_view text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const auto size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char *>(out.data()),
                      reinterpret_cast<const unsigned char *>(text.data()),
                      static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

/// Returns the field by which a client with a secret proves itself (RFC 6749,
/// 2.3.1: both are encoded as in a form).
std::string basic_field(const config::oidc &client) {
  return "Authorization: Basic "
         + base64(form_encoded(client.client_id) + ":"
                  + form_encoded(client.client_secret));
}

}  // namespace

std::string form_of(
    const std::vector<std::pair<std::string_view, std::string_view>> &fields) {
  std::string out;
  for (const auto &[name, value] : fields)
    (out += out.empty() ? "" : "&") +=
        form_encoded(name) + "=" + form_encoded(value);
  return out;
}

fetched exchange(const config::oidc &client, const provider_facts &at,
                 const code &what, const std::atomic<bool> &stop) {
  std::vector<std::pair<std::string_view, std::string_view>> form{
      {"grant_type", "authorization_code"},
      {"code", what.text},
      {"redirect_uri", what.redirect},
      {"code_verifier", what.verifier}};
  question ask{.url = at.token_endpoint};
  const bool secret = !client.client_secret.empty();
  if (secret && !at.secret_in_form)
    ask.fields.push_back(basic_field(client));
  else
    form.emplace_back("client_id", client.client_id);
  if (secret && at.secret_in_form)
    form.emplace_back("client_secret", client.client_secret);
  ask.form = form_of(form);
  const auto body = fetch(ask, stop);
  if (!body.has_value()) return body.error();
  const auto parsed = parse_strict(*body);
  const auto *object = parsed.has_value() ? (*parsed).if_object() : nullptr;
  const auto *token = object ? object->if_contains("id_token") : nullptr;
  if (token == nullptr || !token->is_string())
    return no_answer{"answers without an ID token"};
  return fetched{boost::system::in_place_value,
                 std::string{std::string_view{token->get_string()}}};
}

}  // namespace recapd::gateway::oidc
