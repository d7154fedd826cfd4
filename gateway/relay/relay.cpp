// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/relay.hpp"

#include <algorithm>
#include <deque>
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
using lock = std::unique_lock<std::mutex>;
using multi_handle = std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)>;

constexpr std::size_t secret_bytes = 32;
/// How long a node to which nothing is to be sent is remembered.
constexpr auto remembered = std::chrono::minutes{1};
/// The pauses between looks at the time, with something to look at and without.
constexpr int look_ms = 20;
constexpr int idle_ms = 500;
constexpr long most_connections = 1000;

std::size_t drop(char *, std::size_t size, std::size_t count, void *) {
  return size * count;
}

/// A packet that gathers or is on its way.
struct outgoing {
  std::string text;
  std::size_t items = 0;
  std::size_t answers = 0;  ///< of the items; without any it is not sent again
  clock::time_point since{};
};

/// What goes to a node in order, one packet at a time.
struct lane {
  std::deque<outgoing> waiting;
  bool posting = false;
  clock::time_point not_before{};

  [[nodiscard]] bool ready(clock::time_point now) const {
    return !posting && !waiting.empty() && now >= not_before;
  }
};

/// Another node, and what is to be sent to it.
struct destination {
  other_node to;
  lane commands;
  lane answers;          ///< and pings
  bool reached = false;  ///< it has answered a ping: commands are sent to it
  bool wanted = false;   ///< there was a command for it since the last ping
  std::optional<std::uint64_t> ping;  ///< the one that is not answered
  clock::time_point pinged{};
  clock::time_point heard{};
  std::size_t open = 0;  ///< commands that were sent and are not answered
  bool dead = false;     ///< its lease has run out, as the last heartbeat said
  std::string trouble;   ///< why it was lost; empty: it was not
  clock::time_point used{};
};

/// One post. Its connection is kept for later ones.
struct post {
  curl_handle curl{curl_easy_init(), &curl_easy_cleanup};
  curl_fields fields{nullptr, &curl_slist_free_all};
  std::shared_ptr<destination> where;
  lane *of = nullptr;
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
    std::shared_ptr<destination> where;
    clock::time_point until;
  };
  using taken_out = std::vector<actors::reply<actors::outcome>>;

  std::mutex mutex;
  bool closed = false;
  std::optional<clock::time_point> ends;  ///< when the thread ends at latest
  std::uint64_t next = 0;
  std::map<std::uint64_t, waiting> open;  ///< by number, and so by time
  std::map<std::string, std::shared_ptr<destination>> nodes;
  std::function<void(const std::string &)> watcher;
  std::string told;  ///< to the watcher
  // Only the thread uses posts; `multi` may be woken from anywhere.
  multi_handle multi{nullptr, &curl_multi_cleanup};
  std::vector<std::unique_ptr<post>> posts;
  std::thread thread;

  impl(other_node who, metrics &m, tuning t)
      : limits{t}, meters{m}, self{with_secret(std::move(who))} {
    start_curl();
    multi.reset(curl_multi_init());
    if (!multi) throw std::runtime_error{"libcurl does not start"};
    curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, most_connections);
    thread = std::thread{[this] { run(); }};
  }

  static other_node with_secret(other_node who) {
    if (who.secret.empty()) who.secret = random_hex(secret_bytes);
    return who;
  }

  // ---- any thread; what says so needs the mutex locked

  /// Returns a node. The mutex is locked.
  std::shared_ptr<destination> destination_of(const other_node &to) {
    auto &d = nodes[to.address + " " + to.secret];
    if (!d) {
      d = std::make_shared<destination>();
      d->to = to;
    }
    d->used = clock::now();
    return d;
  }

  /// Adds an item to what goes by a lane. The mutex is locked.
  void add(lane &l, const std::string &item) {
    const bool full =
        !l.waiting.empty()
        && (l.waiting.back().items >= limits.full_items
            || l.waiting.back().text.size() + item.size() > limits.full_bytes);
    if (l.waiting.empty() || full)
      l.waiting.push_back(
          {.text = begin_packet(self.name), .since = clock::now()});
    auto &packet = l.waiting.back();
    packet.text += item;
    if (++packet.items == 1 && l.waiting.size() == 1 && !l.posting)
      curl_multi_wakeup(multi.get());
  }

  /// Returns the node if commands may be sent to it. The mutex is locked.
  std::shared_ptr<destination> reachable(const other_node &to) {
    if (closed || to.address == self.address) return nullptr;
    auto d = destination_of(to);
    if (d->reached) return d;
    if (!std::exchange(d->wanted, true)) curl_multi_wakeup(multi.get());
    return nullptr;
  }

  bool send(const other_node &to, const actors::submission &what,
            const actors::reply<actors::outcome> &done) {
    std::uint64_t number = 0;
    {
      const lock held{mutex};
      if (!reachable(to)) return false;
      number = ++next;
    }
    std::string item;
    add_command(item, number, what);
    if (item.size() > max_item_bytes) return false;
    const lock held{mutex};
    auto d = reachable(to);
    if (!d) return false;
    // Silence counts from when there is something to be heard.
    if (d->open++ == 0) d->heard = clock::now();
    add(d->commands, item);
    open.emplace(number, waiting{.done = done,
                                 .where = std::move(d),
                                 .until = clock::now() + limits.answer});
    return true;
  }

  /// Has the thread lose nodes that are not among these.
  void know(const std::vector<other_node> &live) {
    const lock held{mutex};
    for (const auto &node : nodes) {
      const auto &to = node.second->to;
      node.second->dead = std::ranges::none_of(live, [&to](const auto &one) {
        return one.address == to.address && one.secret == to.secret;
      });
    }
  }

  void answer(const other_node &to, const std::string &item) {
    const lock held{mutex};
    auto &l = destination_of(to)->answers;
    add(l, item);
    ++l.waiting.back().answers;
  }

  void pong(const other_node &to, const std::string &item) {
    const lock held{mutex};
    add(destination_of(to)->answers, item);
  }

  void arrived(std::uint64_t number, actors::answer<actors::outcome> a) {
    lock held{mutex};
    const auto at = open.find(number);
    if (at == open.end()) return;
    at->second.where->heard = clock::now();
    const auto done = take_out(at);
    held.unlock();
    meters.relayed(a.has_value() ? "answered" : "unanswered", 1);
    done(std::move(a));
  }

  void ponged(std::uint64_t number) {
    const lock held{mutex};
    for (auto &[key, d] : nodes) {
      if (d->ping != number) continue;
      d->ping.reset();
      d->heard = clock::now();
      d->trouble.clear();
      if (!std::exchange(d->reached, true))
        log_info("commands are relayed to a node",
                 {{"node", d->to.name}, {"address", d->to.address}});
    }
  }

  /// Tells of nodes that are out of reach, where that has changed.
  void tell() {
    std::string sentence;
    std::function<void(const std::string &)> to;
    {
      const lock held{mutex};
      for (const auto &[key, d] : nodes)
        if (!d->trouble.empty())
          sentence += (sentence.empty() ? "" : "; ") + d->to.name + " at "
                      + d->to.address + " (" + d->trouble + ")";
      if (!watcher || sentence == told) return;
      told = sentence;
      to = watcher;
    }
    to(sentence);
  }

  /// Takes out who waits for a command. The mutex is locked.
  actors::reply<actors::outcome>
  take_out(std::map<std::uint64_t, waiting>::iterator at) {
    auto done = std::move(at->second.done);
    --at->second.where->open;
    open.erase(at);
    return done;
  }

  /// Gives back what `chosen` says of what waits, oldest first, again until
  /// nothing is left; then calls `at_last` before anybody can send more: what
  /// goes another way goes in order.
  template <class Chosen, class AtLast>
  void give_back(Chosen chosen, AtLast at_last) {
    for (;;) {
      taken_out lost;
      {
        const lock held{mutex};
        for (auto at = open.begin(); at != open.end();) {
          const auto one = at++;
          if (chosen(one->second)) lost.push_back(take_out(one));
        }
        if (lost.empty()) return at_last();
      }
      meters.relayed("unanswered", lost.size());
      for (const auto &done : lost)
        done(fault::outcome_unknown);
    }
  }

  void close() {
    give_back([](const waiting &) { return true; }, [this] { closed = true; });
  }

  void stop() {
    {
      const lock held{mutex};
      if (!ends) ends = clock::now() + limits.post;
    }
    curl_multi_wakeup(multi.get());
    if (thread.joinable()) thread.join();
  }

  // ---- the thread

  void run() {
    while (!over()) {
      ping_nodes();
      start_posts();
      int running = 0;
      curl_multi_perform(multi.get(), &running);
      if (end_posts()) continue;
      look_at_the_time();
      tell();
      curl_multi_poll(multi.get(), nullptr, 0, pause(), nullptr);
    }
    for (const auto &p : posts)
      curl_multi_remove_handle(multi.get(), p->curl.get());
    posts.clear();
  }

  bool over() {
    const lock held{mutex};
    if (!ends) return false;
    const bool done = std::ranges::all_of(nodes, [](const auto &n) {
      const auto &d = *n.second;
      return !d.answers.posting && d.answers.waiting.empty();
    });
    return done || clock::now() >= *ends;
  }

  int pause() {
    const lock held{mutex};
    const bool rests = std::ranges::all_of(nodes, [](const auto &n) {
      const auto &d = *n.second;
      return d.open == 0 && !d.ping && !d.wanted && d.answers.waiting.empty();
    });
    return rests && !ends ? idle_ms : look_ms;
  }

  /// Pings nodes for which there are commands and that were not reached, and
  /// those that owe answers and are silent.
  void ping_nodes() {
    const lock held{mutex};
    const auto now = clock::now();
    for (auto &[key, d] : nodes) {
      const bool silent = d->open > 0 && now - d->heard >= limits.quiet;
      const bool due = silent || (d->wanted && !d->reached);
      if (closed || d->ping || !due || now < d->pinged + limits.quiet) continue;
      d->wanted = false;
      d->pinged = now;
      d->ping = ++next;
      std::string item;
      add_ping(item, *d->ping);
      add(d->answers, item);
    }
  }

  void look_at_the_time() {
    std::vector<std::shared_ptr<destination>> silent, dead;
    {
      const lock held{mutex};
      const auto now = clock::now();
      for (const auto &[key, d] : nodes)
        if (d->dead && d->open > 0)
          dead.push_back(d);
        else if (d->ping && now - d->pinged >= 2 * limits.post)
          silent.push_back(d);
      for (const auto &[number, w] : open)
        if (w.until > now)
          break;
        else if (std::ranges::find(silent, w.where) == silent.end())
          silent.push_back(w.where);
      std::erase_if(nodes, [now](const auto &n) {
        const auto &d = *n.second;
        return !d.commands.posting && !d.answers.posting && d.open == 0
               && d.answers.waiting.empty() && !d.ping
               && d.used + remembered < now;
      });
    }
    for (const auto &d : dead)
      lose(d, "its lease has run out");
    for (const auto &d : silent)
      lose(d, "it does not answer");
  }

  void start_posts() {
    const lock held{mutex};
    const auto now = clock::now();
    for (auto &[key, d] : nodes)
      for (auto *l : {&d->answers, &d->commands})
        if (l->ready(now)) start_post(d, *l);
  }

  void start_post(const std::shared_ptr<destination> &d, lane &l) {
    auto p = std::make_unique<post>();
    p->where = d;
    p->of = &l;
    p->what = std::move(l.waiting.front());
    l.waiting.pop_front();
    l.posting = true;
    prepare(*p);
    curl_multi_add_handle(multi.get(), p->curl.get());
    posts.push_back(std::move(p));
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
    // Else a name that is not resolved in time would hold up all nodes.
    curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
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
        taken(*ended);
      else
        not_taken(*ended, code == CURLE_OK
                              ? "it answered " + std::to_string(status)
                              : std::string{curl_easy_strerror(code)});
    }
    return ended_one;
  }

  void taken(const post &p) {
    const lock held{mutex};
    p.of->posting = false;
  }

  void not_taken(post &p, const std::string &why) {
    if (p.what.answers > 0) send_again(p, why);
    lose(p.where, why);
    const lock held{mutex};
    p.of->posting = false;
  }

  /// Puts a packet of answers back, as long as somebody waits for them.
  void send_again(post &p, const std::string &why) {
    const lock held{mutex};
    const auto now = clock::now();
    if (now >= p.what.since + limits.answer)
      return log_warn("outcomes of relayed commands cannot be sent back",
                      {{"node", p.where->to.name},
                       {"address", p.where->to.address},
                       {"reason", why},
                       {"outcomes", std::to_string(p.what.answers)}});
    p.of->waiting.push_front(std::move(p.what));
    p.of->not_before = now + limits.retry;
  }

  /// Gives back all commands that a node has or should have got.
  void lose(const std::shared_ptr<destination> &d, const std::string &why) {
    give_back([&d](const waiting &w) { return w.where == d; },
              [&d, &why] {
                d->commands.waiting.clear();
                d->ping.reset();
                d->reached = false;
                if (std::exchange(d->trouble, why).empty())
                  log_warn("commands go to a node by the database",
                           {{"node", d->to.name},
                            {"address", d->to.address},
                            {"reason", why}});
              });
  }
};

relay::relay(storage::other_node self, metrics &meters, tuning t)
    : impl_{std::make_unique<impl>(std::move(self), meters, t)} {}

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

bool relay::send(const storage::other_node &to, const actors::submission &what,
                 const actors::reply<actors::outcome> &done) {
  return impl_->send(to, what, done);
}

void relay::know(const std::vector<storage::other_node> &live) {
  impl_->know(live);
}

void relay::arrived(std::uint64_t number, actors::answer<actors::outcome> a) {
  impl_->arrived(number, std::move(a));
}

void relay::ponged(std::uint64_t number) {
  impl_->ponged(number);
}

void relay::answer(const storage::other_node &to, std::uint64_t number,
                   const actors::answer<actors::outcome> &a) {
  std::string item;
  add_answer(item, number, a);
  if (item.size() > max_item_bytes) {
    item.clear();
    add_answer(item, number, fault::outcome_unknown);
  }
  impl_->answer(to, item);
}

void relay::pong(const storage::other_node &to, std::uint64_t number) {
  std::string item;
  add_pong(item, number);
  impl_->pong(to, item);
}

void relay::watch(std::function<void(const std::string &out_of_reach)> tell) {
  const lock held{impl_->mutex};
  impl_->watcher = std::move(tell);
}

void relay::close() {
  impl_->close();
}

void relay::stop() {
  impl_->stop();
}

}  // namespace recapd::gateway::relay
