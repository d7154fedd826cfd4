// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>

#include "config/table.hpp"

namespace recapd::config {

namespace json = boost::json;

namespace {

/// Throws config_error about a member that is none of `known`.
template <class Known, class Name>
void refuse_unknown(const json::object &members, const std::string &where,
                    const std::vector<Known> &known, Name Known::*name,
                    const std::string &what) {
  const auto expected = "no such " + what + "; there are ";
  for (const auto &member : members) {
    const std::string_view key{member.key()};
    if (std::ranges::find(known, key, name) != known.end()) continue;
    std::string list;
    for (const auto &one : known)
      (list += list.empty() ? "" : ", ") += one.*name;
    const auto path = where + std::string{key};
    throw config_error{path.empty() ? R"("")" : path, expected + list};
  }
}

void read_policy(const tree &t, const section &in, settings &s) {
  workflows::policy_error error;
  auto read = workflows::parse_policy(in.members(), error);
  if (!read) throw config_error{t.blame(error.path), error.expected};
  s.policy = std::move(*read);
}

void read_section(const part &p, const section &in) {
  for (const auto &row : p.rows) {
    if (const auto *v = in.members().if_contains(row.key)) row.read(*v, in);
    if (row.check) row.check(in);
  }
  refuse_unknown(in.members(), std::string{p.name} + ".", p.rows, &setting::key,
                 "setting");
}

}  // namespace

settings read(std::string_view text, const environment &env,
              const overrides &options) {
  const auto t = layered(text, env, options, scalars());
  settings s;
  const auto known = table(s);
  refuse_unknown(t.root, "", known, &part::name, "section");
  for (const auto &p : known) {
    const section in{t, p.name};
    if (p.name == "policy")
      read_policy(t, in, s);
    else
      read_section(p, in);
  }
  return s;
}

namespace {

bool is_loopback(const std::string &host) {
  const auto a = parse_address(host);
  if (!a) return host == "localhost";
  static const auto v4 = *parse_network("127.0.0.0/8");
  static const auto v6 = *parse_network("::1");
  return v4.contains(*a) || v6.contains(*a);
}

}  // namespace

std::vector<std::string> warnings(const settings &s, const std::string &file,
                                  workflows::instant now) {
  auto all = nats_warnings(s.nats);
  if (s.auth != auth_mode::token) {
    if (!is_loopback(s.listen_host))
      all.push_back("node.listen: " + s.listen_host
                    + " is open to other machines, and auth.mode trusted lets "
                      "who reaches it act as anybody; set auth.mode to token");
    return all;
  }
  for (auto &one : token_warnings(
           s.tokens, s.tokens_file.empty() ? file : s.tokens_file, now))
    all.push_back(std::move(one));
  return all;
}

}  // namespace recapd::config
