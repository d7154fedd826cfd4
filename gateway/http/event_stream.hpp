// Server-sent events: each session event as it commits, resumable.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/system/result.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/http/event_audience.hpp"
#include "gateway/http/request.hpp"
#include "gateway/http/shared.hpp"
#include "gateway/http/tuning.hpp"

namespace recapd::gateway::http {

class event_client;

/// What a client of `GET /v1/events` asked for.
struct event_request {
  /// The place in Last-Event-ID; absent: from now on.
  std::optional<storage::feed_place> after;
  std::string session;  ///< whose events are sent; empty: all sessions'
  caller who = {};      ///< nothing more is sent once it is not known any more
  field_list fields = {};  ///< header fields of the answer, besides its own
  seat taken = {};
};
[[nodiscard]] boost::system::result<event_request, std::string>
parse_event_request(const request &r);

/// An event as it is sent; a page is made once for all clients of an epoch.
struct event_frame {
  storage::feed_row row;
  std::string text;  ///< as it is sent to who is shown all of it
  audience_ptr to;   ///< null: it was not looked up
};
struct event_frames {
  std::string epoch;
  std::vector<event_frame> all;
  bool has_audiences = false;
};
using event_page = std::shared_ptr<const event_frames>;

/// Where a client begins.
struct event_start {
  storage::feed_place place;
  bool reset = false;  ///< the place it asked for is gone
};

/// Reads the feed for all clients: those at the same place share one read, and
/// none is read for before it has taken what was sent to it. So a slow client
/// costs one page of memory and holds nobody up.
class event_hub : public std::enable_shared_from_this<event_hub> {
public:
  /// Uses all of its state on a strand of `io`.
  event_hub(boost::asio::io_context &io, services &use, const tuning &tuning);

  /// Begins to follow commits. `shared` owns the context.
  void start(const std::shared_ptr<shared> &shared);
  void stop();

  /// Takes the connection over. Returns false, with nothing taken, when there
  /// are too many clients.
  bool open(boost::beast::tcp_stream &stream,
            const std::shared_ptr<shared> &shared, const event_request &wanted);

  /// Notes that a client stands at a place and can take more. Any thread.
  void ready(const std::shared_ptr<event_client> &c,
             const storage::feed_place &at);
  /// Notes that a client is gone. Any thread.
  void left();

private:
  struct entry {
    std::weak_ptr<event_client> who;
    storage::feed_place at;
    std::uint64_t seen = 0;  ///< the generation up to which all was read
  };

  /// Has the client begin or go on behind `after`, or at the end.
  void find_place(const std::shared_ptr<event_client> &c,
                  std::optional<storage::feed_place> after,
                  void (event_client::*then)(const event_start &));
  void wake();
  void tick();
  void pump();
  void on_page(std::uint64_t generation, std::int64_t after, bool full,
               const event_page &page);
  void on_failure();
  template <class F> void on_strand(F f);

  boost::asio::any_io_executor strand_;
  services &use_;
  std::size_t max_clients_;
  std::chrono::milliseconds poll_;
  boost::asio::steady_timer timer_;
  std::weak_ptr<shared> shared_;
  std::shared_ptr<void> subscription_;
  std::vector<entry> waiting_;    ///< clients that can take more
  std::uint64_t generation_ = 1;  ///< grows when there may be more to read
  audiences audiences_;           ///< used by one read at a time
  bool reading_ = false;
  bool ticking_ = false;
  std::atomic<bool> woken_{false};
  std::atomic<std::size_t> clients_{0};
};

}  // namespace recapd::gateway::http
