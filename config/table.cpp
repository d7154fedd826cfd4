// SPDX-License-Identifier: Apache-2.0
#include "config/table.hpp"

#include <bit>
#include <charconv>
#include <limits>

#include "config/secrets.hpp"
#include "workflows/reminders.hpp"

namespace recapd::config {

namespace json = boost::json;

namespace {

constexpr int hour_ms = 3'600'000;
constexpr std::chrono::seconds longest_kept = std::chrono::days{3653};
constexpr int unbounded = std::numeric_limits<int>::max();

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

std::string listen_of(const settings &s) {
  const bool ipv6 = s.listen_host.find(':') != std::string::npos;
  return (ipv6 ? "[" + s.listen_host + "]" : s.listen_host) + ":"
         + std::to_string(s.listen_port);
}

bool valid_address(std::string_view address) {
  const auto at = parse_authority(address);
  if (address.empty() || address == "none") return true;
  return at && at->port.value_or(0) > 0 && at->host != "0.0.0.0"
         && at->host != "[::]";
}

bool parse_public_url(std::string_view url, std::optional<origin> &target,
                      std::string &base_path) {
  const auto host = url.find("://");
  const auto slash = std::min(
      url.find('/', host == std::string_view::npos ? 0 : host + 3), url.size());
  const auto path = parse_base_path(url.substr(slash));
  if (!path) return false;
  target = parse_origin(url.substr(0, slash));
  base_path = *path;
  return target || url.empty();
}

std::string public_url_of(const settings &s) {
  if (!s.http.public_url) return "";
  const auto &path = s.http.base_path;
  return to_string(*s.http.public_url) + path.substr(0, path.size() - 1);
}

std::string all_hidden(std::string_view secret) {
  return std::string{secret.empty() ? "" : hidden};
}

std::string passwords_hidden(std::string_view url) {
  return without_passwords(url).value_or(std::string{hidden});
}

bool begins(std::string_view url, std::string_view one, std::string_view two) {
  return url.empty() || url.starts_with(one) || url.starts_with(two);
}

std::vector<setting> node(settings &s) {
  return {
      parsed(
          "listen", [&s](auto text) { return parse_listen(text, s); },
          "HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080",
          [&s] { return listen_of(s); },
          "where HTTP is served (`--listen`); port 0: any free one"),
      text("address", s.address,
           "`HOST:PORT` where other nodes reach it; empty: where it listens; "
           "`none`: commands go between it and them by the database only")
          .must([&s] { return valid_address(s.address); },
                "HOST:PORT, none, or nothing"),
      text("name", s.name,
           "a name of its own for each node; empty: host and data folder"),
      number("lease_ms", s.lease_ms, 500, 600000,
             "a node silent for so long has lost its share of the sessions"),
      number("max_clock_skew_ms", s.max_clock_skew_ms, 100, hour_ms,
             "a clock further from the database's serves nothing"),
      text("data", s.data_dir,
           "where `./tools/run` keeps its PostgreSQL (`--data`)")
          .must([&s] { return !s.data_dir.empty(); }, "a folder"),
      word("clock", s.clock,
           {{"system", clock_kind::system}, {"manual", clock_kind::manual}},
           "`manual`: time moves by `POST /v1/clock` only (`--clock`)"),
  };
}

std::vector<setting> database(settings &s) {
  const auto &url = s.database_url;
  return {
      text("url", s.database_url,
           "`postgresql://user@host/name` (`--database`); empty: `./tools/run` "
           "brings one up",
           passwords_hidden)
          .must([&url] { return without_passwords(url).has_value(); },
                "a PostgreSQL URL, such as postgresql://user@host/name")
          .must([&url] { return !splits_password(url); },
                "a PostgreSQL URL whose password has %40 for each @ in it and "
                "%2F for each /"),
      number("statement_ms", s.statement_ms, 500, 600000,
             "what the database does not answer by then is answered 503"),
  };
}

std::vector<setting> ingress(settings &s) {
  auto seed = text("nats_nkey_seed_file", s.nats.nkey_seed_file,
                   "a file with a user's seed, `SU…`");
  seed.check = [&s](const section &in) {
    check_nats_access(in, s.nats_url, s.nats);
  };
  return {
      word("kind", s.ingress,
           {{"inbox", ingress_kind::inbox}, {"nats", ingress_kind::nats}},
           "`nats`: by JetStream, beside HTTP and the inbox (`--ingress`)"),
      text("nats_url", s.nats_url,
           "`nats://TOKEN@HOST:4222`, `tls://USER:PASSWORD@HOST:4222`, or "
           "several: `a,b,c`",
           without_secrets)
          .must([&s] { return begins(s.nats_url, "nats://", "tls://"); },
                "a URL that begins with nats:// or tls://"),
      text("nats_ca", s.nats.ca,
           "the server's authorities, a PEM file; empty: the system's"),
      text("nats_certificate", s.nats.certificate,
           "the node's own certificate, a PEM file; with it `nats_key`"),
      text("nats_key", s.nats.key,
           "that certificate's key, a PEM file without a passphrase"),
      text("nats_user", s.nats.user,
           "a name of any characters; with it `nats_password_file`"),
      text("nats_password_file", s.nats.password_file,
           "the file of that user's password"),
      text("nats_creds", s.nats.creds,
           "a credentials file (JWT and seed), as `nsc` writes it"),
      std::move(seed),
      number("nats_partitions", s.nats_partitions, 1,
             static_cast<int>(workflows::bucket_count),
             "as in the server's mapping (`tools/nats`), at least the shards")
          .must(
              [&n = s.nats_partitions] {
                return std::has_single_bit(static_cast<unsigned>(n));
              },
              "a power of two, as in the server's mapping"),
      number("nats_replicas", s.nats_replicas, 1, 5,
             "of the streams, where recapd makes them; with three servers 3"),
  };
}

void check_tokens(const section &in, settings &s) {
  if (!s.tokens_file.empty()) read_tokens_file(s.tokens_file, s.tokens);
  if (s.auth == auth_mode::token && s.tokens.empty())
    in.refuse("tokens", "at least one token when auth.mode is \"token\"");
}

void check_oidc(const section &in, const settings &s) {
  if (s.auth != auth_mode::oidc) return;
  if (!valid_issuer(s.oidc.issuer))
    in.refuse("oidc.issuer", "the provider's URL, such as "
                             "https://login.example/realm, when auth.mode is "
                             "\"oidc\" (http:// of this machine only)");
  if (s.oidc.audience.empty())
    in.refuse("oidc.audience", "what tokens have to be for (aud) when "
                               "auth.mode is \"oidc\"");
}

/// Makes a setting of a claim's name.
setting claim(const std::string &name, std::string &at, std::string_view told) {
  return text("oidc.claims." + name, at, told)
      .must([&at] { return !at.empty(); }, "a claim's name");
}

/// Makes the setting of what a sign-in asks for: words in a text or a list.
setting scopes(std::string &at) {
  auto row = text("oidc.scopes", at,
                  "what the sign-in asks for; a list counts as well");
  row.read = [&at, as_text = row.read](const json::value &v,
                                       const section &in) {
    if (!v.is_array()) return as_text(v, in);
    at.clear();
    for (const auto &one : v.get_array()) {
      if (!one.is_string()) in.refuse("oidc.scopes", "texts in quotes");
      (at += at.empty() ? "" : " ") += std::string_view{one.get_string()};
    }
  };
  return std::move(row).must(
      [&at] { return (" " + at + " ").find(" openid ") != std::string::npos; },
      "scopes with openid among them, such as \"openid profile\"");
}

std::vector<setting> oidc_rows(settings &s) {
  auto &o = s.oidc;
  setting roles{"oidc.roles", shape::json,
                R"(`{ "teacher": "tutor" }`: a value of the role's claim, and )"
                "the role it stands for; empty: the roles' own names",
                [&o](const json::value &given, const section &in) {
                  read_roles(given, in.blame("oidc.roles"), o);
                },
                [&o] { return shown_roles(o); }};
  roles.check = [&s](const section &in) { check_oidc(in, s); };
  return {
      text("oidc.issuer", o.issuer,
           "the OpenID provider's URL, as its tokens name it (`iss`)"),
      text("oidc.audience", o.audience,
           "what the tokens of bearers have to be for (`aud`)"),
      text("oidc.client_id", o.client_id,
           "the pages' own name at the provider; empty: nobody signs in by a "
           "browser"),
      text("oidc.client_secret", o.client_secret,
           "and its secret; empty: a public client", all_hidden),
      scopes(o.scopes),
      claim("id", o.claims.id, "the claim that holds the person's id"),
      claim("role", o.claims.role,
            "the claim of a role, a text, or of several, a list"),
      claim("programs", o.claims.programs,
            "the claim of the programmes; absent: as of a token"),
      claim("name", o.claims.name, "the claim of the person's name"),
      std::move(roles),
  };
}

std::vector<setting> auth(settings &s) {
  auto file = text("tokens_file", s.tokens_file,
                   "a file with such a list besides; SIGHUP reads both again");
  file.check = [&s](const section &in) { check_tokens(in, s); };
  file.listed = false;  // Its tokens are listed, among `tokens`.
  std::vector<setting> rows{
      word("mode", s.auth,
           {{"trusted", auth_mode::trusted},
            {"token", auth_mode::token},
            {"oidc", auth_mode::oidc}},
           "`trusted`: who comes may act as anybody; `token`: as its token "
           "says; `oidc`: as a token of the OpenID provider does, or one of "
           "these"),
      {"tokens", shape::json,
       R"(`[{ "token": "…" or "sha256:HEX", "as": "support:ann", )"
       R"("programs": ["…"], "expires": "2027-07-01T00:00:00Z" }, …]`)",
       [&s](const json::value &list, const section &in) {
         read_tokens(list, in.blame("tokens"), s.tokens);
       },
       [&s] { return shown(s.tokens); }},
      std::move(file),
  };
  for (auto &row : oidc_rows(s))
    rows.push_back(std::move(row));
  return rows;
}

std::string_view told_of(const workflows::reminder &kind) {
  if (kind.to == workflows::reminder_receiver::support)
    return "after the request, to support";
  return kind.from == workflows::reminder_base::request ? "after the request"
                                                        : "after the start";
}

std::vector<setting> policy() {
  std::vector<setting> rows{
      {"recap.min_characters", shape::number,
       "user-perceived characters of a recap's three parts together"},
      {"recap.max_characters", shape::number, "characters of the same at most"},
      {"log_window", shape::text,
       "how long after the start time can be logged"},
      {"duration.step_minutes", shape::number, "minutes are rounded up to it"},
      {"duration.max_minutes", shape::number,
       "minutes of a session at most; a multiple of the step"},
      {"calls.max_per_session", shape::number,
       "joins and leaves of a session's call; then nobody joins any more"},
      {"limits.tutor_minutes_per_week", shape::nullable_number,
       "minutes of a tutor; here and below `null`: no limit"},
      {"limits.student_course_minutes_per_week", shape::nullable_number,
       "minutes of each student in a course"},
      {"limits.course_minutes_per_week", shape::nullable_number,
       "minutes of a course"},
      {"limits.pair_sessions_per_day", shape::nullable_number,
       "sessions of a tutor with a student"},
      {"week_starts_on", shape::text,
       "the installation's: no override and no later version changes it"},
      {"timezone", shape::text, "of sessions that name none"},
      {"confirmation", shape::text, "or `any_student`"},
      {"auto_confirm_after", shape::nullable_text,
       "`72h`: a silent student counts as confirmed after it"},
      {"pay.rate_per_hour", shape::number,
       "minor units, of sessions that name none"},
      {"pay.currency", shape::text, "of sessions that name none"},
      {"pay.settle_after", shape::nullable_text,
       "`48h`: a session stays `completed` and can be disputed for it"},
  };
  rows.push_back(
      {"disbursements", shape::json,
       R"(`{ "every": "week", "on": "friday", "at": "06:00", )"
       R"("after_settled": "14d", "minimum": 0, "by": "file" }`: )"
       "what was settled is paid out; a programme's or the installation's, "
       "`null`: not by recapd"});
  for (const auto &kind : workflows::reminder_table)
    rows.push_back({"reminders." + std::string{kind.name},
                    kind.list ? shape::json : shape::nullable_text,
                    told_of(kind)});
  rows.push_back(
      {"courses", shape::json,
       R"(`{ "MATH101": { … } }`: overrides of any of `policy` for a course)"});
  rows.push_back({"programs", shape::json,
                  R"(`{ "night": { … } }`: the same for a programme, )"
                  "`courses` too; goes before `courses`"});
  return rows;
}

std::vector<setting> engine(settings &s) {
  auto &e = s.engine;
  return {
      number("shards", e.shards, 1, 1024,
             "shard actors, the parents of the node's sessions"),
      number("workers", e.workers, 1, 256, "scheduler threads"),
      number("journals", e.journals, 1, 64, "connections that commit"),
      number("readers", e.readers, 1, 64, "connections that answer reads"),
      number("max_in_flight", e.max_in_flight, 1, 1'000'000,
             "commands taken and not answered, a whole batch at once; beyond: "
             "503"),
      number("max_batch", e.max_batch, 1, 10'000,
             "commits in one group commit"),
      number("max_resident_sessions", e.max_resident_sessions, 1, 10'000'000,
             "sessions in memory at a time"),
      number("session_idle_ms", e.session_idle_ms, 1, unbounded,
             "a session that rests for so long leaves memory"),
  };
}

std::vector<setting> http(settings &s) {
  auto &h = s.http;
  return {
      number("max_connections", h.max_connections, 1, 65535,
             "connections open at a time"),
      number("max_connections_per_address", h.max_connections_per_address, 1,
             65535,
             "an address's (of IPv6 a /64's) share of them; beyond: 429"),
      number("header_timeout_ms", h.header_timeout_ms, 1, hour_ms,
             "for a request's head, and between parts of its body"),
      number("idle_timeout_ms", h.idle_timeout_ms, 1, hour_ms,
             "between requests of a connection"),
      list(
          "hosts", h.hosts, parse_authority,
          "names such as recap.example or recap.example:8080",
          R"(`["recap.example"]`: answered beside listen address and localhost)"),
      list("origins", h.origins, parse_origin,
           "origins such as https://app.example",
           R"(`["https://app.example"]`: other sites whose pages may call)"),
      parsed(
          "public_url",
          [&h](auto url) {
            return parse_public_url(url, h.public_url, h.base_path);
          },
          "a URL such as https://recap.example or https://example.edu/recapd",
          [&s] { return public_url_of(s); },
          "`https://recap.example`, where people reach it; it may have a path")
          .must(
              [&s] {
                return s.http.public_url || s.auth != auth_mode::oidc
                       || s.oidc.client_id.empty();
              },
              "where people reach it, since auth.oidc.client_id has them "
              "sign in"),
      list("trusted_proxies", h.trusted_proxies, parse_network,
           "networks such as 10.0.0.0/8 or addresses",
           R"(`["10.0.0.0/8"]`: their `X-Forwarded-For` tells the address)"),
  };
}

std::vector<setting> webhook_rows(settings &s) {
  return {
      text("url", s.webhook.url,
           "where events are posted, from the very first on; empty: nowhere",
           without_secrets)
          .must([&s] { return begins(s.webhook.url, "http://", "https://"); },
                "a URL that begins with http:// or https://"),
      text("secret", s.webhook.secret,
           "the key that signs them with HMAC-SHA256; empty: unsigned",
           all_hidden),
      number("timeout_ms", s.webhook.timeout_ms, 1, hour_ms,
             "for the receiver's answer"),
  };
}

std::vector<setting> disbursing(settings &s) {
  auto &http = s.disbursements.http;
  return {
      text("folder", s.disbursements.folder,
           "where runs' files are written (`policy.disbursements.by` `file`); "
           "empty: `disbursements` in the data folder"),
      text("http_url", http.url,
           "where disbursements are posted (`by` `http`); empty: nowhere",
           without_secrets)
          .must([&http] { return begins(http.url, "http://", "https://"); },
                "a URL that begins with http:// or https://"),
      text("http_secret", http.secret,
           "the key that signs them as webhook.secret does; empty: unsigned",
           all_hidden),
      number("http_timeout_ms", http.timeout_ms, 1, hour_ms, "for the answer"),
  };
}

std::vector<setting> retention(settings &s) {
  auto &kept = s.retention.outcomes;
  return {parsed(
      "outcomes",
      [&kept](auto text) {
        const auto read = workflows::parse_duration(text);
        if (read) kept = *read;
        return read && kept <= longest_kept;
      },
      "a duration such as \"30d\", of at most ten years",
      [&kept] { return workflows::format_duration(kept); },
      "how long SQL clients read what became of their rows in `inbox`")};
}

std::vector<setting> log(settings &s) {
  return {
      word<std::string>("level", s.log_level,
                        {{"trace", "trace"},
                         {"debug", "debug"},
                         {"info", "info"},
                         {"warn", "warn"},
                         {"error", "error"},
                         {"off", "off"}},
                        "`trace`, `debug`, `info`, `warn`, `error` or `off`"),
      word<bool>("requests", s.log_requests, {{"none", false}, {"all", true}},
                 "`all`: a line for each HTTP request, at level `info`")};
}

}  // namespace

std::vector<part> table(settings &s) {
  return {{"node", node(s)},
          {"database", database(s)},
          {"ingress", ingress(s)},
          {"auth", auth(s)},
          {"policy", policy()},
          {"engine", engine(s)},
          {"http", http(s)},
          {"webhook", webhook_rows(s)},
          {"disbursements", disbursing(s)},
          {"mail",
           mail_rows(s.mail, [&s] { return s.http.public_url.has_value(); })},
          {"retention", retention(s)},
          {"log", log(s)}};
}

const std::vector<scalar> &scalars() {
  static const auto all = [] {
    settings s;
    std::vector<scalar> found;
    for (const auto &[name, rows] : table(s))
      for (const auto &row : rows)
        found.push_back(
            {std::string{name} + "." + row.key, row.form, row.told});
    return found;
  }();
  return all;
}

}  // namespace recapd::config
