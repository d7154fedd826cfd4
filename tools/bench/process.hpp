// The processes the benchmark starts: PostgreSQL and the node; what they use.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <pqxx/pqxx>
#include <string>
#include <sys/types.h>
#include <vector>

namespace recapd::bench {

/// Returns what one statement, by a connection of its own, answers.
pqxx::result ask(const std::string &url, const std::string &sql);

/// Runs a command and returns what it printed. Throws std::runtime_error, with
/// what it said, when it fails.
std::string output_of(const std::vector<std::string> &command);

/// Returns the CPU seconds that a process has used; 0 when it is gone.
[[nodiscard]] double cpu_of(pid_t pid);
/// Returns the CPU seconds that this process has used.
[[nodiscard]] double own_cpu();
[[nodiscard]] std::int64_t resident_bytes(pid_t pid);

/// A server of tools/postgres on one folder, from construction to destruction.
class postgres {
public:
  /// `script` is tools/postgres; `dir` becomes the data folder.
  postgres(std::string script, std::string dir);
  ~postgres();
  postgres(const postgres &) = delete;
  postgres &operator=(const postgres &) = delete;

  /// Creates a database of that name, anew, and returns a node's URL for it.
  std::string fresh_database(const std::string &name);
  void drop_database(const std::string &name);
  [[nodiscard]] const std::string &script() const { return script_; }
  [[nodiscard]] const std::string &dir() const { return dir_; }
  /// Returns the superuser's URL, of the server's own database.
  [[nodiscard]] const std::string &admin_url() const { return admin_url_; }
  void restart();
  /// Returns the CPU seconds of the server and all connections, past ones too.
  [[nodiscard]] double cpu() const;
  /// Returns how much WAL was ever written.
  [[nodiscard]] double wal_bytes() const;

private:
  void start();

  std::string script_;
  std::string dir_;
  std::string url_;
  std::string admin_url_;
  pid_t pid_ = 0;
};

/// A standby of a server, in a folder within the server's own, from
/// construction to destruction.
class standby {
public:
  /// Starts the standby. `name` is for synchronous_standby_names.
  standby(const postgres &of, const std::string &name);
  ~standby();
  standby(const standby &) = delete;
  standby &operator=(const standby &) = delete;

private:
  std::string script_;
  std::string dir_;
};

/// One running recapd.
class node {
public:
  struct options {
    std::string program;
    std::string database;
    std::string config_file;
    std::string dir;  ///< for its ready file and its output
    unsigned short port = 0;
    std::map<std::string, std::string> environment;
  };
  /// Starts the node, and returns when it listens, or, without `wait`, at once.
  explicit node(const options &o, bool wait = true);
  /// Drains the node.
  ~node();
  node(const node &) = delete;
  node &operator=(const node &) = delete;

  [[nodiscard]] unsigned short port() const { return port_; }
  [[nodiscard]] std::string url() const;
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] double cpu() const { return cpu_of(pid_); }
  /// Kills the node, as kill -9 does.
  void kill();
  void stop();

private:
  void await(const std::string &ready, const std::string &log);
  void reap(int signal);

  pid_t pid_ = 0;
  unsigned short port_ = 0;
};

}  // namespace recapd::bench
