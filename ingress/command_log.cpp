// SPDX-License-Identifier: Apache-2.0
#include "ingress/command_log.hpp"

#include <spdlog/spdlog.h>

#include "ingress/log.hpp"
#include "workflows/session_json.hpp"

namespace recapd::ingress {

std::shared_ptr<const command_note> note_of(const actors::submission &s) {
  if (!spdlog::should_log(spdlog::level::debug)) return nullptr;
  return std::make_shared<command_note>(
      command_note{.type = std::string{workflows::type_of(s.what)},
                   .session = s.session,
                   .source = s.source,
                   .id = s.id,
                   .traceparent = s.traceparent});
}

void log_outcome(const std::shared_ptr<const command_note> &note,
                 const actors::answer<actors::outcome> &answer) {
  if (!note) return;
  if (!answer.has_value())
    return log_warn("command unanswered",
                    {{"type", note->type},
                     {"session", note->session},
                     {"source", note->source},
                     {"id", note->id},
                     {"fault", storage::to_string(answer.error())},
                     {"traceparent", note->traceparent}});
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

}  // namespace recapd::ingress
