// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/process.hpp"
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace recapd::bench {

namespace {

namespace fs = std::filesystem;

std::vector<char *> argv_of(const std::vector<std::string> &command) {
  std::vector<char *> out;
  out.reserve(command.size() + 1);
  for (const auto &word : command)
    out.push_back(const_cast<char *>(word.c_str()));
  out.push_back(nullptr);
  return out;
}

/// Returns the fields of /proc/PID/stat after the name: field 0 is the state
/// (the third of all).
std::vector<std::string> stat_of(const std::string &pid) {
  std::ifstream in{"/proc/" + pid + "/stat"};
  std::stringstream text;
  text << in.rdbuf();
  const auto all = text.str();
  const auto at = all.rfind(')');
  if (at == std::string::npos) return {};
  std::stringstream rest{all.substr(at + 1)};
  std::vector<std::string> fields;
  for (std::string f; rest >> f;)
    fields.push_back(f);
  return fields;
}

constexpr std::size_t parent_field = 1;
constexpr std::size_t user_field = 11;  // then system, children's user, system

double ticks(const std::vector<std::string> &stat, std::size_t count) {
  if (stat.size() < user_field + count) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i)
    sum += std::stod(stat[user_field + i]);
  return sum / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

std::string content_of(const std::string &file) {
  std::ifstream in{file};
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

void remove_server(const std::string &script, const std::string &dir) {
  try {
    output_of({script, "remove", dir});
  } catch (const std::exception &e) {
    std::fprintf(stderr, "%s\n", e.what());
  }
}

}  // namespace

pqxx::result ask(const std::string &url, const std::string &sql) {
  pqxx::connection c{url};
  return pqxx::nontransaction{c}.exec(sql);
}

std::string output_of(const std::vector<std::string> &command) {
  std::array<int, 2> pipe{};
  if (::pipe(pipe.data()) != 0) throw std::runtime_error{"pipe failed"};
  const auto argv = argv_of(command);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(pipe[1], STDOUT_FILENO);
    ::close(pipe[0]);
    ::close(pipe[1]);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(pipe[1]);
  std::string out;
  std::array<char, 4096> buffer{};
  for (ssize_t n = 0; (n = ::read(pipe[0], buffer.data(), buffer.size())) > 0;)
    out.append(buffer.data(), static_cast<std::size_t>(n));
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::string text;
    for (const auto &word : command)
      text += word + " ";
    throw std::runtime_error{text + "failed:\n" + out};
  }
  while (!out.empty() && out.back() == '\n')
    out.pop_back();
  return out;
}

double cpu_of(pid_t pid) {
  return ticks(stat_of(std::to_string(pid)), 2);
}

double own_cpu() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval &t) {
    return static_cast<double>(t.tv_sec)
           + static_cast<double>(t.tv_usec) / 1'000'000;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::int64_t resident_bytes(pid_t pid) {
  std::ifstream in{"/proc/" + std::to_string(pid) + "/statm"};
  std::int64_t size = 0;
  std::int64_t resident = 0;
  in >> size >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

postgres::postgres(std::string script, std::string dir)
    : script_{std::move(script)}, dir_{std::move(dir)} {
  start();
}

postgres::~postgres() {
  remove_server(script_, dir_);
}

void postgres::start() {
  url_ = output_of({script_, "start", dir_});
  admin_url_ = output_of({script_, "admin-url", dir_});
  pid_ = static_cast<pid_t>(std::stoi(output_of({script_, "pid", dir_})));
}

void postgres::restart() {
  output_of({script_, "stop", dir_});
  start();
}

std::string postgres::fresh_database(const std::string &name) {
  drop_database(name);
  ask(admin_url_, "CREATE DATABASE " + name + " OWNER recapd");
  auto url = url_;
  constexpr std::string_view standard = "/recapd?";
  return url.replace(url.find(standard), standard.size(), "/" + name + "?");
}

void postgres::drop_database(const std::string &name) {
  pqxx::connection c{admin_url_};
  pqxx::nontransaction tx{c};
  tx.exec("SET client_min_messages = warning");
  tx.exec("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
}

double postgres::cpu() const {
  const auto server = std::to_string(pid_);
  double sum = ticks(stat_of(server), 4);
  for (const auto &entry : fs::directory_iterator{"/proc"}) {
    const auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto stat = stat_of(name);
    if (stat.size() > parent_field && stat[parent_field] == server)
      sum += ticks(stat, 2);
  }
  return sum;
}

double postgres::wal_bytes() const {
  const auto *sql = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn";
  return ask(admin_url_, sql)[0][0].as<double>();
}

standby::standby(const postgres &of, const std::string &name)
    : script_{of.script()}, dir_{of.dir() + "/standby"} {
  output_of({script_, "standby", dir_, of.dir(), name});
}

standby::~standby() {
  remove_server(script_, dir_);
}

node::node(const options &o, bool wait) : port_{o.port} {
  const auto ready = o.dir + "/node.ready";
  const auto log = o.dir + "/node.log";
  fs::remove(ready);
  const std::vector<std::string> command{
      o.program,      "--config", o.config_file,
      "--database",   o.database, "--clock",
      "system",       "--listen", "127.0.0.1:" + std::to_string(o.port),
      "--ready-file", ready};
  const auto argv = argv_of(command);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(1);
    const int out =
        ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    for (const auto &[name, value] : o.environment)
      ::setenv(name.c_str(), value.c_str(), 1);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  if (wait) await(ready, log);
}

void node::await(const std::string &ready, const std::string &log) {
  for (int i = 0; !fs::exists(ready); ++i) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_ || i > 60000) {
      pid_ = 0;
      throw std::runtime_error{"the node did not start; it said:\n"
                               + content_of(log)};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  const auto url = content_of(ready);
  port_ =
      static_cast<unsigned short>(std::stoi(url.substr(url.rfind(':') + 1)));
}

node::~node() {
  stop();
}

std::string node::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

void node::reap(int signal) {
  if (pid_ == 0) return;
  ::kill(pid_, signal);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void node::kill() {
  reap(SIGKILL);
}

void node::stop() {
  reap(SIGTERM);
}

}  // namespace recapd::bench
