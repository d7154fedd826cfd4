// The node's configuration: defaults, file, environment, options.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/layers.hpp"
#include "config/mail.hpp"
#include "config/nats.hpp"
#include "config/places.hpp"
#include "config/sign_in.hpp"
#include "config/tokens.hpp"
#include "workflows/ids.hpp"
#include "workflows/policy.hpp"

namespace recapd::config {

enum class ingress_kind { inbox, nats };
enum class auth_mode { trusted, token, oidc };
enum class clock_kind { system, manual };

/// Where events are posted to.
struct webhook {
  std::string url;     ///< empty: off
  std::string secret;  ///< HMAC-SHA256 key; empty: unsigned
  int timeout_ms = 5000;
};

/// All settings, checked, with the defaults. What a member is called in a file,
/// and what it may be, is in config/table.cpp.
struct settings {
  std::string listen_host = "127.0.0.1";
  unsigned short listen_port = 8080;  ///< 0: any free port
  /// `HOST:PORT` where other nodes reach it; empty: where it listens; `none`:
  /// commands go between it and them by the database only.
  std::string address;
  std::string name;      ///< empty: named after host and data folder
  int lease_ms = 10000;  ///< a node silent for so long has lost its shards
  int max_clock_skew_ms = 60000;  ///< from the database's; beyond: 503
  std::string database_url;
  int statement_ms = 5000;  ///< what the database does not answer by then: 503
  std::string data_dir = ".local";
  ingress_kind ingress = ingress_kind::inbox;
  std::string nats_url;
  nats_access nats;
  int nats_partitions = 64;  ///< a power of two
  int nats_replicas = 1;     ///< of the streams, where they are made
  auth_mode auth = auth_mode::trusted;
  std::vector<token> tokens;  ///< of the configuration and `tokens_file`
  std::string tokens_file;
  config::oidc oidc;  ///< whose tokens count, too, in that mode
  clock_kind clock = clock_kind::system;
  workflows::policy policy;
  config::webhook webhook;
  bool log_requests = false;
  struct {
    std::string folder;    ///< of runs' files; empty: in the data folder
    config::webhook http;  ///< where disbursements are posted
  } disbursements;
  config::mail mail;
  std::string log_level = "info";  ///< trace debug info warn error off
  struct {
    int shards = 4;
    int workers = 2;
    int journals = 2;
    int readers = 1;
    int max_in_flight = 20000;
    int max_batch = 1000;
    int max_resident_sessions = 50000;
    int session_idle_ms = 60000;
  } engine;
  struct {
    int max_connections = 1024;
    int max_connections_per_address = 256;
    std::vector<authority> hosts;  ///< beside the listen address and localhost
    std::vector<origin> origins;   ///< whose pages may call
    std::optional<origin> public_url;
    /// The path of `public_url`, from its first slash to its last one.
    std::string base_path = "/";
    std::vector<network> trusted_proxies;
    int header_timeout_ms = 10000;  ///< for a head, and for more of a body
    int idle_timeout_ms = 60000;    ///< between keep-alive requests
  } http;
  struct {
    std::chrono::seconds outcomes = std::chrono::days{30};  ///< of the inbox
  } retention;
};

/// Reads the settings. An option beats the environment (`RECAPD_SECTION_KEY`;
/// an empty one counts as not set), which beats the file, which beats the
/// default. `text` is the file's content, JSON with // and /* */ comments;
/// empty: none. Reads `auth.tokens_file` from disk. Throws config_error.
[[nodiscard]] settings read(std::string_view text, const environment &env,
                            const overrides &options);

/// Returns sentences about settings that let in more people than they should.
/// `file` is where they were read, or empty.
[[nodiscard]] std::vector<std::string>
warnings(const settings &s, const std::string &file, workflows::instant now);

/// Returns true for the environment name of a setting, `RECAPD_NODE_LISTEN`,
/// and for others of recapd's that begin with `RECAPD_` (`RECAPD_TEST_…`).
[[nodiscard]] bool known_variable(std::string_view name);

/// Returns the settings in the file's shape, as `recapd --check` lists them.
/// Secrets are `***`, the database's password too.
[[nodiscard]] boost::json::object to_json(const settings &s);

/// Returns to_json() as lines of `section.key=value`, strings without quotes.
[[nodiscard]] std::string describe(const settings &s);

/// Returns config/recapd.json: a file with every setting's default, each with
/// what it means.
[[nodiscard]] std::string default_file();

}  // namespace recapd::config
