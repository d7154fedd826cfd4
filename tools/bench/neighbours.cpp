// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/run.hpp"
#include <algorithm>
#include <array>
#include <atomic>
#include <fmt/format.h>
#include <map>
#include <stdexcept>
#include <thread>

#include "tools/bench/campus.hpp"
#include "tools/bench/load.hpp"

namespace recapd::bench {

namespace {

constexpr const char *neighbours_scenario = "neighbours";
constexpr std::size_t noisy_connections = 64;
constexpr double reads_per_second = 50;
constexpr double commands_per_second = 50;

constexpr const char *noisy_token = "the-one-who-asks-all-the-time";
constexpr const char *quiet_token = "somebody-else-who-asks-at-times";

/// Returns the request with a bearer's token.
std::string by(const std::string &token, std::string request) {
  request.insert(request.find("\r\n") + 2,
                 "Authorization: Bearer " + token + "\r\n");
  return request;
}

std::string get(const std::string &token, const std::string &path) {
  return by(token, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

/// Returns the event as the system's, which may say all that is sent here.
std::string by_system(std::string event) {
  const std::string name = "\"authid\":\"";
  const auto from = event.find(name) + name.size();
  return event.replace(from, event.find('"', from) - from, "system:bench");
}

/// Returns a node's settings: the noisy token is a student of the session's.
std::map<std::string, std::string> tokens(const lesson &l) {
  return {{"RECAPD_AUTH_MODE", "token"},
          {"RECAPD_AUTH_TOKENS",
           fmt::format(R"([{{"token":"{}","as":"student:{}"}},)"
                       R"({{"token":"{}","as":"system:bench"}}])",
                       noisy_token, l.student, quiet_token)}};
}

/// The session that is noisily read about.
constexpr std::size_t noisy = 0;
/// The session that somebody else reads.
constexpr std::size_t quiet = 1;

/// Returns events by which the student joins and leaves; as many as the node
/// takes become events of the session, the others refusals.
std::vector<std::string> calls(const lesson &l, std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(fmt::format(
        R"({{"specversion":"1.0","id":"call.{}","source":"urn:campus:bench",)"
        R"("type":"recapd.call.{}","subject":"{}","authid":"student:{}",)"
        R"("data":{{"participant":"student:{}"}}}})",
        i, i % 2 == 0 ? "join" : "leave", l.session, l.student, l.student));
  return out;
}

void send_batches(load_client &client, const std::vector<std::string> &events) {
  constexpr std::size_t batch = 1000;
  for (std::size_t at = 0; at < events.size(); at += batch) {
    const auto end = std::min(at + batch, events.size());
    require_success(client.closed_loop(
        {{post_batch({events.begin() + std::ptrdiff_t(at),
                      events.begin() + std::ptrdiff_t(end)})}}));
  }
}

/// Reads, as fast as it is answered, from construction to destruction.
class noise {
public:
  noise(unsigned short port, const std::string &session)
      : client_{port, noisy_connections},
        lanes_(
            noisy_connections,
            {get(noisy_token, "/v1/notifications?limit=1&session=" + session),
             get(noisy_token, "/v1/sessions/" + session + "/refusals?limit=60"),
             get(noisy_token, "/v1/sessions/" + session + "/history?limit=1")}),
        thread_{[this] { run(); }} {}
  ~noise() {
    over_ = true;
    thread_.join();
  }
  noise(const noise &) = delete;
  noise &operator=(const noise &) = delete;

  [[nodiscard]] std::size_t answers() const { return answers_; }

private:
  void run() {
    try {
      while (!over_)
        answers_ += client_.closed_loop(lanes_).latencies_us.size();
    } catch (const std::exception &e) {
      fmt::print(stderr, "{}: {}\n", neighbours_scenario, e.what());
    }
  }

  load_client client_;
  request_lanes lanes_;
  std::atomic<bool> over_{false};
  std::atomic<std::size_t> answers_{0};
  std::thread thread_;
};

struct latencies {
  std::vector<std::uint32_t> read;
  std::vector<std::uint32_t> command;
};

/// Measures somebody who reads one session, and commands for others that no
/// actor has in memory, one after another from `from` on.
latencies measure_quiet(unsigned short port, const campus &c, std::size_t from,
                        std::size_t count) {
  latencies out;
  std::array<std::exception_ptr, 2> failures;
  const auto at_a_rate = [&](const std::vector<std::string> &requests,
                             double rate, std::vector<std::uint32_t> &into,
                             std::exception_ptr &failure) {
    try {
      load_client client{port, 8};
      const auto r = client.open_loop(requests, rate);
      require_success(r);
      into = r.latencies_us;
    } catch (...) {
      failure = std::current_exception();
    }
  };
  std::vector<std::string> commands;
  for (std::size_t i = 0; i < count; ++i)
    commands.push_back(by(
        quiet_token, post_event(by_system(c.event(from + i, step::accept)))));
  const std::vector<std::string> reads(
      count, get(quiet_token, "/v1/sessions/" + c.at(quiet).session));
  std::thread reader{
      [&] { at_a_rate(reads, reads_per_second, out.read, failures[0]); }};
  at_a_rate(commands, commands_per_second, out.command, failures[1]);
  reader.join();
  for (const auto &f : failures)
    if (f) std::rethrow_exception(f);
  return out;
}

void add(bench_run &b, const std::string &what,
         const std::vector<std::uint32_t> &quietly,
         const std::vector<std::uint32_t> &beside) {
  const auto p99 = [](const auto &all) { return quantile_ms(all, 0.99); };
  b.out().add(neighbours_scenario, what + " alone, p99", "ms", p99(quietly));
  b.out().add(neighbours_scenario, what + " beside the noise, p50", "ms",
              quantile_ms(beside, 0.5));
  b.out().add(neighbours_scenario, what + " beside the noise, p99", "ms",
              p99(beside));
  b.out().at_most(neighbours_scenario, what + " beside the noise, p99", 50);
  const auto ratio = what + ", p99 beside the noise over alone";
  b.out().add(neighbours_scenario, ratio, "times", p99(beside) / p99(quietly));
  b.out().at_most(neighbours_scenario, ratio, 3);
}

}  // namespace

void measure_neighbours(bench_run &b) {
  const auto database = b.server().fresh_database("bench_neighbours");
  const auto each = std::max<std::size_t>(
      static_cast<std::size_t>(b.options().seconds * commands_per_second), 20);
  const campus c{time_from_now(in_a_month)};
  {
    const auto n = b.start_node(database);
    load_client client{n->port(), 1};
    std::vector<std::string> events;
    for (std::size_t i = 0; i < 2 + 2 * each; ++i)
      events.push_back(c.event(i, step::schedule));
    events.push_back(c.event(noisy, step::accept));
    send_batches(client, events);
    send_batches(client, calls(c.at(noisy), b.size(10'000, 1000)));
    n->stop();
  }
  // In another process no actor has a session in memory.
  const auto n = b.start_node(database, tokens(c.at(noisy)));
  const auto alone = measure_quiet(n->port(), c, 2, each);
  latencies beside;
  std::size_t answers = 0;
  {
    noise loud{n->port(), c.at(noisy).session};
    beside = measure_quiet(n->port(), c, 2 + each, each);
    answers = loud.answers();
  }
  add(b, "a read", alone.read, beside.read);
  add(b, "a cold command", alone.command, beside.command);
  b.out().add(neighbours_scenario, "noisy reads meanwhile", "reads/s",
              static_cast<double>(answers) / static_cast<double>(each)
                  * commands_per_second);
  n->stop();
  b.server().drop_database("bench_neighbours");
}

}  // namespace recapd::bench
