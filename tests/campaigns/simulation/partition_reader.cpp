// SPDX-License-Identifier: Apache-2.0
#include "partition_reader.hpp"

#include <algorithm>
#include <utility>

#include "planted.hpp"

namespace recapd::simulation {

namespace nats = gateway::nats;

using namespace std::chrono_literals;

namespace {
constexpr auto backoff = 2s;
constexpr std::size_t window = 8;
}  // namespace

void partition_reader::look() {
  const auto held =
      gateway::nats::whole_partitions(around_.buckets(), broker_.partitions());
  for (unsigned n = 0; n < held.size(); ++n)
    if (held[n]) partitions_.try_emplace(n);
  for (auto &[n, p] : partitions_)
    if (!held[n]) p.halt({});
  std::erase_if(partitions_, [&](const auto &p) {
    return !held[p.first] && p.second.at_rest();
  });
  for (auto &[n, p] : partitions_) {
    if (!held[n]) continue;
    if (p.halted() && p.at_rest()) {
      if (p.retry_at() > now()) continue;
      begin(n, p);
    }
    const auto count = p.ask(window, now(), time_point::max());
    if (count > 0) broker_.pull(n, p.consumer(), count);
  }
}

void partition_reader::begin(unsigned n, nats::partition &p) {
  auto name = token_ + "-" + std::to_string(++generation_);
  p.begin(name);
  broker_.create_consumer(n, std::move(name),
                          [weak = weak_from_this()](const parcel &what) {
                            if (const auto self = weak.lock())
                              self->around_.arrives(what);
                          });
}

void partition_reader::reconnect() {
  for (auto &[n, p] : partitions_)
    p.halt({});
  look();
}

/// Another reader has taken the partition; it is taken back if it is ours.
void partition_reader::replaced(const std::string &consumer) {
  for (auto &[n, p] : partitions_)
    if (!p.halted() && p.consumer() == consumer) {
      p.halt(now() + backoff);
      around_.wake(backoff + 1ms);
    }
}

void partition_reader::arrived(const parcel &what) {
  if (what.of == nullptr) return replaced(what.consumer);
  const auto n = broker_.partition_of(what.of->what.session);
  const auto at = partitions_.find(n);
  if (at == partitions_.end() || at->second.halted()
      || at->second.consumer() != what.consumer)
    return;
  auto &p = at->second;
  switch (p.arrived({.consumer = what.consumer,
                     .stream_seq = what.stream_seq,
                     .consumer_seq = what.consumer_seq,
                     .stored_at = what.stored_at})) {
  case nats::partition::arrival_kind::gap:
    p.halt({});
    return look();
  case nats::partition::arrival_kind::known:
    return;
  case nats::partition::arrival_kind::taken:
    break;
  }
  auto item = std::make_shared<nats::item>();
  item->partition = n;
  item->stream_seq = what.stream_seq;
  item->received_at = what.stored_at;
  item->message.reply = what.consumer;
  item->session = what.of->what.session;
  item->command = what.of->what;
  item->command->received_at = what.stored_at;
  item->command->decided_here = true;
  if (const auto next = p.line_up(item)) submit(next);
}

void partition_reader::submit(const nats::item_ptr &item) {
  if (planted("acknowledge-early")) acknowledge(*item);
  around_.submit(item);
}

void partition_reader::answered(const nats::item_ptr &item, bool fault) {
  const auto at = partitions_.find(item->partition);
  if (at == partitions_.end()) return;
  auto &p = at->second;
  if (fault) p.halt(now() + backoff);
  const auto next = p.finished(*item);
  if (next) submit(next);
  if (!fault) acknowledge(*item);
  if (fault) around_.wake(backoff + 1ms);
  look();
}

void partition_reader::acknowledge(const nats::item &item) {
  around_.acknowledges(*item.command);
  broker_.acknowledge(item.partition, item.message.reply, item.stream_seq);
}

}  // namespace recapd::simulation
