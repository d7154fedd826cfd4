// recapctl submit --nats: sends events by NATS and waits for their outcomes.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <fmt/format.h>
#include <map>
#include <mutex>

#include "gateway/nats/link.hpp"
#include "gateway/nats/message.hpp"
#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

namespace {

using identity = std::pair<std::string, std::string>;

identity identity_of(const json::object &o) {
  return {text_of(o, "source"), text_of(o, "id")};
}

/// Gets outcomes on the link's thread; the caller waits on its own.
class outcome_desk {
public:
  explicit outcome_desk(std::size_t count) : outcomes_(count) {}

  void expect(const json::object &event, std::size_t index) {
    const std::lock_guard lock{mutex_};
    waiting_[identity_of(event)].push_back(index);
    ++missing_;
  }

  void got(const std::string &text) {
    boost::system::error_code ec;
    const auto outcome = json::parse(text, ec);
    if (ec || !outcome.is_object()) return;
    const std::lock_guard lock{mutex_};
    const auto found = waiting_.find(identity_of(outcome.get_object()));
    if (found == waiting_.end() || found->second.empty()) return;
    outcomes_[found->second.front()] = outcome;
    found->second.pop_front();
    --missing_;
    came_.notify_all();
  }

  /// Waits for all outcomes. Returns false when none came for `patience`.
  bool wait(std::chrono::seconds patience) {
    std::unique_lock lock{mutex_};
    while (missing_ > 0) {
      const auto before = missing_;
      if (!came_.wait_for(lock, patience, [&] { return missing_ < before; }))
        return false;
    }
    return true;
  }

  [[nodiscard]] std::size_t missing() {
    const std::lock_guard lock{mutex_};
    return missing_;
  }
  [[nodiscard]] json::array outcomes() {
    const std::lock_guard lock{mutex_};
    return outcomes_;
  }

private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::map<identity, std::deque<std::size_t>> waiting_;
  std::size_t missing_ = 0;
  json::array outcomes_;
};

/// Returns an event's subject. Its session decides over that: without one it
/// cannot be sent.
std::string subject_of(const json::value &event, std::size_t index) {
  const auto *object = event.if_object();
  const auto session = object ? text_of(*object, "subject") : std::string{};
  if (!workflows::valid_id(session))
    throw usage_error{fmt::format(
        "event {}: subject: expected a session's id, 1 to 64 of A-Z a-z 0-9 "
        "_ -",
        index + 1)};
  return std::string{gateway::nats::command_prefix} + session;
}

/// Returns the event's text as it is but for its `replyto`.
std::string with_replyto(const submitted &event, const std::string &inbox) {
  auto object = event.parsed.as_object();
  if (object.contains("replyto")) {
    object["replyto"] = inbox;
    return json::serialize(object);
  }
  return "{\"replyto\":" + json::serialize(json::string{inbox})
         + (object.empty() ? "" : ",") + std::string{event.text.substr(1)};
}

}  // namespace

json::array submit_by_nats(const std::string &url,
                           const config::nats_access &access,
                           const std::vector<submitted> &events,
                           std::chrono::seconds patience) {
  std::vector<std::string> subjects;
  for (std::size_t i = 0; i < events.size(); ++i)
    subjects.push_back(subject_of(events[i].parsed, i));
  outcome_desk desk{events.size()};
  gateway::nats::link link{url, "recapctl", access};
  const auto inbox = link.new_inbox();
  link.subscribe(
      inbox, [&desk](const gateway::nats::message &m) { desk.got(m.data); });
  for (std::size_t i = 0; i < events.size(); ++i) {
    desk.expect(events[i].parsed.as_object(), i);
    link.store({.subject = subjects[i],
                .headers = {{"content-type", "application/cloudevents+json"}},
                .data = with_replyto(events[i], inbox)},
               "");
  }
  if (!desk.wait(patience))
    throw gateway::nats::error{fmt::format(
        "{} of {} outcomes did not come; the commands are in the stream: a "
        "node will take them, and sending them again does no harm",
        desk.missing(), events.size())};
  return desk.outcomes();
}

}  // namespace recapd::tools
