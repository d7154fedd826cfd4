// SPDX-License-Identifier: Apache-2.0
// How commands reach the node that serves their session: rows that one node
// forwards to another, and the broker's partitions.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "world.hpp"

namespace recapd::simulation {

namespace json = boost::json;

void world::register_command(const planned &p) {
  by_number_.emplace(p.number, &p);
  numbers_.emplace(
      std::pair{std::pair{p.what.source, p.what.id}, p.what.content}, p.number);
}

std::string world::event_of(const actors::submission &s) const {
  return json::serialize(
      json::object{{"subject", s.session},
                   {"number", numbers_.at({{s.source, s.id}, s.content})}});
}

void world::look_at_inbox() {
  for (const auto &row : store_->read_inbox(last_inbox_, 100)) {
    last_inbox_ = row.seq;
    const auto number = json::parse(row.event).at("number").to_number<int>();
    ++tally_.met["forwarded"];
    ++unanswered_;
    inbox_[row.seq] = {.of = by_number_.at(number),
                       .received_at = row.received_at};
    at(*now_ + microseconds{1 + campus_.below(200'000)},
       [this, seq = row.seq] { deliver(seq); });
  }
}

void world::publish(const planned &p) {
  checker_.published(p.what);
  broker_->publish(p);
}

void world::start_reader(std::size_t i) {
  if (!shares_ && i != 0) return;
  auto &s = slots_[i];
  auto arrives = [this, i, start = s.starts](const parcel &what) {
    auto &to = slots_[i];
    if (to.starts != start || !to.reader) return;
    if (to.paused)
      to.mail.push_back(what);
    else
      to.reader->arrived(what);
  };
  s.reader = std::make_shared<partition_reader>(
      *broker_, "n" + std::to_string(i) + "-" + std::to_string(s.starts),
      partition_reader::surroundings{
          .buckets = [this, i] { return slots_[i].running->buckets(); },
          .now = [this] { return *now_; },
          .submit = [this, i](const auto &item) { submit_item(i, item); },
          .wake = [this, i](microseconds later) { wake_reader(i, later); },
          .acknowledges =
              [this](const actors::submission &what) {
                if (!checker_.has_outcome(what))
                  checker_.violation(what.session + " " + what.id
                                     + ": acknowledged before it is durable");
              },
          .arrives = std::move(arrives)});
  wake_reader(i, microseconds{1 + campus_.below(500'000)});
}

void world::wake_reader(std::size_t i, microseconds later) {
  at(*now_ + later, [this, i, start = slots_[i].starts] {
    auto &s = slots_[i];
    if (s.starts != start || !s.running || !s.reader) return;
    if (s.paused) return wake_reader(i, std::chrono::seconds{1});
    s.reader->look();
  });
}

void world::submit_item(std::size_t i, const gateway::nats::item_ptr &item) {
  auto &s = slots_[i];
  hand_over(s, *item->command,
            [this, item, weak = std::weak_ptr{s.reader}](bool answered,
                                                         bool id_reused) {
              const auto reader = weak.lock();
              if (!reader) return;
              if (id_reused) write_reused("nats", item->received_at, {});
              reader->answered(item, !answered);
            });
}

void world::write_reused(const char *ingress, instant received_at,
                         std::optional<std::int64_t> row) {
  store_->write_dead_letter({.id = 0,
                             .event = "simulated",
                             .reason = "id reused",
                             .code = "id-reused",
                             .ingress = ingress,
                             .received_at = received_at,
                             .at = *now_},
                            row);
}

}  // namespace recapd::simulation
