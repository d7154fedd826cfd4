// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>

#include "config/table.hpp"

namespace recapd::config {

namespace json = boost::json;

namespace {

using names = std::vector<std::string>;

/// Returns what stands behind `first` and a dot in the names that begin so.
names behind(std::string_view first, const names &all) {
  names out;
  for (const auto &name : all)
    if (name.size() > first.size() && name.starts_with(first)
        && name[first.size()] == '.')
      out.push_back(name.substr(first.size() + 1));
  return out;
}

/// Returns the names as a sentence lists them, each up to its dot and once.
std::string listed(const names &all) {
  std::string list;
  std::string_view last;
  for (const auto &name : all) {
    const auto first = std::string_view{name}.substr(0, name.find('.'));
    if (first != last) (list += list.empty() ? "" : ", ") += first;
    last = first;
  }
  return list;
}

/// Throws config_error about a member that is none of `known`, where a dot
/// leads into an object.
void refuse_unknown(const json::object &members, const std::string &where,
                    const names &known, const std::string &what) {
  const auto expected = "no such " + what + "; there are " + listed(known);
  for (const auto &member : members) {
    const std::string key{member.key()};
    if (std::ranges::find(known, key) != known.end()) continue;
    auto path = where + key;
    const auto inner = behind(key, known);
    if (inner.empty())
      throw config_error{path.empty() ? R"("")" : path, expected};
    if (!member.value().is_object()) throw config_error{path, "an object"};
    path += '.';
    refuse_unknown(member.value().get_object(), path, inner, what);
  }
}

template <class Known, class Name>
names names_of(const std::vector<Known> &known, Name Known::*name) {
  names out;
  for (const auto &one : known)
    out.emplace_back(one.*name);
  return out;
}

void read_policy(const tree &t, const section &in, settings &s) {
  workflows::policy_error error;
  auto read = workflows::parse_policy(in.members(), error);
  if (!read) throw config_error{t.blame(error.path), error.expected};
  s.policy = std::move(*read);
}

void read_section(const part &p, const section &in) {
  for (const auto &row : p.rows) {
    if (const auto *v = in.find(row.key)) row.read(*v, in);
    if (row.check) row.check(in);
  }
  refuse_unknown(in.members(), std::string{p.name} + ".",
                 names_of(p.rows, &setting::key), "setting");
}

}  // namespace

settings read(std::string_view text, const environment &env,
              const overrides &options) {
  const auto t = layered(text, env, options, scalars());
  settings s;
  const auto known = table(s);
  refuse_unknown(t.root, "", names_of(known, &part::name), "section");
  for (const auto &p : known) {
    const section in{t, p.name};
    if (p.name == "policy")
      read_policy(t, in, s);
    else
      read_section(p, in);
  }
  return s;
}

std::vector<std::string> warnings(const settings &s, const std::string &file,
                                  workflows::instant now) {
  auto all = nats_warnings(s.nats);
  if (s.auth == auth_mode::trusted) {
    if (!is_loopback(s.listen_host))
      all.push_back(
          "node.listen: " + s.listen_host
          + " is open to other machines, and auth.mode trusted lets "
            "who reaches it act as anybody; set auth.mode to token or "
            "oidc");
    return all;
  }
  for (auto &one : token_warnings(
           s.tokens, s.tokens_file.empty() ? file : s.tokens_file, now))
    all.push_back(std::move(one));
  return all;
}

}  // namespace recapd::config
