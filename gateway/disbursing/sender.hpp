// The sender: posts what is to be paid to who pays.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include "actors/engine/engine.hpp"
#include "config/config.hpp"

namespace recapd::gateway::disbursing {

struct sender_tuning {
  int page = 100;                        ///< disbursements in one read
  std::chrono::milliseconds poll{1000};  ///< between looks for further ones
  /// The pauses between tries of a disbursement, by the node's clock.
  std::chrono::seconds first_retry{5};
  std::chrono::seconds last_retry{3600};
};

/// Posts the open disbursements of this node's buckets from construction until
/// stop(), on a thread of its own. A disbursement's id is the
/// `Idempotency-Key`: the same is posted until an answer 2xx says that it was
/// taken, and never given up, since an answer that was lost may have said so.
/// The engine must outlive it.
class sender {
public:
  sender(actors::engine &engine, const config::webhook &to,
         sender_tuning tuning = {});
  ~sender();
  sender(const sender &) = delete;
  sender &operator=(const sender &) = delete;

  /// Breaks off what is being sent and ends the thread. Idempotent.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

}  // namespace recapd::gateway::disbursing
