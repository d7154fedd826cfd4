// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/batch_answer.hpp"

#include <utility>

#include "actors/outcome_json.hpp"

namespace recapd::gateway::http {

batch_answer::batch_answer(std::size_t size, std::size_t most_bytes)
    : slots_(size), most_bytes_{most_bytes}, bytes_{size + 1} {}

void batch_answer::put(std::size_t slot, actors::outcome o) {
  const std::lock_guard lock{mutex_};
  set(slot, slot >= cut_ && actors::has_session(o) ? actors::without_session(o)
                                                   : std::move(o));
  while (bytes_ > most_bytes_ && !with_session_.empty()) {
    cut_ = *with_session_.rbegin();
    set(cut_, actors::without_session(slots_[cut_]));
  }
}

void batch_answer::set(std::size_t slot, actors::outcome o) {
  bytes_ += o.json.size();
  bytes_ -= slots_[slot].json.size();
  if (actors::has_session(o))
    with_session_.insert(slot);
  else
    with_session_.erase(slot);
  slots_[slot] = std::move(o);
}

bool batch_answer::beyond(std::size_t slot) const {
  const std::lock_guard lock{mutex_};
  return slot >= cut_;
}

actors::outcome batch_answer::at(std::size_t slot) const {
  const std::lock_guard lock{mutex_};
  return slots_[slot];
}

std::string batch_answer::text() const {
  const std::lock_guard lock{mutex_};
  std::string out;
  out.reserve(bytes_);
  out += '[';
  for (const auto &o : slots_) {
    if (out.size() > 1) out += ',';
    out += o.json;
  }
  out += ']';
  return out;
}

}  // namespace recapd::gateway::http
