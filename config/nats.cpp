// SPDX-License-Identifier: Apache-2.0
#include "config/nats.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <sys/stat.h>

#include "config/layers.hpp"
#include "config/nkey.hpp"
#include "config/secrets.hpp"

namespace recapd::config {

namespace {

using bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using x509 = std::unique_ptr<X509, decltype(&X509_free)>;
using private_key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

constexpr std::string_view jwt_line = "-----BEGIN NATS USER JWT-----";

std::optional<std::string> content_of(const std::string &file) {
  std::ifstream in{file, std::ios::binary};
  std::stringstream text;
  if (!in || !(text << in.rdbuf())) return std::nullopt;
  return text.str();
}

bio source(const std::string &text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
          &BIO_free};
}

x509 certificate_in(const std::string &text) {
  return {PEM_read_bio_X509(source(text).get(), nullptr, nullptr, nullptr),
          &X509_free};
}

/// Gives OpenSSL no passphrase: nobody is there to be asked for one.
int no_passphrase(char *, int, int, void *) {
  return -1;
}

private_key key_in(const std::string &text) {
  return {PEM_read_bio_PrivateKey(source(text).get(), nullptr, &no_passphrase,
                                  nullptr),
          &EVP_PKEY_free};
}

/// Reads the files that the settings name, and refuses what is wrong in them.
class access_checker {
public:
  access_checker(const section &in, std::string_view url, const nats_access &a)
      : in_{in}, url_{url}, a_{a} {}

  void run() const {
    read_tls();
    read_password();
    const auto creds = file("nats_creds", a_.creds,
                            "credentials, as nsc "
                            "writes them");
    if (!a_.creds.empty()
        && (creds.find(jwt_line) == std::string::npos
            || !find_nkey_seed(creds)))
      refuse("nats_creds", a_.creds,
             "a user's JWT and its seed, as nsc writes "
             "them");
    const auto seed = file("nats_nkey_seed_file", a_.nkey_seed_file, "a seed");
    if (!a_.nkey_seed_file.empty() && !find_nkey_seed(seed))
      refuse("nats_nkey_seed_file", a_.nkey_seed_file, "a user's seed, SU…");
    refuse_two_identities();
  }

private:
  [[noreturn]] void refuse(std::string_view key, const std::string &name,
                           const std::string &content) const {
    in_.refuse(key, "a readable file with " + content + ", not " + name);
  }

  /// Returns what is in a file; nothing where it has no name.
  [[nodiscard]] std::string file(std::string_view key, const std::string &name,
                                 const std::string &content) const {
    if (name.empty()) return {};
    auto text = content_of(name);
    if (!text) refuse(key, name, content);
    return std::move(*text);
  }

  void read_tls() const {
    constexpr auto certificates = "certificates (PEM)";
    constexpr auto a_key = "a private key (PEM) without a passphrase";
    const auto ca = file("nats_ca", a_.ca, certificates);
    if (!a_.ca.empty() && !certificate_in(ca))
      refuse("nats_ca", a_.ca, certificates);
    if (a_.certificate.empty() != a_.key.empty())
      in_.refuse(a_.key.empty() ? "nats_key" : "nats_certificate",
                 "both nats_certificate and nats_key, or neither");
    if (a_.certificate.empty()) return;
    const auto own =
        certificate_in(file("nats_certificate", a_.certificate, certificates));
    if (!own) refuse("nats_certificate", a_.certificate, certificates);
    const auto key = key_in(file("nats_key", a_.key, a_key));
    if (!key) refuse("nats_key", a_.key, a_key);
    if (X509_check_private_key(own.get(), key.get()) != 1)
      refuse("nats_key", a_.key, "the key of " + a_.certificate);
  }

  void read_password() const {
    if (a_.user.empty() != a_.password_file.empty())
      in_.refuse(a_.user.empty() ? "nats_user" : "nats_password_file",
                 "both nats_user and nats_password_file, or neither");
    if (a_.user.empty()) return;
    constexpr auto content = "a password that is not empty";
    (void)file("nats_password_file", a_.password_file, content);
    const auto password = read_secret(a_.password_file);
    if (password.empty() || password.find('\0') != std::string::npos)
      refuse("nats_password_file", a_.password_file, content);
  }

  void refuse_two_identities() const {
    const std::array ways{
        std::pair{"nats_url", url_.find('@') != std::string_view::npos},
        std::pair{"nats_user", !a_.user.empty()},
        std::pair{"nats_creds", !a_.creds.empty()},
        std::pair{"nats_nkey_seed_file", !a_.nkey_seed_file.empty()}};
    const char *first = nullptr;
    for (const auto &[key, used] : ways) {
      if (!used) continue;
      if (first != nullptr)
        in_.refuse(key, std::string{"none beside "} + first
                            + ": one of nats_url, nats_user, nats_creds and "
                              "nats_nkey_seed_file says who the node is");
      first = key;
    }
  }

  const section &in_;
  std::string_view url_;
  const nats_access &a_;
};

std::string trimmed(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(' '), text.size());
  return std::string{
      text.substr(begin, text.find_last_not_of(' ') + 1 - begin)};
}

bool others_may_read(const std::string &file) {
  struct stat found {};
  return !file.empty() && ::stat(file.c_str(), &found) == 0
         && (found.st_mode & 077U) != 0;
}

}  // namespace

void check_nats_access(const section &in, std::string_view url,
                       const nats_access &a) {
  access_checker{in, url, a}.run();
}

std::vector<std::string> nats_warnings(const nats_access &a) {
  std::vector<std::string> out;
  for (const auto &file : {a.key, a.password_file, a.creds, a.nkey_seed_file})
    if (others_may_read(file))
      out.push_back("ingress: the file " + file
                    + " lets in to NATS and can be read by others: chmod 600");
  return out;
}

std::vector<std::string> nats_servers(std::string_view urls) {
  std::vector<std::string> all;
  for (const auto &one : split_urls(urls)) {
    const auto url = trimmed(one);
    const auto scheme = url.find("://");
    const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
    const auto at = url.rfind('@');
    const auto host = at == std::string::npos ? begin : at + 1;
    const auto comma = std::min(url.find(',', host), url.size());
    auto server = url.substr(0, begin);
    if (host > begin)
      server += percent_decoded(url.substr(begin, at - begin)) + "@";
    all.push_back(trimmed(server + url.substr(host, comma - host)));
    for (auto &more : nats_servers(
             std::string_view{url}.substr(std::min(comma + 1, url.size()))))
      all.push_back(std::move(more));
  }
  std::erase(all, "");
  return all;
}

std::string read_secret(const std::string &file) {
  auto text = content_of(file);
  if (!text) throw std::runtime_error{file + " cannot be read"};
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  return std::move(*text);
}

}  // namespace recapd::config
