// recapd: the node.
// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <pthread.h>
#include <sstream>
#include <thread>
#include <unistd.h>

#include "config/config.hpp"
#include "gateway/telemetry/log.hpp"
#include "storage/fault.hpp"
#include "storage/postgres/store.hpp"
#include "tools/common/process_title.hpp"
#include "tools/common/terminal.hpp"
#include "tools/recapd/node.hpp"
#include "tools/recapd/service_manager.hpp"

namespace recapd::tools {

namespace {

enum exit_code : int {
  ok = 0,
  wrong_settings = 2,
  no_database = 3,
  no_port = 4,
  refused = 5,
  behind = 6
};

constexpr const char *footer =
    "A setting in the file has an environment name, RECAPD_SECTION_KEY; an\n"
    "option beats the environment, the environment the file. SIGINT or "
    "SIGTERM\n"
    "drains and ends; the second one ends at once. SIGHUP reads the tokens\n"
    "again.\n"
    "Exit codes: 0 ended as asked; 2 wrong options or configuration; 3 the\n"
    "database does not answer, or not yet; 4 the address cannot be listened\n"
    "on, or another node works on the data folder; 5 the database refuses\n"
    "this program until somebody changes something: password, right,\n"
    "certificate, pooler, version, newer schema; 6 `migrate --check` found\n"
    "that migrations are missing.\n";

struct command_line {
  std::string config;
  config::overrides overrides;
  std::string ready_file;
  bool check = false;
  bool defaults = false;
  bool migrate = false;
  bool print_missing = false;
  bool check_missing = false;
};

void build(CLI::App &app, command_line &o) {
  app.footer(footer);
  app.set_version_flag("--version", "recapd " RECAPD_VERSION);
  app.add_option("--config", o.config, "The configuration, JSON with comments");
  app.add_option("--listen", o.overrides.listen,
                 "HOST:PORT; port 0 takes a free one");
  app.add_option("--database", o.overrides.database, "The PostgreSQL URL");
  app.add_option("--data", o.overrides.data,
                 "The folder of ./tools/run's private PostgreSQL");
  app.add_option("--clock", o.overrides.clock,
                 "system, or manual: time moves by POST /v1/clock only");
  app.add_option("--ingress", o.overrides.ingress, "inbox or nats");
  app.add_option("--ready-file", o.ready_file,
                 "Gets the node's URL once it listens");
  app.add_flag("--check", o.check,
               "Check the configuration, print all settings, and end");
  app.add_flag("--defaults", o.defaults,
               "Print a configuration with every setting's default, each with "
               "what it means, and end");
  auto *migrate =
      app.add_subcommand("migrate", "Bring the database up to date, print what "
                                    "somebody else must run in it, and end")
          ->fallthrough()
          ->callback([&o] { o.migrate = true; });
  auto *print =
      migrate->add_flag("--print", o.print_missing,
                        "Change nothing; print the SQL of what is missing, for "
                        "psql -v ON_ERROR_STOP=1 -1 as the owner");
  migrate
      ->add_flag("--check", o.check_missing,
                 "Change nothing; exit code 6 names the migrations that are "
                 "missing")
      ->excludes(print);
}

std::string content_of(const std::string &file) {
  if (file.empty()) return {};
  std::ifstream in{file, std::ios::binary};
  std::stringstream text;
  if (!in || !(text << in.rdbuf()))
    throw config::config_error{file, "a readable file"};
  return text.str();
}

std::optional<std::string> variable(std::string_view name) {
  const char *value = std::getenv(std::string{name}.c_str());
  return value ? std::optional<std::string>{value} : std::nullopt;
}

void warn_of_unknown_variables() {
  for (char **entry = environ; *entry; ++entry) {
    const std::string_view text{*entry};
    const auto name = text.substr(0, text.find('='));
    if (name.starts_with("RECAPD_") && !config::known_variable(name))
      fmt::print(stderr, "recapd: {} is not a setting's name; ignored\n", name);
  }
}

config::settings settings_of(const command_line &o) {
  const auto text = content_of(o.config);
  try {
    return config::read(text, variable, o.overrides);
  } catch (const config::config_error &e) {
    // An option or a variable names itself; all else is in the file.
    if (o.config.empty() || e.path.starts_with("--")
        || e.path.starts_with("RECAPD_"))
      throw;
    throw std::runtime_error{o.config + ": " + e.what()};
  }
}

void refuse_unusable(const config::settings &s) {
  if (s.ingress == config::ingress_kind::nats && s.nats_url.empty())
    throw std::runtime_error{
        "ingress.nats_url is empty: name a NATS server with JetStream, such as "
        "nats://127.0.0.1:4222; tools/nats brings one up"};
  if (s.database_url.empty())
    throw std::runtime_error{
        "database.url is empty: name a PostgreSQL with --database, "
        "RECAPD_DATABASE_URL or the configuration; ./tools/run brings one up"};
}

exit_code complain(exit_code code, const std::string &what) {
  fmt::print(stderr, "recapd: {}\n", what);
  return code;
}

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

/// Returns the signals that end the process, and the one to read the tokens
/// again.
sigset_t awaited_signals() {
  auto set = ending_signals();
  sigaddset(&set, SIGHUP);
  return set;
}

int next_signal(const sigset_t &set) {
  int signal = 0;
  while (sigwait(&set, &signal) != 0) {
  }
  return signal;
}

/// Has a signal from now on end the process where it stands.
void end_on_next_signal() {
  std::thread{[] { std::_Exit(128 + next_signal(ending_signals())); }}.detach();
}

/// How long a drain may take. The parts have bounds of their own, but for a
/// database that takes a statement and never answers. What was acknowledged is
/// safe anyhow.
constexpr std::chrono::seconds longest_drain{45};

void end_at_latest() {
  std::thread{[] {
    std::this_thread::sleep_for(longest_drain);
    gateway::log_warn("something does not answer: ending where it stands",
                      {{"after_s", std::to_string(longest_drain.count())}});
    std::_Exit(no_database);
  }}.detach();
}

/// Writes the ready file whole or not at all: who waits for it must not read
/// half a URL.
void write_ready_file(const std::string &file, const std::string &url) {
  if (file.empty()) return;
  const auto partial = file + ".part";
  std::ofstream{partial} << url << "\n";
  std::filesystem::rename(partial, file);
}

std::vector<std::string> warnings_of(const config::settings &s,
                                     const command_line &o) {
  return config::warnings(s, o.config, actors::wall_clock{}.now());
}

void warn_of(const config::settings &s, const command_line &o) {
  for (const auto &sentence : warnings_of(s, o))
    gateway::log_warn(sentence, {});
}

/// Reads the tokens again; where they cannot be read they stay as they are.
void read_tokens_again(node &n, const command_line &o,
                       config::auth_mode running) {
  try {
    const auto s = settings_of(o);
    if (s.auth != running)
      return gateway::log_warn("the tokens stay as they were: auth.mode is "
                               "another now; start the node again",
                               {});
    n.replace_tokens(s.tokens);
    gateway::log_info("the tokens were read again",
                      {{"count", std::to_string(s.tokens.size())}});
    warn_of(s, o);
  } catch (const std::exception &e) {
    gateway::log_warn("the tokens stay as they were: the configuration cannot "
                      "be read",
                      {{"error", e.what()}});
  }
}

/// Serves until a signal says to end, and returns it.
int serve_until_signal(node &n, const command_line &o,
                       config::auth_mode running) {
  for (;;) {
    const auto signal = next_signal(awaited_signals());
    if (signal != SIGHUP) return signal;
    read_tokens_again(n, o, running);
  }
}

exit_code serve(const config::settings &s, const command_line &o) {
  // A second signal while the node drains would end it where it stands.
  const auto ending = std::make_shared<std::atomic<bool>>(false);
  node n{s, [ending](const std::string &) {
           if (!ending->exchange(true)) ::kill(::getpid(), SIGTERM);
         }};
  fmt::print("recapd {} listens on {}\n", RECAPD_VERSION, n.url());
  std::fflush(stdout);
  write_ready_file(o.ready_file, n.url());
  service_manager manager{
      "Listening on " + n.url(),
      [&n](std::chrono::milliseconds bound) { return n.look(bound); }};
  const auto signal = serve_until_signal(n, o, s.auth);
  *ending = true;
  end_on_next_signal();
  end_at_latest();
  gateway::log_info("draining",
                    {{"signal", signal == SIGINT ? "SIGINT" : "SIGTERM"}});
  manager.ending();
  n.stop();
  gateway::log_info("drained", {});
  return ok;
}

exit_code check_migrations(const config::settings &s) {
  const auto missing = storage::postgres::missing_migrations(s.database_url);
  if (missing.empty()) return ok;
  return complain(behind, fmt::format("the database lacks {}; `recapd migrate` "
                                      "makes them",
                                      fmt::join(missing, ", ")));
}

exit_code migrate(const config::settings &s, const command_line &o) {
  if (o.check_missing) return check_migrations(s);
  if (o.print_missing) {
    fmt::print("{}", storage::postgres::migration_script(s.database_url));
    return ok;
  }
  const auto missing = storage::postgres::missing_migrations(s.database_url);
  const auto notes = storage::postgres::migrate(s.database_url);
  fmt::print(stderr, "recapd: {}\n",
             missing.empty()
                 ? "the database was up to date already"
                 : fmt::format("made {}; the database is up to date",
                               fmt::join(missing, ", ")));
  for (const auto &what : notes.unsafe)
    fmt::print(stderr, "recapd: {}\n", what);
  if (!notes.to_run.empty())
    fmt::print("-- To be run in the database by somebody who may make roles:\n"
               "{};\n",
               notes.to_run);
  return ok;
}

exit_code run(const command_line &o) {
  if (o.defaults) {
    fmt::print("{}", config::default_file());
    return ok;
  }
  config::settings s;
  try {
    s = settings_of(o);
    if (o.check) {
      fmt::print("{}", config::describe(s));
      for (const auto &w : warnings_of(s, o))
        fmt::print(stderr, "recapd: warning: {}\n", w);
      return ok;
    }
    refuse_unusable(s);
  } catch (const std::exception &e) {
    return complain(wrong_settings, e.what());
  }
  warn_of_unknown_variables();
  gateway::start_log(s.log_level);
  warn_of(s, o);
  try {
    return o.migrate ? migrate(s, o) : serve(s, o);
  } catch (const storage::storage_error &e) {
    return complain(no_database, e.what());
  } catch (const storage::schema_error &e) {
    return complain(refused, e.what());
  } catch (const name_in_use &e) {
    return complain(no_port, e.what());
  } catch (const setting_error &e) {
    return complain(wrong_settings, e.what());
  } catch (const listen_error &e) {
    return complain(no_port, std::string{e.what()}
                                 + "\nName another address with --listen "
                                   "HOST:PORT.");
  }
}

/// Blocks the signals that are awaited. Every thread inherits the mask, so only
/// `next_signal` sees these signals.
void prepare_signals() {
  const auto set = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace

}  // namespace recapd::tools

int main(int argc, char **argv) try {
  using namespace recapd::tools;
  keep_standard_streams();
  prepare_signals();
  CLI::App app{"A node of the tutoring workflow engine.", "recapd"};
  command_line o;
  build(app, o);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &e) {
    return app.exit(e) == 0 ? ok : wrong_settings;
  }
  hide_secrets(argc, argv);
  return run(o);
} catch (const std::exception &e) {
  fmt::print(stderr, "recapd: {}\n", e.what());
  return 1;
}
