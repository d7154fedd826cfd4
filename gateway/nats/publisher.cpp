// SPDX-License-Identifier: Apache-2.0
#include "gateway/nats/publisher.hpp"

#include <boost/json/parse.hpp>
#include <condition_variable>
#include <mutex>

#include "gateway/wire/text.hpp"

namespace recapd::gateway::nats {
namespace {

using namespace std::chrono_literals;

/// How long the answers to a wave are waited for.
constexpr auto bound = 5s;
/// The time between looks at the connection meanwhile.
constexpr auto look = 100ms;

/// Returns what is wrong with a stream's answer; empty when it has the message.
std::string fault_in(const message &answer) {
  for (const auto &[name, value] : answer.headers)
    if (name == "Status" && value == "503")
      return "no stream takes it: is JetStream on?";
  boost::system::error_code wrong;
  const auto read = boost::json::parse(answer.data, wrong);
  const auto *object = wrong ? nullptr : read.if_object();
  if (object == nullptr) return "an answer that is none";
  // Servers before 2.11 answer so to a repeat of what they have yet to store.
  if (const auto *seq = object->if_contains("seq"); seq != nullptr && *seq == 0)
    return "it is not stored yet";
  const auto *error = object->if_contains("error");
  if (error == nullptr) return {};
  const auto *detail = error->is_object()
                           ? error->get_object().if_contains("description")
                           : nullptr;
  return detail != nullptr && detail->is_string()
             ? std::string{detail->get_string()}
             : "refused";
}

}  // namespace

struct publisher::answers {
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t round = 0;
  std::vector<bool> came;
  std::size_t missing = 0;
  std::string fault;

  std::uint64_t begin(std::size_t count) {
    const std::lock_guard lock{mutex};
    came.assign(count, false);
    missing = count;
    fault.clear();
    return ++round;
  }

  /// Takes an answer to the message at `place`, `ROUND.NUMBER`. One that comes
  /// late belongs to no round any more.
  void take(std::string_view place, const message &answer) {
    const auto dot = place.find('.');
    const auto of = parse_integer<std::uint64_t>(place.substr(0, dot));
    const auto number = parse_integer<std::size_t>(place.substr(dot + 1));
    const std::lock_guard lock{mutex};
    if (of != round || !number || *number >= came.size() || came[*number])
      return;
    came[*number] = true;
    --missing;
    if (fault.empty()) fault = fault_in(answer);
    if (missing == 0 || !fault.empty()) changed.notify_all();
  }

  void wait(const link &link) {
    const auto until = std::chrono::steady_clock::now() + bound;
    std::unique_lock lock{mutex};
    const auto over = [this] { return missing == 0 || !fault.empty(); };
    while (!changed.wait_for(lock, look, over))
      if (!link.connected() || std::chrono::steady_clock::now() > until)
        fault = "the server does not answer";
    if (!fault.empty()) throw error{"publishing: " + fault};
  }
};

publisher::publisher(link &link)
    : link_{link}, inbox_{link.new_inbox()}, answers_{
                                                 std::make_shared<answers>()} {
  link.subscribe(inbox_ + ".*.*",
                 [a = answers_, skip = inbox_.size() + 1](const auto &m) {
                   a->take(std::string_view{m.subject}.substr(skip), m);
                 });
}

publisher::~publisher() = default;

void publisher::store_all(std::vector<message> all) {
  // What the library sends once a server is back would be out of order.
  if (!link_.connected()) throw error{"publishing: not connected"};
  const auto prefix =
      inbox_ + "." + std::to_string(answers_->begin(all.size())) + ".";
  std::size_t number = 0;
  for (auto &message : all) {
    message.reply = prefix + std::to_string(number++);
    link_.publish(message);
  }
  // Without a flush the library waits a moment for more to send.
  link_.flush(bound);
  answers_->wait(link_);
}

}  // namespace recapd::gateway::nats
