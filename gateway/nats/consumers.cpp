// SPDX-License-Identifier: Apache-2.0
#include "gateway/nats/consumers.hpp"

#include <algorithm>
#include <future>
#include <random>

#include "gateway/telemetry/log.hpp"

namespace recapd::gateway::nats {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

namespace {

/// How much later than it should an answer to a pull may come.
constexpr auto pull_grace = 1s;
/// How many partitions are begun at the same time.
constexpr std::size_t at_once = 16;

std::string prefix_of(unsigned partition) {
  return "recapd-p" + std::to_string(partition) + "-";
}

}  // namespace

consumers::consumers(unsigned partitions, const tuning &tuning)
    : partitions_{partitions}, tuning_{tuning},
      held_(partitions), token_{std::to_string(std::random_device{}())} {}

consumers::partition_map::value_type *
consumers::find(std::string_view consumer) {
  const auto at = std::ranges::find_if(all_, [&](const auto &p) {
    return !p.second.halted() && p.second.consumer() == consumer;
  });
  return at == all_.end() ? nullptr : &*at;
}

void consumers::keep(const storage::bucket_set &ours) {
  held_ = whole_partitions(ours, partitions_);
  for (unsigned p = 0; p < partitions_; ++p)
    if (held_[p]) all_.try_emplace(p);
  for (auto &[number, p] : all_)
    if (!held_[number]) p.halt({});
  std::erase_if(all_, [this](const auto &p) {
    return !held_[p.first] && p.second.at_rest();
  });
  warn_if_torn(ours);
}

void consumers::warn_if_torn(const storage::bucket_set &ours) {
  bool now = false;
  for (std::size_t b = 0; b < ours.size(); ++b)
    now = now || (ours[b] && !held_[b % partitions_]);
  if (now && !torn_)
    log_warn("there are more shards than NATS partitions: some commands are "
             "consumed by nobody; raise ingress.nats_partitions and the "
             "server's mapping, or lower the shards",
             {{"partitions", std::to_string(partitions_)}});
  torn_ = now;
}

consumers::begun consumers::begin_due(link &link,
                                      const std::function<bool()> &stopping) {
  begun result{.again = time_point::max(), .trouble = {}};
  std::vector<unsigned> due;
  for (const auto &[n, p] : all_) {
    if (!held_[n] || !p.halted() || !p.at_rest()) continue;
    if (p.retry_at() > clock::now())
      result.again = std::min(result.again, p.retry_at());
    else
      due.push_back(n);
  }
  if (due.empty()) return result;
  const auto there = link.consumers(std::string{command_stream});
  for (std::size_t i = 0; i < due.size() && result.trouble.empty();
       i += at_once) {
    if (stopping()) break;
    const auto rest = std::span{due}.subspan(i);
    result.trouble =
        begin(link, rest.first(std::min(at_once, rest.size())), there);
  }
  // Partitions that were not tried come before those that failed.
  if (!result.trouble.empty()) result.again = clock::now();
  return result;
}

/// Begins partitions side by side, since in a cluster each consumer takes its
/// time. Returns what went wrong; empty: nothing.
std::string consumers::begin(link &link, std::span<const unsigned> numbers,
                             const std::vector<std::string> &there) {
  std::vector<std::future<std::string>> made;
  for (const auto n : numbers)
    made.push_back(std::async(
        std::launch::async | std::launch::deferred,
        [this, n, &link, &there,
         name = prefix_of(n) + token_ + "-" + std::to_string(++generation_)] {
          make_consumer(link, n, name, there);
          return name;
        }));
  std::string trouble;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    auto &p = all_.at(numbers[i]);
    try {
      p.begin(made[i].get());
    } catch (const error &e) {
      trouble = e.what();
      p.halt(clock::now() + tuning_.backoff);
    }
  }
  return trouble;
}

/// Replaces a partition's consumers by a new one, perhaps on another thread.
void consumers::make_consumer(link &link, unsigned n, const std::string &name,
                              const std::vector<std::string> &there) const {
  const std::string stream{command_stream};
  for (const auto &old : there)
    if (old.starts_with(prefix_of(n))) link.delete_consumer(stream, old);
  link.create_consumer({.stream = stream,
                        .name = name,
                        .filter = filter_of(n),
                        .ack_wait = tuning_.ack_wait,
                        .max_ack_pending = tuning_.window});
}

/// Returns a partition's share of the bound of all, at most its own bound.
std::size_t consumers::window() const {
  const auto share =
      tuning_.max_in_flight / std::max<std::size_t>(1, all_.size());
  return std::clamp<std::size_t>(share, 1, tuning_.window);
}

bool consumers::pull(link &link, const std::string &inbox, bool more) {
  bool halted = false;
  const auto now = clock::now();
  const auto expires = std::chrono::nanoseconds{tuning_.pull}.count();
  for (auto &[n, p] : all_) {
    if (p.unheard(now)) {
      p.halt({});
      halted = true;
      continue;
    }
    if (!more) continue;
    const auto count = p.ask(window(), now, now + tuning_.pull + pull_grace);
    if (count == 0) continue;
    link.publish({.subject = "$JS.API.CONSUMER.MSG.NEXT."
                             + std::string{command_stream} + "." + p.consumer(),
                  .reply = inbox + "." + p.consumer(),
                  .data = "{\"batch\":" + std::to_string(count)
                          + ",\"expires\":" + std::to_string(expires) + "}"});
  }
  return halted;
}

void consumers::compare_with_list(link &link) {
  const auto now = clock::now();
  if (now < compare_at_) return;
  compare_at_ = now + tuning_.consumers;
  const auto there = link.consumers(std::string{command_stream});
  for (auto &[n, p] : all_)
    if (!p.halted() && std::ranges::find(there, p.consumer()) == there.end())
      p.halt({});
}

void consumers::halt_all(time_point retry_at) {
  for (auto &[n, p] : all_)
    p.halt(retry_at);
}

bool consumers::at_rest() const {
  return std::ranges::all_of(all_,
                             [](const auto &p) { return p.second.at_rest(); });
}

}  // namespace recapd::gateway::nats
