// The configuration: file, environment, options and a file of tokens.
//   f FILE, then after a line `%%` each: NAME=VALUE lines of the environment,
//   name=value lines of options, the tokens file's text
// SPDX-License-Identifier: Apache-2.0
#include "config/config.hpp"

#include <boost/json/serialize.hpp>
#include <libpq-fe.h>
#include <map>
#include <memory>
#include <sys/mman.h>
#include <unistd.h>

#include "config/layers.hpp"
#include "oracle.hpp"

namespace recapd::fuzz {
namespace {

namespace json = boost::json;
using variables = std::map<std::string, std::string, std::less<>>;

/// The one file that a configuration may name here: in memory.
class tokens_file {
public:
  void write(std::string_view text) const {
    require(::ftruncate(fd_, 0) == 0
                && ::pwrite(fd_, text.data(), text.size(), 0)
                       == static_cast<ssize_t>(text.size()),
            "a file in memory can be written");
  }
  [[nodiscard]] std::string name() const {
    return "/proc/self/fd/" + std::to_string(fd_);
  }

private:
  int fd_ = ::memfd_create("tokens", MFD_CLOEXEC);
};

variables read_variables(std::string_view text) {
  variables out;
  while (!text.empty()) {
    const auto line = take_line(text);
    const auto equals = line.find('=');
    // An environment holds no NUL.
    if (equals != line.npos && line.find('\0') == line.npos)
      out.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return out;
}

config::overrides options_of(const variables &v) {
  const auto of = [&v](const char *name) {
    const auto at = v.find(name);
    return at == v.end() ? std::nullopt : std::optional{at->second};
  };
  return {.listen = of("listen"),
          .database = of("database"),
          .data = of("data"),
          .clock = of("clock"),
          .ingress = of("ingress")};
}

config::environment lookup(const variables &v) {
  return [&v](std::string_view name) -> std::optional<std::string> {
    const auto at = v.find(name);
    if (at == v.end()) return std::nullopt;
    return at->second;
  };
}

/// The passwords that libpq would use, all of its keys that hold one.
std::vector<std::string> passwords_of(const std::string &url) {
  char *message = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> all{
      PQconninfoParse(url.c_str(), &message), &PQconninfoFree};
  PQfreemem(message);
  std::vector<std::string> out;
  for (const auto *o = all.get(); o != nullptr && o->keyword != nullptr; ++o) {
    // libpq's own mark of what a form should not show.
    if (*o->dispchar == '*' && o->val != nullptr && *o->val != '\0')
      out.emplace_back(o->val);
  }
  return out;
}

/// What is shown of a database's URL must not let anybody in.
void check_hidden(const config::settings &s, const json::object &shown) {
  const std::string url{
      json::string_view{shown.at("database").at("url").get_string()}};
  for (const auto &word : passwords_of(url))
    require(word == "***", "no password of a database is shown", url);
  auto secret = s;
  constexpr auto sentinel = "z-sentinel-of-a-secret-z";
  if (!s.webhook.secret.empty()) secret.webhook.secret = sentinel;
  for (auto &t : secret.tokens)
    t.secret = sentinel;
  require(config::describe(secret).find(sentinel) == std::string::npos,
          "no secret is shown");
}

/// What is shown, made a file again: masked tokens have to differ.
std::string file_of(json::object shown) {
  int n = 0;
  for (auto &t : shown.at("auth").at("tokens").as_array())
    t.at("token") = "token-" + std::to_string(n++);
  return text_of(shown);
}

void check_accepted(const config::settings &s) {
  const auto shown = config::to_json(s);
  check_hidden(s, shown);
  const auto file = file_of(shown);
  try {
    const auto again = config::read(file, lookup({}), {});
    require(config::to_json(again) == shown, "what is shown reads back equal",
            file);
    require(again.policy == s.policy, "the policy, too", file);
  } catch (const config::config_error &e) {
    require(false, e.what(), file);
  }
}

/// A file of the fuzzer's own naming could be a device that never ends.
bool names_a_file(std::string_view text) {
  try {
    const auto root = config::parse_file(text);
    const auto *auth = root.if_contains("auth");
    return auth != nullptr && auth->is_object()
           && auth->get_object().contains("tokens_file");
  } catch (const config::config_error &) {
    return false;
  }
}

void run(std::string_view rest) {
  static const tokens_file tokens;
  const auto file = take_part(rest, "%%");
  auto env = read_variables(take_part(rest, "%%"));
  const auto options = options_of(read_variables(take_part(rest, "%%")));
  if (names_a_file(file)) return;
  env.erase("RECAPD_AUTH_TOKENS_FILE");
  if (!rest.empty()) {
    tokens.write(rest);
    env.emplace("RECAPD_AUTH_TOKENS_FILE", tokens.name());
  }
  std::optional<config::settings> s;
  try {
    s = config::read(file, lookup(env), options);
  } catch (const config::config_error &e) {
    require(
        !e.path.empty()
            && std::string_view{e.what()}.starts_with(e.path + ": expected "),
        "an error says where and what was expected", e.what());
    return;
  }
  check_accepted(*s);
}

}  // namespace

void try_input(char mode, std::string_view rest) {
  if (mode == 'f') run(rest);
}

}  // namespace recapd::fuzz
