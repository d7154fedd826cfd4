// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>

#include "config/config.hpp"
#include "config/secrets.hpp"
#include "config/shown.hpp"

namespace recapd::config {

namespace json = boost::json;

namespace {

std::string masked(const std::string &secret) {
  return std::string{secret.empty() ? "" : hidden};
}

std::string listen_of(const settings &s) {
  const bool ipv6 = s.listen_host.find(':') != std::string::npos;
  return (ipv6 ? "[" + s.listen_host + "]" : s.listen_host) + ":"
         + std::to_string(s.listen_port);
}

json::object shown(const token &t) {
  json::object out{{"token", hidden}, {"as", workflows::to_string(t.as)}};
  const auto programs = t.allowed();
  out["programs"] = programs.only ? json::value_from(*programs.only)
                                  : json::value(json::array{"*"});
  if (t.expires) out["expires"] = workflows::format_rfc3339(*t.expires);
  return out;
}

json::array tokens_of(const settings &s) {
  json::array list;
  for (const auto &t : s.tokens)
    list.push_back(shown(t));
  return list;
}

json::object engine_of(const settings &s) {
  const auto &e = s.engine;
  return {{"shards", e.shards},
          {"workers", e.workers},
          {"journals", e.journals},
          {"readers", e.readers},
          {"max_in_flight", e.max_in_flight},
          {"max_batch", e.max_batch},
          {"max_resident_sessions", e.max_resident_sessions},
          {"session_idle_ms", e.session_idle_ms}};
}

template <class T> json::array texts_of(const std::vector<T> &list) {
  json::array out;
  for (const auto &one : list)
    out.emplace_back(to_string(one));
  return out;
}

json::object http_of(const settings &s) {
  const auto &h = s.http;
  return {{"max_connections", h.max_connections},
          {"max_connections_per_address", h.max_connections_per_address},
          {"header_timeout_ms", h.header_timeout_ms},
          {"idle_timeout_ms", h.idle_timeout_ms},
          {"hosts", texts_of(h.hosts)},
          {"origins", texts_of(h.origins)},
          {"public_url", h.public_url ? to_string(*h.public_url) : ""},
          {"trusted_proxies", texts_of(h.trusted_proxies)}};
}

void flatten(const std::string &path, const json::value &v, std::string &out) {
  if (v.is_object()) {
    for (const auto &[key, member] : v.get_object())
      flatten(path.empty() ? std::string{key} : path + "." + std::string{key},
              member, out);
    return;
  }
  const auto text =
      v.is_string() ? json::value_to<std::string>(v) : json::serialize(v);
  out += path + "=" + printable(text) + "\n";
}

}  // namespace

bool known_variable(std::string_view name) {
  if (name.starts_with("RECAPD_TEST_")) return true;
  for (const auto &s : scalars())
    if (variable_of(s.path) == name) return true;
  return false;
}

json::object to_json(const settings &s) {
  const bool manual = s.clock == clock_kind::manual;
  const bool nats = s.ingress == ingress_kind::nats;
  const bool token_mode = s.auth == auth_mode::token;
  json::object out;
  out["node"] = {
      {"listen", listen_of(s)}, {"name", s.name},
      {"lease_ms", s.lease_ms}, {"max_clock_skew_ms", s.max_clock_skew_ms},
      {"data", s.data_dir},     {"clock", manual ? "manual" : "system"}};
  out["database"] = {
      {"url", without_passwords(s.database_url).value_or(std::string{hidden})},
      {"statement_ms", s.statement_ms}};
  out["ingress"] = {{"kind", nats ? "nats" : "inbox"},
                    {"nats_url", without_secrets(s.nats_url)},
                    {"nats_ca", s.nats.ca},
                    {"nats_certificate", s.nats.certificate},
                    {"nats_key", s.nats.key},
                    {"nats_user", s.nats.user},
                    {"nats_password_file", s.nats.password_file},
                    {"nats_creds", s.nats.creds},
                    {"nats_nkey_seed_file", s.nats.nkey_seed_file},
                    {"nats_partitions", s.nats_partitions},
                    {"nats_replicas", s.nats_replicas}};
  out["auth"] = {{"mode", token_mode ? "token" : "trusted"},
                 {"tokens", tokens_of(s)}};
  out["policy"] = workflows::to_json(s.policy);
  out["engine"] = engine_of(s);
  out["http"] = http_of(s);
  out["webhook"] = {{"url", without_secrets(s.sink.url)},
                    {"secret", masked(s.sink.secret)},
                    {"timeout_ms", s.sink.timeout_ms}};
  out["log"] = {{"level", s.log_level}};
  return out;
}

std::string describe(const settings &s) {
  std::string out;
  flatten("", to_json(s), out);
  return out;
}

}  // namespace recapd::config
