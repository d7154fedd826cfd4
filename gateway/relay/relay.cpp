// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/relay.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/relay/packet.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/auth.hpp"
#include "gateway/wire/curl.hpp"
#include "gateway/wire/digest.hpp"

namespace recapd::gateway::relay {
namespace {

using storage::fault;
using storage::other_node;
using clock = std::chrono::steady_clock;
using multi_handle = std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)>;
using replies = std::vector<actors::reply<actors::outcome>>;

constexpr std::size_t secret_bytes = 32;
/// How long a node to which nothing is to be sent is remembered.
constexpr auto remembered = std::chrono::minutes{1};
/// The pause between looks at what is overdue.
constexpr int look_ms = 50;
constexpr int idle_ms = 1000;

std::size_t drop(char *, std::size_t size, std::size_t count, void *) {
  return size * count;
}

/// A packet that gathers or is on its way.
struct outgoing {
  std::string text;
  std::size_t items = 0;
  std::vector<std::uint64_t> commands;  ///< their numbers
};

/// Another node, and what is to be sent to it.
struct destination {
  other_node to;
  std::deque<outgoing> waiting;
  bool posting = false;
  clock::time_point away_until{};
  clock::time_point used{};
  bool failing = false;  ///< the last post was not taken
};

/// One post. Its connection is kept for later ones.
struct post {
  curl_handle curl{curl_easy_init(), &curl_easy_cleanup};
  curl_fields fields{nullptr, &curl_slist_free_all};
  std::shared_ptr<destination> where;
  outgoing what;
};

}  // namespace

struct relay::impl {
  const tuning limits;
  metrics &meters;
  const other_node self;
  const std::array<std::uint8_t, 32> digest = sha256_of(self.secret);

  struct waiting {
    actors::reply<actors::outcome> done;
    clock::time_point until;
  };

  std::mutex mutex;
  bool closed = false;
  std::optional<clock::time_point> ends;  ///< when the thread ends at latest
  std::uint64_t next = 0;
  std::map<std::uint64_t, waiting> open;  ///< by number, and so by time
  std::map<std::string, std::shared_ptr<destination>> nodes;
  // Only the thread uses posts; `multi` may be woken from anywhere.
  multi_handle multi{nullptr, &curl_multi_cleanup};
  std::vector<std::unique_ptr<post>> posts;
  std::thread thread;

  impl(std::string address, metrics &m, tuning t)
      : limits{t}, meters{m}, self{.address = std::move(address),
                                   .secret = random_hex(secret_bytes),
                                   .shards = {}} {
    start_curl();
    multi.reset(curl_multi_init());
    if (!multi) throw std::runtime_error{"libcurl does not start"};
    thread = std::thread{[this] { run(); }};
  }

  // ---- any thread

  /// Returns the packet for a node that gathers, or null while the node is
  /// given a rest. The mutex is locked.
  outgoing *gathering(const other_node &to) {
    auto &d = nodes[to.address + " " + to.secret];
    if (!d) {
      d = std::make_shared<destination>();
      d->to = to;
    }
    const auto now = clock::now();
    d->used = now;
    if (now < d->away_until) return nullptr;
    const bool full =
        !d->waiting.empty()
        && (d->waiting.back().items >= limits.full_items
            || d->waiting.back().text.size() >= limits.full_bytes);
    if (d->waiting.empty() || full)
      d->waiting.push_back(
          {.text = begin_packet(self), .items = 0, .commands = {}});
    if (d->waiting.size() == 1 && d->waiting.front().items == 0 && !d->posting)
      curl_multi_wakeup(multi.get());
    return &d->waiting.back();
  }

  void send(const other_node &to, const actors::submission &what,
            const actors::reply<actors::outcome> &done) {
    std::uint64_t number = 0;
    {
      const std::lock_guard lock{mutex};
      number = ++next;
    }
    std::string item;
    add_command(item, number, what);
    {
      const std::lock_guard lock{mutex};
      auto *packet = closed || item.size() > max_packet_bytes / 2
                         ? nullptr
                         : gathering(to);
      if (packet != nullptr) {
        packet->text += item;
        ++packet->items;
        packet->commands.push_back(number);
        open.emplace(number, waiting{done, clock::now() + limits.answer});
        return;
      }
    }
    meters.relayed("unanswered", 1);
    done(fault::outcome_unknown);
  }

  void answer(const other_node &to, std::uint64_t number,
              const actors::answer<actors::outcome> &a) {
    std::string item;
    add_answer(item, number, a);
    if (item.size() > max_packet_bytes / 2) {
      item.clear();
      add_answer(item, number, fault::outcome_unknown);
    }
    const std::lock_guard lock{mutex};
    if (auto *packet = gathering(to)) {
      packet->text += item;
      ++packet->items;
    }
  }

  void arrived(std::uint64_t number, actors::answer<actors::outcome> a) {
    actors::reply<actors::outcome> done;
    {
      const std::lock_guard lock{mutex};
      const auto at = open.find(number);
      if (at == open.end()) return;
      done = std::move(at->second.done);
      open.erase(at);
    }
    meters.relayed("answered", 1);
    done(std::move(a));
  }

  void close() {
    replies lost;
    {
      const std::lock_guard lock{mutex};
      closed = true;
      for (auto &[number, w] : open)
        lost.push_back(std::move(w.done));
      open.clear();
    }
    give_up(lost);
  }

  void stop() {
    {
      const std::lock_guard lock{mutex};
      if (!ends) ends = clock::now() + limits.post;
    }
    curl_multi_wakeup(multi.get());
    if (thread.joinable()) thread.join();
  }

  void give_up(const replies &lost) const {
    if (!lost.empty()) meters.relayed("unanswered", lost.size());
    for (const auto &done : lost)
      done(fault::outcome_unknown);
  }

  // ---- the thread

  void run() {
    while (!over()) {
      start_posts();
      int running = 0;
      curl_multi_perform(multi.get(), &running);
      give_up(overdue());
      if (end_posts()) continue;
      curl_multi_poll(multi.get(), nullptr, 0, pause(), nullptr);
    }
    for (const auto &p : posts)
      curl_multi_remove_handle(multi.get(), p->curl.get());
    posts.clear();
  }

  bool over() {
    const std::lock_guard lock{mutex};
    if (!ends) return false;
    const bool done = std::ranges::all_of(nodes, [](const auto &n) {
      return !n.second->posting && n.second->waiting.empty();
    });
    return done || clock::now() >= *ends;
  }

  int pause() {
    const std::lock_guard lock{mutex};
    return open.empty() && !ends ? idle_ms : look_ms;
  }

  replies overdue() {
    replies lost;
    const std::lock_guard lock{mutex};
    const auto now = clock::now();
    while (!open.empty() && open.begin()->second.until <= now) {
      lost.push_back(std::move(open.begin()->second.done));
      open.erase(open.begin());
    }
    std::erase_if(nodes, [now](const auto &n) {
      const auto &d = *n.second;
      return !d.posting && d.waiting.empty() && d.used + remembered < now;
    });
    return lost;
  }

  void start_posts() {
    const std::lock_guard lock{mutex};
    for (auto &[key, d] : nodes) {
      if (d->posting || d->waiting.empty()) continue;
      auto p = std::make_unique<post>();
      p->where = d;
      p->what = std::move(d->waiting.front());
      d->waiting.pop_front();
      d->posting = true;
      prepare(*p);
      curl_multi_add_handle(multi.get(), p->curl.get());
      posts.push_back(std::move(p));
    }
  }

  void prepare(post &p) const {
    auto *c = p.curl.get();
    const auto &to = p.where->to;
    p.fields = fields_of({"Content-Type: " + std::string{packet_type},
                          "Authorization: Bearer " + to.secret, "Expect:"});
    const auto url = "http://" + to.address + std::string{packet_path};
    curl_easy_setopt(c, CURLOPT_URL, url.c_str());
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(limits.connect.count()));
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS,
                     static_cast<long>(limits.post.count()));
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, p.fields.get());
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(p.what.text.size()));
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, p.what.text.data());
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
  }

  /// Returns true if a post has ended, so that the next one may begin.
  bool end_posts() {
    bool ended_one = false;
    int left = 0;
    while (const auto *message = curl_multi_info_read(multi.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const auto code = message->data.result;
      const auto at = std::ranges::find_if(posts, [&](const auto &p) {
        return p->curl.get() == message->easy_handle;
      });
      const auto ended = std::move(*at);
      posts.erase(at);
      ended_one = true;
      curl_multi_remove_handle(multi.get(), ended->curl.get());
      long status = 0;
      curl_easy_getinfo(ended->curl.get(), CURLINFO_RESPONSE_CODE, &status);
      if (code == CURLE_OK && status == 200)
        taken(*ended->where);
      else
        not_taken(*ended, code == CURLE_OK
                              ? "it answered " + std::to_string(status)
                              : std::string{curl_easy_strerror(code)});
    }
    return ended_one;
  }

  void taken(destination &d) {
    const std::lock_guard lock{mutex};
    d.posting = false;
    if (std::exchange(d.failing, false))
      log_info("a node takes relayed commands again",
               {{"address", d.to.address}});
  }

  /// Gives up what the post had, and what waited behind it: in order, so that
  /// it goes another way in order.
  void not_taken(post &p, const std::string &why) {
    replies lost;
    {
      const std::lock_guard lock{mutex};
      auto &d = *p.where;
      d.posting = false;
      d.away_until = clock::now() + limits.pause;
      give_back(p.what, lost);
      for (const auto &packet : std::exchange(d.waiting, {}))
        give_back(packet, lost);
      if (!std::exchange(d.failing, true))
        log_info("a node takes no relayed commands: they go by the database",
                 {{"address", d.to.address}, {"error", why}});
    }
    give_up(lost);
  }

  /// Takes out who waits for the packet's commands. The mutex is locked.
  void give_back(const outgoing &packet, replies &lost) {
    for (const auto number : packet.commands)
      if (const auto at = open.find(number); at != open.end()) {
        lost.push_back(std::move(at->second.done));
        open.erase(at);
      }
  }
};

relay::relay(std::string address, metrics &meters, tuning t)
    : impl_{std::make_unique<impl>(std::move(address), meters, t)} {}

relay::~relay() {
  close();
  stop();
}

const storage::other_node &relay::self() const {
  return impl_->self;
}

bool relay::knows(std::string_view authorization) const {
  return same_digest(
      sha256_of(bearer_token(authorization).value_or(std::string_view{})),
      impl_->digest);
}

void relay::send(const storage::other_node &to, const actors::submission &what,
                 const actors::reply<actors::outcome> &done) {
  impl_->send(to, what, done);
}

void relay::arrived(std::uint64_t number, actors::answer<actors::outcome> a) {
  impl_->arrived(number, std::move(a));
}

void relay::answer(const storage::other_node &to, std::uint64_t number,
                   const actors::answer<actors::outcome> &a) {
  impl_->answer(to, number, a);
}

void relay::close() {
  impl_->close();
}

void relay::stop() {
  impl_->stop();
}

}  // namespace recapd::gateway::relay
