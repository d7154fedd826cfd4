// SPDX-License-Identifier: Apache-2.0
#include "config/tokens.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <fstream>
#include <openssl/evp.h>
#include <set>
#include <sstream>
#include <stdexcept>
#include <sys/stat.h>

#include "config/layers.hpp"
#include "config/secrets.hpp"

namespace recapd::config {

namespace json = boost::json;

namespace {

constexpr std::string_view hashed = "sha256:";
constexpr std::size_t hex_digits = 64;
/// The least bytes of a token: what is shorter can be guessed.
constexpr std::size_t least_token_bytes = 16;

bool is_hash(std::string_view secret) {
  return secret.starts_with(hashed);
}

std::optional<sha256> parse_hex(std::string_view text) {
  if (text.size() != hex_digits) return std::nullopt;
  sha256 out{};
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto *at = text.data() + 2 * i;
    if (std::from_chars(at, at + 2, out[i], 16).ptr != at + 2)
      return std::nullopt;
  }
  return out;
}

/// Reads one member of a list of tokens.
class token_reader {
public:
  token_reader(const json::value &v, std::string where)
      : where_{std::move(where)}, member_{v.if_object()} {}

  token run() {
    if (member_ == nullptr)
      throw config_error{where_, R"({"token": "…", "as": "ROLE:ID"})"};
    refuse_unknown();
    token t{.secret = secret(), .as = person()};
    t.programs = programs();
    t.expires = expires();
    return t;
  }

private:
  [[noreturn]] void refuse(std::string_view key,
                           const std::string &expected) const {
    throw config_error{where_ + "." + std::string{key}, expected};
  }

  void refuse_unknown() const {
    constexpr std::array known{"token", "as", "programs", "expires"};
    for (const auto &m : *member_)
      if (std::ranges::find(known, m.key()) == known.end())
        refuse(m.key(),
               "no such member; there are token, as, programs, expires");
  }

  [[nodiscard]] std::optional<std::string_view>
  text(std::string_view key) const {
    const auto *v = member_->if_contains(key);
    if (v == nullptr || !v->is_string()) return std::nullopt;
    return std::string_view{v->get_string()};
  }

  [[nodiscard]] std::string secret() const {
    const auto given = text("token").value_or("");
    if (given.empty()) refuse("token", "a text that is not empty");
    if (is_hash(given) && !parse_hex(given.substr(hashed.size())))
      refuse("token", "sha256: and 64 hexadecimal digits");
    return std::string{given};
  }

  [[nodiscard]] workflows::person person() const {
    const auto who = workflows::parse_person(text("as").value_or(""));
    if (!who)
      refuse("as", "tutor:ID, student:ID, support:ID, manager:ID, admin:ID or "
                   "system:ID");
    return *who;
  }

  [[nodiscard]] std::optional<workflows::program_set> programs() const {
    constexpr auto expected =
        R"(["*"], or a list of programmes' ids that is not empty)";
    const auto *v = member_->if_contains("programs");
    if (v == nullptr) return std::nullopt;
    if (!v->is_array() || v->get_array().empty()) refuse("programs", expected);
    std::vector<std::string> list;
    for (const auto &one : v->get_array()) {
      if (!one.is_string()) refuse("programs", expected);
      list.emplace_back(std::string_view{one.get_string()});
    }
    if (list == std::vector<std::string>{"*"}) return workflows::program_set{};
    if (!std::ranges::all_of(list, workflows::valid_id))
      refuse("programs", expected);
    return workflows::program_set{std::move(list)};
  }

  [[nodiscard]] std::optional<workflows::instant> expires() const {
    if (!member_->contains("expires")) return std::nullopt;
    const auto at = workflows::parse_rfc3339(text("expires").value_or(""));
    if (!at) refuse("expires", "a time such as 2027-07-01T00:00:00Z");
    return at;
  }

  std::string where_;
  const json::object *member_;
};

std::string count_of(std::size_t n, std::string_view what) {
  return std::to_string(n) + (n == 1 ? " token " : " tokens ")
         + std::string{what};
}

}  // namespace

sha256 digest_of(std::string_view secret) {
  static const EVP_MD *md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  sha256 out{};
  if (md == nullptr
      || EVP_Digest(secret.data(), secret.size(), out.data(), nullptr, md,
                    nullptr)
             != 1)
    throw std::runtime_error{"OpenSSL has no SHA-256"};
  return out;
}

sha256 token::digest() const {
  if (!is_hash(secret)) return digest_of(secret);
  return parse_hex(std::string_view{secret}.substr(hashed.size()))
      .value_or(sha256{});
}

workflows::program_set token::allowed() const {
  if (programs) return *programs;
  if (workflows::only_takes_part(as.as))
    return {.only = std::vector<std::string>{"default"}};
  return {};
}

void read_tokens(const json::value &list, const std::string &where,
                 std::vector<token> &target) {
  if (!list.is_array())
    throw config_error{where, R"(a list, [{"token": "…", "as": "ROLE:ID"}])"};
  std::set<sha256> known;
  for (const auto &t : target)
    known.insert(t.digest());
  for (std::size_t i = 0; i < list.get_array().size(); ++i) {
    const auto at = where + "[" + std::to_string(i) + "]";
    auto read = token_reader{list.get_array()[i], at}.run();
    if (!known.insert(read.digest()).second)
      throw config_error{at + ".token", "each token only once"};
    target.push_back(std::move(read));
  }
}

void read_tokens_file(const std::string &name, std::vector<token> &target) {
  std::ifstream file{name};
  std::stringstream text;
  if (!file || !(text << file.rdbuf()))
    throw config_error{"auth.tokens_file",
                       "a readable file with tokens, not " + name};
  try {
    read_tokens(parse_json(text.str()), name, target);
  } catch (const config_error &e) {
    if (e.path.starts_with(name)) throw;
    throw config_error{name, std::string{"JSON; in it "} + e.what()};
  }
}

json::array shown(const std::vector<token> &tokens) {
  json::array list;
  for (const auto &t : tokens) {
    json::object out{{"token", hidden}, {"as", workflows::to_string(t.as)}};
    const auto programs = t.allowed();
    out["programs"] = programs.only ? json::value_from(*programs.only)
                                    : json::value(json::array{"*"});
    if (t.expires) out["expires"] = workflows::format_rfc3339(*t.expires);
    list.push_back(std::move(out));
  }
  return list;
}

std::vector<std::string> token_warnings(const std::vector<token> &tokens,
                                        const std::string &file,
                                        workflows::instant now) {
  std::vector<std::string> out;
  const auto brief = std::ranges::count_if(tokens, [](const token &t) {
    return !is_hash(t.secret) && t.secret.size() < least_token_bytes;
  });
  if (brief > 0)
    out.push_back("auth: " + count_of(static_cast<std::size_t>(brief), "of ")
                  + "fewer than " + std::to_string(least_token_bytes)
                  + " characters: make them of 32 random bytes");
  const auto over = std::ranges::count_if(
      tokens, [now](const token &t) { return t.expires && *t.expires <= now; });
  if (over > 0)
    out.push_back(
        "auth: "
        + count_of(static_cast<std::size_t>(over), "expired: take them out"));
  struct stat found {};
  if (!file.empty() && ::stat(file.c_str(), &found) == 0
      && (found.st_mode & 077U) != 0)
    out.push_back("auth: the tokens' file " + file
                  + " can be read by others: chmod 600");
  return out;
}

}  // namespace recapd::config
