// SPDX-License-Identifier: Apache-2.0
#include "gateway/nats/stream_loss.hpp"

#include "gateway/telemetry/log.hpp"

namespace recapd::gateway::nats {

void stream_loss::tell(const std::string &sentence, time_point now) {
  // The readiness logs what begins, not what happens once more.
  if (until_) log_warn(sentence, {});
  words_.raise(code_, actors::weight::warning, sentence);
  until_ = now + told_;
}

void stream_loss::pass(time_point now) {
  if (!until_ || now < *until_) return;
  until_.reset();
  words_.settle(code_);
}

}  // namespace recapd::gateway::nats
