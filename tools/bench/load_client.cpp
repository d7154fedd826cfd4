// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/load_client.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <poll.h>
#include <stdexcept>
#include <sys/epoll.h>
#include <unistd.h>
#include <utility>

#include "tools/bench/alarm.hpp"
#include "tools/bench/load_connection.hpp"

namespace recapd::bench {

using clock = std::chrono::steady_clock;

namespace {

std::string post(const char *type, const std::string &body) {
  return std::string{"POST /v1/commands HTTP/1.1\r\nHost: localhost\r\n"
                     "Content-Type: application/"}
         + type + "\r\nContent-Length: " + std::to_string(body.size())
         + "\r\n\r\n" + body;
}

constexpr int patience_ms = 60000;
constexpr std::uint64_t timer_mark = ~std::uint64_t{0};

std::uint32_t us_since(clock::time_point from) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(
      clock::now() - from);
  return static_cast<std::uint32_t>(std::max<std::int64_t>(us.count(), 0));
}

}  // namespace

std::string post_event(const std::string &event) {
  return post("cloudevents+json", event);
}

std::string post_batch(const std::vector<std::string> &events) {
  std::string body = "[";
  for (const auto &e : events) {
    if (body.size() > 1) body += ',';
    body += e;
  }
  body += ']';
  return post("cloudevents-batch+json", body);
}

struct load_client::impl {
  struct lane {
    std::unique_ptr<load_connection> connection;
    clock::time_point since;
    bool writing = false;  ///< epoll looks for room to write
  };

  explicit impl(const std::vector<unsigned short> &ports)
      : epoll{::epoll_create1(EPOLL_CLOEXEC)}, lanes(ports.size()) {
    for (std::size_t i = 0; i < ports.size(); ++i) {
      const int fd = connect_to(ports[i]);
      if (fd < 0) throw std::runtime_error{"the node does not listen"};
      lanes[i].connection = std::make_unique<load_connection>(fd);
      watch(EPOLL_CTL_ADD, fd, EPOLLIN, i);
    }
    watch(EPOLL_CTL_ADD, timer.socket(), EPOLLIN, timer_mark);
  }
  ~impl() { ::close(epoll); }
  impl(const impl &) = delete;
  impl &operator=(const impl &) = delete;

  void watch(int how, int fd, unsigned events, std::uint64_t mark) const {
    epoll_event e{};
    e.events = events;
    e.data.u64 = mark;
    ::epoll_ctl(epoll, how, fd, &e);
  }

  void send(std::size_t i, const std::string &request,
            clock::time_point since) {
    auto &l = lanes[i];
    l.since = since;
    l.connection->begin(request);
    write_on(i);
  }

  void write_on(std::size_t i) {
    auto &l = lanes[i];
    const bool wait = !l.connection->write_on();
    if (wait == l.writing) return;
    l.writing = wait;
    watch(EPOLL_CTL_MOD, l.connection->socket(),
          wait ? unsigned{EPOLLIN} | unsigned{EPOLLOUT} : unsigned{EPOLLIN}, i);
  }

  /// Runs until `want` answers have come. `answered(i)`: lane i is free again;
  /// `tick()`: the timer went off.
  template <class Answered, class Tick>
  void run(std::size_t want, Answered answered, Tick tick) {
    std::array<epoll_event, 128> ready{};
    while (result.latencies_us.size() < want) {
      const int n = ::epoll_wait(epoll, ready.data(),
                                 static_cast<int>(ready.size()), patience_ms);
      if (n == 0) throw std::runtime_error{"the node gives no answer"};
      for (int k = 0; k < n; ++k) {
        const auto &e = ready[static_cast<std::size_t>(k)];
        if (e.data.u64 == timer_mark) {
          timer.clear();
          tick();
          continue;
        }
        const auto i = static_cast<std::size_t>(e.data.u64);
        if ((e.events & EPOLLOUT) != 0U) write_on(i);
        if ((e.events & ~unsigned{EPOLLOUT}) == 0U) continue;
        if (!lanes[i].connection->read_on()) continue;
        take_answer(i);
        answered(i);
      }
    }
  }

  void take_answer(std::size_t i) {
    const auto &c = *lanes[i].connection;
    result.latencies_us.push_back(us_since(lanes[i].since));
    if (c.status() != 200 && result.failures++ == 0)
      result.first_failure = c.start_of_answer().substr(0, 1500);
    if (tell && result.latencies_us.size() % tell_every == 0)
      tell(result.latencies_us.size());
  }

  load_result finish(clock::time_point began) {
    result.seconds =
        std::chrono::duration<double>(clock::now() - began).count();
    return std::exchange(result, {});
  }

  int epoll;
  alarm timer;
  std::vector<lane> lanes;
  load_result result;
  progress tell;
  std::size_t tell_every = 1;
};

load_client::load_client(unsigned short port, std::size_t connections)
    : load_client{std::vector<unsigned short>(connections, port)} {}
load_client::load_client(const std::vector<unsigned short> &ports)
    : impl_{std::make_unique<impl>(ports)} {}
load_client::~load_client() = default;

load_result
load_client::closed_loop(const std::vector<std::vector<std::string>> &lanes,
                         const progress &tell) {
  auto &i = *impl_;
  std::vector<std::size_t> next(lanes.size(), 0);
  std::size_t want = 0;
  for (const auto &l : lanes)
    want += l.size();
  i.tell = tell;
  i.tell_every = std::max<std::size_t>(want / 50, 1);
  i.result.latencies_us.reserve(want);
  const auto send_next = [&](std::size_t lane) {
    if (next[lane] < lanes[lane].size())
      i.send(lane, lanes[lane][next[lane]++], clock::now());
  };
  const auto began = clock::now();
  for (std::size_t lane = 0; lane < lanes.size(); ++lane)
    send_next(lane);
  i.run(want, send_next, [] {});
  return i.finish(began);
}

load_result load_client::open_loop(const std::vector<std::string> &requests,
                                   double per_second, const progress &tell) {
  auto &i = *impl_;
  std::deque<std::size_t> idle;
  for (std::size_t lane = 0; lane < i.lanes.size(); ++lane)
    idle.push_back(lane);
  i.tell = tell;
  i.tell_every = std::max<std::size_t>(requests.size() / 50, 1);
  i.result.latencies_us.reserve(requests.size());
  const auto began = clock::now();
  const auto due = [&](std::size_t k) { return due_at(began, k, per_second); };
  std::size_t next = 0;
  const auto send_due = [&] {
    while (next < requests.size() && !idle.empty()
           && due(next) <= clock::now()) {
      const auto lane = idle.front();
      idle.pop_front();
      i.send(lane, requests[next], due(next));
      ++next;
    }
    if (next < requests.size() && !idle.empty()) i.timer.set(due(next));
  };
  send_due();
  i.run(
      requests.size(),
      [&](std::size_t lane) {
        idle.push_back(lane);
        const bool late = next < requests.size() && due(next) <= clock::now();
        if (late || idle.size() == 1) send_due();
      },
      send_due);
  return i.finish(began);
}

std::optional<int> exchange(unsigned short port, const std::string &request,
                            std::string *body) {
  const int fd = connect_to(port);
  if (fd < 0) return std::nullopt;
  load_connection c{fd};
  c.begin(request);
  try {
    pollfd wait{.fd = fd, .events = POLLOUT, .revents = 0};
    while (!c.write_on())
      if (::poll(&wait, 1, patience_ms) <= 0) return std::nullopt;
    wait.events = POLLIN;
    while (!c.read_on())
      if (::poll(&wait, 1, patience_ms) <= 0) return std::nullopt;
  } catch (const std::runtime_error &) {
    return std::nullopt;
  }
  if (body != nullptr) {
    const auto &all = c.start_of_answer();
    *body = all.substr(all.find("\r\n\r\n") + 4);
  }
  return c.status();
}

double quantile_ms(std::vector<std::uint32_t> latencies_us, double q) {
  if (latencies_us.empty()) return 0;
  const auto rank = static_cast<std::size_t>(
      std::ceil(q * static_cast<double>(latencies_us.size())));
  const auto place =
      std::min(std::max<std::size_t>(rank, 1), latencies_us.size()) - 1;
  std::nth_element(latencies_us.begin(),
                   latencies_us.begin() + static_cast<std::ptrdiff_t>(place),
                   latencies_us.end());
  return latencies_us[place] / 1000.0;
}

}  // namespace recapd::bench
