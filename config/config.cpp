#include "config/config.hpp"
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <bit>
#include <boost/json.hpp>
#include <charconv>
#include <limits>

#include "config/layers.hpp"
#include "config/secrets.hpp"
#include "config/section.hpp"

namespace recapd::config {

namespace json = boost::json;

namespace {

/// Splits `HOST:PORT`, where an IPv6 address stands in brackets.
bool parse_listen(std::string_view text, settings &s) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  if (host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return false;
  if (host.empty() || host.find_first_of(" /@[]") != std::string_view::npos)
    return false;
  const auto end = port.data() + port.size();
  unsigned short number = 0;
  const auto [at, ec] = std::from_chars(port.data(), end, number);
  if (ec != std::errc{} || at != end) return false;
  s.listen_host = host;
  s.listen_port = number;
  return true;
}

void read_node(const tree &t, settings &s) {
  section in{t, "node"};
  std::string listen;
  in.text("listen", listen);
  if (in.find("listen") && !parse_listen(listen, s))
    in.refuse("listen", "HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080");
  in.text("name", s.name);
  in.number("lease_ms", s.lease_ms, 500, 600000);
  in.number("max_clock_skew_ms", s.max_clock_skew_ms, 100, 3600000);
  in.text("data", s.data_dir);
  if (s.data_dir.empty()) in.refuse("data", "a folder");
  in.word<clock_kind>(
      "clock", s.clock,
      {{"system", clock_kind::system}, {"manual", clock_kind::manual}});
  in.end();
}

void read_database(const tree &t, settings &s) {
  section in{t, "database"};
  in.text("url", s.database_url);
  in.number("statement_ms", s.statement_ms, 500, 600000);
  if (!without_passwords(s.database_url))
    in.refuse("url", "a PostgreSQL URL, such as postgresql://user@host/name");
  if (splits_password(s.database_url))
    in.refuse("url", "a PostgreSQL URL whose password has %40 for each @ in it "
                     "and %2F for each /");
  in.end();
}

void read_ingress(const tree &t, settings &s) {
  section in{t, "ingress"};
  in.word<ingress_kind>(
      "kind", s.ingress,
      {{"inbox", ingress_kind::inbox}, {"nats", ingress_kind::nats}});
  in.text("nats_url", s.nats_url);
  if (!s.nats_url.empty() && !s.nats_url.starts_with("nats://")
      && !s.nats_url.starts_with("tls://"))
    in.refuse("nats_url", "a URL that begins with nats:// or tls://");
  read_nats_access(in, s.nats_url, s.nats);
  constexpr int most = static_cast<int>(workflows::bucket_count);
  in.number("nats_partitions", s.nats_partitions, 1, most);
  if (!std::has_single_bit(static_cast<unsigned>(s.nats_partitions)))
    in.refuse("nats_partitions", "a power of two, as in the server's mapping");
  in.number("nats_replicas", s.nats_replicas, 1, 5);
  in.end();
}

void read_auth(const tree &t, settings &s) {
  section in{t, "auth"};
  in.word<auth_mode>(
      "mode", s.auth,
      {{"trusted", auth_mode::trusted}, {"token", auth_mode::token}});
  if (const auto *list = in.find("tokens"))
    read_tokens(*list, t.blame("auth.tokens"), s.tokens);
  in.text("tokens_file", s.tokens_file);
  if (!s.tokens_file.empty()) read_tokens_file(s.tokens_file, s.tokens);
  if (s.auth == auth_mode::token && s.tokens.empty())
    in.refuse("tokens", "at least one token when auth.mode is \"token\"");
  in.end();
}

void read_policy(const tree &t, settings &s) {
  const auto *v = t.root.if_contains("policy");
  if (!v) return;
  if (!v->is_object()) throw config_error{"policy", "an object"};
  workflows::policy_error error;
  auto read = workflows::parse_policy(v->get_object(), error);
  if (!read) throw config_error{t.blame(error.path), error.expected};
  s.policy = std::move(*read);
}

void read_engine(const tree &t, settings &s) {
  constexpr int most = std::numeric_limits<int>::max();
  section in{t, "engine"};
  auto &e = s.engine;
  in.number("shards", e.shards, 1, 1024);
  in.number("workers", e.workers, 1, 256);
  in.number("journals", e.journals, 1, 64);
  in.number("readers", e.readers, 1, 64);
  in.number("max_in_flight", e.max_in_flight, 1, 1'000'000);
  in.number("max_batch", e.max_batch, 1, 10'000);
  in.number("max_resident_sessions", e.max_resident_sessions, 1, 10'000'000);
  in.number("session_idle_ms", e.session_idle_ms, 1, most);
  in.end();
}

/// A list of texts, each read by `parse`.
template <class T>
void read_list(section &in, std::string_view key, std::vector<T> &target,
               std::optional<T> (*parse)(std::string_view),
               const std::string &expected) {
  const auto *list = in.find(key);
  if (list == nullptr) return;
  if (!list->is_array()) in.refuse(key, "a list, " + expected);
  for (std::size_t i = 0; i < list->get_array().size(); ++i) {
    const auto *text = list->get_array()[i].if_string();
    auto one = text != nullptr ? parse(*text) : std::nullopt;
    if (!one)
      in.refuse(std::string{key} + "[" + std::to_string(i) + "]", expected);
    target.push_back(std::move(*one));
  }
}

void read_http(const tree &t, settings &s) {
  constexpr int hour_ms = 3'600'000;
  section in{t, "http"};
  auto &h = s.http;
  in.number("max_connections", h.max_connections, 1, 65535);
  in.number("max_connections_per_address", h.max_connections_per_address, 1,
            65535);
  in.number("header_timeout_ms", h.header_timeout_ms, 1, hour_ms);
  in.number("idle_timeout_ms", h.idle_timeout_ms, 1, hour_ms);
  read_list(in, "hosts", h.hosts, parse_authority,
            "names such as recap.example or recap.example:8080");
  read_list(in, "origins", h.origins, parse_origin,
            "origins such as https://app.example");
  read_list(in, "trusted_proxies", h.trusted_proxies, parse_network,
            "networks such as 10.0.0.0/8 or addresses");
  std::string url;
  in.text("public_url", url);
  if (url.ends_with('/')) url.pop_back();
  if (!url.empty()) h.public_url = parse_origin(url);
  if (!url.empty() && !h.public_url)
    in.refuse("public_url", "a URL without a path, such as "
                            "https://recap.example");
  in.end();
}

void read_edges(const tree &t, settings &s) {
  constexpr int hour_ms = 3'600'000;
  section hook{t, "webhook"};
  hook.text("url", s.sink.url);
  if (!s.sink.url.empty() && !s.sink.url.starts_with("http://")
      && !s.sink.url.starts_with("https://"))
    hook.refuse("url", "a URL that begins with http:// or https://");
  hook.text("secret", s.sink.secret);
  hook.number("timeout_ms", s.sink.timeout_ms, 1, hour_ms);
  hook.end();
  section log{t, "log"};
  std::vector<std::pair<std::string_view, std::string>> levels;
  for (const char *level : {"trace", "debug", "info", "warn", "error", "off"})
    levels.emplace_back(level, level);
  log.word("level", s.log_level, levels);
  log.end();
}

void refuse_unknown_sections(const tree &t) {
  constexpr std::array known{"node",   "database", "ingress", "auth", "policy",
                             "engine", "http",     "webhook", "log"};
  for (const auto &member : t.root) {
    if (std::ranges::find(known, member.key()) != known.end()) continue;
    std::string list;
    for (const auto *name : known)
      list += (list.empty() ? "" : ", ") + std::string{name};
    const std::string name{member.key()};
    throw config_error{name.empty() ? R"("")" : name,
                       "no such section; there are " + list};
  }
}

}  // namespace

settings read(std::string_view text, const environment &env,
              const overrides &options) {
  const auto t = layered(text, env, options);
  settings s;
  refuse_unknown_sections(t);
  read_node(t, s);
  read_database(t, s);
  read_ingress(t, s);
  read_auth(t, s);
  read_policy(t, s);
  read_engine(t, s);
  read_http(t, s);
  read_edges(t, s);
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
