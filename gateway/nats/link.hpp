// A connection to a NATS server, and what recapd asks of its JetStream.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "config/nats.hpp"

namespace recapd::gateway::nats {

/// Says what the server did not do, and why.
class error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Says that the stream is not there (any more).
class stream_gone : public error {
public:
  using error::error;
};

using header_list = std::vector<std::pair<std::string, std::string>>;

struct message {
  std::string subject;
  std::string reply = {};  ///< or empty
  header_list headers = {};
  std::string data;
};

/// Returns what a message counts against a server's and a stream's bound:
/// headers and data.
[[nodiscard]] std::size_t bytes_of(const message &m);

/// A stream as it is made where there is none.
struct stream_spec {
  std::string name;
  std::vector<std::string> subjects;
  std::chrono::seconds max_age{0};  ///< how long messages stay; 0: for ever
  int max_message_bytes = -1;       ///< -1: the server's bound
  int replicas = 1;                 ///< more need a cluster of servers
  /// A stream that is there may have other subjects: set_subjects() follows.
  bool other_subjects = false;
};

struct stream_found {
  bool made = false;  ///< there was none before
  /// The most bytes of a message; absent: the stream has no bound of its own.
  std::optional<std::size_t> most_bytes = {};
};

struct consumer_spec {
  std::string stream;
  std::string name;
  std::string filter;
  std::chrono::milliseconds ack_wait{30000};
  std::size_t max_ack_pending = 1000;
};

/// Connects in the constructor; from then on it reconnects by itself until
/// closed(), which only a server that refuses it brings about. Every call ends
/// within seconds; all throw error, those that need a stream stream_gone.
/// Thread safe.
class link {
public:
  /// Connects. `urls` are the servers of one cluster, with commas between them;
  /// the files that `access` names are read now.
  link(const std::string &urls, const std::string &name,
       const config::nats_access &access = {});
  /// Ends the connection; no callback runs after it.
  ~link();
  link(const link &) = delete;
  link &operator=(const link &) = delete;

  [[nodiscard]] bool closed() const;
  /// Returns true while the server is there.
  [[nodiscard]] bool connected() const;
  /// Returns how often it has reconnected.
  [[nodiscard]] std::uint64_t reconnects() const;
  /// Returns how many bytes of headers and data a message may have here.
  [[nodiscard]] std::size_t max_payload() const;
  [[nodiscard]] std::string new_inbox() const;
  /// Calls `got` with each message, on a thread of the link's, where it must
  /// only hand the message over.
  void subscribe(const std::string &subject, std::function<void(message)> got);
  /// Publishes at most once: the message waits for the server while that is
  /// away, then it is sent.
  void publish(const message &m);
  /// Waits until the server has what was published; throws error after `bound`.
  void flush(std::chrono::milliseconds bound);

  /// Publishes `m`. Returns the subject under which the server delivers it to
  /// one who subscribes to `patterns`, or an empty one when it does not.
  [[nodiscard]] std::string
  arrives_as(const message &m, const std::vector<std::string> &patterns);

  /// Publishes into a stream, and returns when the stream has the message, or
  /// had one with this `id` (Nats-Msg-Id) before. Empty: no id.
  void store(const message &m, const std::string &id);
  /// Makes the stream where there is none. One that is there stays as it is; it
  /// must have these subjects, and have messages stay that were acknowledged.
  stream_found ensure_stream(const stream_spec &spec);
  /// Has the stream take these subjects from now on, and no other.
  void set_subjects(const std::string &stream,
                    const std::vector<std::string> &subjects);
  /// Deletes the stream's messages under subjects of that pattern for which
  /// `shall_go` returns true; the server writes over what they had.
  void erase(const std::string &stream, const std::string &pattern,
             const std::function<bool(const message &)> &shall_go);
  [[nodiscard]] std::vector<std::string> consumers(const std::string &stream);
  /// Deletes a consumer; that it is not there is fine.
  void delete_consumer(const std::string &stream, const std::string &name);
  /// Makes a pull consumer of what is in the stream, from the first message.
  /// One server has it, in memory: it is gone with that server.
  void create_consumer(const consumer_spec &spec);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace recapd::gateway::nats
