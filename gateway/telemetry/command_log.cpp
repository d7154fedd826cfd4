// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/command_log.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <spdlog/spdlog.h>
#include <utility>

#include "gateway/telemetry/log.hpp"
#include "workflows/json/session.hpp"

namespace recapd::gateway {

namespace {

/// Says when a line is due: while a database is away every command fails, and a
/// line for each would fill disks.
class seldom {
public:
  /// Returns how often it was asked since a line was due; nothing: too early.
  std::optional<std::size_t> due() {
    const std::lock_guard lock{mutex_};
    ++count_;
    const auto now = std::chrono::steady_clock::now();
    if (last_ && now - *last_ < std::chrono::seconds{10}) return std::nullopt;
    last_ = now;
    return std::exchange(count_, 0);
  }

private:
  std::mutex mutex_;
  std::size_t count_ = 0;
  std::optional<std::chrono::steady_clock::time_point> last_;
};

void log_unanswered(const command_note &note, storage::fault why) {
  static seldom lines;
  const auto commands = lines.due();
  if (!commands) return;
  log_warn("commands unanswered", {{"commands", std::to_string(*commands)},
                                   {"type", note.type},
                                   {"session", note.session},
                                   {"source", note.source},
                                   {"id", note.id},
                                   {"fault", storage::to_string(why)},
                                   {"traceparent", note.traceparent}});
}

}  // namespace

std::shared_ptr<const command_note> note_of(const actors::submission &s) {
  return std::make_shared<command_note>(
      command_note{.type = std::string{workflows::type_of(s.what)},
                   .session = s.session,
                   .source = s.source,
                   .id = s.id,
                   .traceparent = s.traceparent});
}

void log_outcome(const std::shared_ptr<const command_note> &note,
                 const actors::answer<actors::outcome> &answer) {
  if (!answer.has_value()) return log_unanswered(*note, answer.error());
  if (!spdlog::should_log(spdlog::level::debug)) return;
  const auto &o = *answer;
  log_debug(o.accepted ? "command accepted" : "command refused",
            {{"type", note->type},
             {"session", note->session},
             {"source", note->source},
             {"id", note->id},
             {"code", o.code ? workflows::to_string(*o.code) : ""},
             {"duplicate", o.duplicate ? "yes" : ""},
             {"traceparent", note->traceparent}});
}

}  // namespace recapd::gateway
