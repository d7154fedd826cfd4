// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE nats_access

#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "config/nats.hpp"
#include "config/nkey.hpp"
#include "tests/unit/config/reading.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::tests;

namespace {

/// The example of a user's key in NATS' own documentation.
const std::string seed =
    "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
const std::string public_key =
    "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

/// A folder for as long as a test lasts.
class folder {
public:
  folder() : path_{std::filesystem::temp_directory_path() / name()} {
    std::filesystem::create_directory(path_);
  }
  ~folder() { std::filesystem::remove_all(path_); }
  folder(const folder &) = delete;
  folder &operator=(const folder &) = delete;

  [[nodiscard]] std::string file(const std::string &named,
                                 const std::string &text) const {
    const auto at = path_ / named;
    std::ofstream{at, std::ios::binary} << text;
    return at;
  }

private:
  static std::string name() {
    return "recapd-nats-access-" + std::to_string(::getpid());
  }
  std::filesystem::path path_;
};

std::string refused(const variables &ingress) {
  variables env;
  for (const auto &[key, value] : ingress)
    env["RECAPD_INGRESS_NATS_" + key] = value;
  return error_of("", env);
}

bool begins(const std::string &text, const std::string &with) {
  return text.starts_with("RECAPD_INGRESS_NATS_" + with);
}

}  // namespace

CAF_TEST(a seed gives the public key that a server lists) {
  CAF_CHECK_EQUAL(config::nkey_public_key(seed).value_or(""), public_key);
}

CAF_TEST(a seed with a wrong character is none) {
  for (std::size_t i = 0; i < seed.size(); ++i) {
    auto wrong = seed;
    wrong[i] = wrong[i] == 'A' ? 'B' : 'A';
    CAF_CHECK(!config::nkey_public_key(wrong));
  }
  for (const auto *text : {"", "SU",
                           "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEE"
                           "JCPQTT2M7NLCNF4"})
    CAF_CHECK(!config::nkey_public_key(text));
}

CAF_TEST(a seed is found alone and among other lines) {
  for (const auto &text : {seed, seed + "\n", "a\r\n" + seed + "\r\nb"})
    CAF_CHECK_EQUAL(config::find_nkey_seed(text).value_or(""), seed);
  CAF_CHECK(!config::find_nkey_seed("no seed\nat all"));
}

CAF_TEST(servers are told apart whatever is in a password) {
  using list = std::vector<std::string>;
  CAF_CHECK_EQUAL(config::nats_servers("nats://a:1,b:2,nats://c:3"),
                  (list{"nats://a:1", "b:2", "nats://c:3"}));
  CAF_CHECK_EQUAL(config::nats_servers("nats://u:p,q@a:1,tls://u:%40%2F@b"),
                  (list{"nats://u:p,q@a:1", "tls://u:@/@b"}));
  CAF_CHECK_EQUAL(config::nats_servers("tls://tok%2Cen@a"),
                  (list{"tls://tok,en@a"}));
  CAF_CHECK_EQUAL(config::nats_servers(" nats://a , nats://b, "),
                  (list{"nats://a", "nats://b"}));
}

CAF_TEST(every file has to be there and hold what it should) {
  const folder in;
  const auto text = in.file("text", "not what it should be\n");
  for (const std::string key : {"CA", "CREDS", "NKEY_SEED_FILE"})
    for (const auto &file : {text, std::string{"/nowhere/at/all"}}) {
      const auto said = refused({{key, file}});
      CAF_CHECK(begins(said, key + ": expected a readable file with"));
      CAF_CHECK(said.ends_with(", not " + file));
    }
  CAF_CHECK(begins(refused({{"CERTIFICATE", text}, {"KEY", text}}),
                   "CERTIFICATE: expected a readable file with certificates"));
  const auto empty = in.file("empty", "\n");
  for (const auto &file : {empty, std::string{"/nowhere/at/all"}})
    CAF_CHECK(begins(refused({{"USER", "ann"}, {"PASSWORD_FILE", file}}),
                     "PASSWORD_FILE: expected a readable file with a pass"));
}

CAF_TEST(halves are refused) {
  const folder in;
  const auto text = in.file("text", "hush");
  CAF_CHECK_EQUAL(error_of(R"({"ingress": {"nats_certificate": "x"}})"),
                  "ingress.nats_key: expected both nats_certificate and "
                  "nats_key, or neither");
  CAF_CHECK(refused({{"PASSWORD_FILE", text}})
                .starts_with("ingress.nats_user: expected both"));
  CAF_CHECK(refused({{"USER", "ann"}})
                .starts_with("ingress.nats_password_file: expected both"));
}

CAF_TEST(one setting says who the node is) {
  const folder in;
  const auto password = in.file("password", "hush\n");
  const auto key = in.file("seed", seed);
  CAF_CHECK(begins(refused({{"URL", "nats://token@h"},
                            {"USER", "ann"},
                            {"PASSWORD_FILE", password}}),
                   "USER: expected none beside nats_url"));
  CAF_CHECK(begins(refused({{"USER", "ann"},
                            {"PASSWORD_FILE", password},
                            {"NKEY_SEED_FILE", key}}),
                   "NKEY_SEED_FILE: expected none beside nats_user"));
  CAF_CHECK_EQUAL(refused({{"URL", "nats://h"}, {"NKEY_SEED_FILE", key}}),
                  "accepted");
}

CAF_TEST(files are shown by name and what is in them is not ) {
  const folder in;
  const auto file = in.file("password", "hush\n");
  const auto s = read("", {{"RECAPD_INGRESS_NATS_USER", "ann@b"},
                           {"RECAPD_INGRESS_NATS_PASSWORD_FILE", file}});
  const auto shown = config::describe(s);
  CAF_CHECK(shown.find("ingress.nats_user=ann@b\n") != std::string::npos);
  CAF_CHECK(shown.find("ingress.nats_password_file=" + file)
            != std::string::npos);
  CAF_CHECK(shown.find("hush") == std::string::npos);
}

CAF_TEST(a file with a secret that others may read is told) {
  const folder in;
  config::settings s;
  s.nats.password_file = in.file("password", "hush");
  std::filesystem::permissions(s.nats.password_file,
                               std::filesystem::perms{0644});
  CAF_CHECK_EQUAL(config::warnings(s, "", {}).size(), 1u);
  std::filesystem::permissions(s.nats.password_file,
                               std::filesystem::perms{0600});
  CAF_CHECK(config::warnings(s, "", {}).empty());
}

CAF_TEST(a secret is its file without the end of the line) {
  const folder in;
  CAF_CHECK_EQUAL(config::read_secret(in.file("a", "p@:s \r\n")), "p@:s ");
  CAF_CHECK_EQUAL(config::read_secret(in.file("b", "p\n\n")), "p\n");
}
