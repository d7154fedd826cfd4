// SPDX-License-Identifier: Apache-2.0
#include "broker.hpp"

#include <algorithm>
#include <utility>

#include "workflows/ids.hpp"

namespace recapd::simulation {

using namespace std::chrono_literals;

namespace {
/// How long the broker waits for an acknowledgement.
constexpr auto ack_wait = 30s;
}  // namespace

unsigned broker::partition_of(const std::string &session) const {
  return workflows::bucket_of(session) % partitions();
}

broker::reading *broker::find(unsigned partition, const std::string &name) {
  auto &reader = parts_[partition].reader;
  return reader && reader->name == name ? &*reader : nullptr;
}

void broker::publish(const planned &p) {
  const auto n = partition_of(p.what.session);
  auto &part = parts_[n];
  part.log.emplace(++part.last, letter{.of = &p, .stored_at = around_.now()});
  pump(n);
}

void broker::create_consumer(unsigned partition, std::string name,
                             parcel_handler to) {
  auto &place = parts_[partition].reader;
  if (place)
    around_.at(around_.now() + 1ms, [to = place->to, name = place->name] {
      to({.of = nullptr,
          .consumer = name,
          .stream_seq = 0,
          .consumer_seq = 0,
          .stored_at = {}});
    });
  auto &reader = place.emplace();
  reader.name = std::move(name);
  reader.to = std::move(to);
}

void broker::pull(unsigned partition, const std::string &consumer,
                  std::size_t count) {
  auto *reader = find(partition, consumer);
  if (reader == nullptr) return;
  reader->asked = count;
  pump(partition);
}

void broker::acknowledge(unsigned partition, const std::string &consumer,
                         std::uint64_t stream_seq) {
  auto *reader = find(partition, consumer);
  if (reader == nullptr || !reader->unheard.contains(stream_seq)) return;
  reader->unheard.erase(stream_seq);
  reader->again.erase(stream_seq);
  const auto message = parts_[partition].log.extract(stream_seq);
  if (!message.empty()) around_.acknowledged(*message.mapped().of);
}

void broker::pump(unsigned partition) {
  auto &part = parts_[partition];
  if (!part.reader) return;
  auto &reader = *part.reader;
  while (reader.asked > 0) {
    if (!reader.again.empty()) {
      const auto seq = *reader.again.begin();
      reader.again.erase(reader.again.begin());
      deliver(partition, seq);
      continue;
    }
    const auto next = part.log.upper_bound(reader.sent);
    if (next == part.log.end()) return;
    reader.sent = next->first;
    deliver(partition, next->first);
  }
}

void broker::deliver(unsigned partition, std::uint64_t seq) {
  auto &part = parts_[partition];
  auto &reader = *part.reader;
  auto &message = part.log.at(seq);
  if (message.deliveries++ > 0) ++redelivered_;
  --reader.asked;
  const parcel what{.of = message.of,
                    .consumer = reader.name,
                    .stream_seq = seq,
                    .consumer_seq = ++reader.count,
                    .stored_at = message.stored_at};
  reader.unheard[seq] = what.consumer_seq;
  expect_answer(partition, reader.name, seq, what.consumer_seq);
  if (around_.loses()) return;
  const std::chrono::microseconds under_way{1 + std::int64_t(rng_.below(5000))};
  reader.free_at = std::max(reader.free_at, around_.now()) + under_way;
  around_.at(reader.free_at, [what, to = reader.to] { to(what); });
}

void broker::expect_answer(unsigned partition, const std::string &name,
                           std::uint64_t seq, std::uint64_t delivery) {
  around_.at(around_.now() + ack_wait, [=, this] {
    auto *reader = find(partition, name);
    if (reader == nullptr) return;
    const auto waiting = reader->unheard.find(seq);
    if (waiting == reader->unheard.end() || waiting->second != delivery) return;
    reader->again.insert(seq);
    // By now its reader has asked again, if what it asked for got lost.
    reader->asked = std::max<std::size_t>(reader->asked, 1);
    pump(partition);
  });
}

}  // namespace recapd::simulation
