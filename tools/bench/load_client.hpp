// A lean HTTP/1.1 load generator: plain sockets and one epoll loop.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace recapd::bench {

/// Returns a whole request, head and body, ready to be sent.
[[nodiscard]] std::string post_event(const std::string &event);
/// Returns a whole request with a JSON array of events.
[[nodiscard]] std::string post_batch(const std::vector<std::string> &events);

struct load_result {
  double seconds = 0;
  std::vector<std::uint32_t> latencies_us;  ///< in the order of the answers
  std::size_t failures = 0;                 ///< answers other than 200
  std::string first_failure;                ///< its head and some of its body
};

/// Keep-alive connections to nodes on this machine. Not thread safe. Throws
/// std::runtime_error when a connection breaks or nothing comes for a minute.
class load_client {
public:
  /// Is told now and then how many answers have come.
  using progress = std::function<void(std::size_t)>;

  load_client(unsigned short port, std::size_t connections);
  /// Makes a connection to each of the ports.
  explicit load_client(const std::vector<unsigned short> &ports);
  ~load_client();
  load_client(const load_client &) = delete;
  load_client &operator=(const load_client &) = delete;

  /// Has every connection send its lane's requests, each after the answer to
  /// the one before. At most as many lanes as connections.
  load_result closed_loop(const std::vector<std::vector<std::string>> &lanes,
                          const progress &tell = {});

  /// Sends request k at k / `per_second`, whatever became of those before; its
  /// latency counts from then, so that waiting for a free connection counts.
  load_result open_loop(const std::vector<std::string> &requests,
                        double per_second, const progress &tell = {});

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Sends one request on a connection of its own. Returns the status, or nothing
/// when nobody answers.
[[nodiscard]] std::optional<int> exchange(unsigned short port,
                                          const std::string &request,
                                          std::string *body = nullptr);

/// Returns the milliseconds below which the share `q` of the latencies lies.
[[nodiscard]] double quantile_ms(std::vector<std::uint32_t> latencies_us,
                                 double q);

}  // namespace recapd::bench
