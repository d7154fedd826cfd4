// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/batch_answer.hpp"

#include <utility>

#include "actors/outcome_json.hpp"

namespace recapd::gateway::http {

batch_answer::batch_answer(std::size_t size, std::size_t most_bytes)
    : slots_(size), most_bytes_{most_bytes}, bytes_{size + 1}, cut_{size} {}

void batch_answer::put(std::size_t slot, actors::outcome o) {
  const std::lock_guard lock{mutex_};
  set(slot, slot >= cut_ && actors::has_session(o) ? actors::without_session(o)
                                                   : std::move(o));
  while (bytes_ > most_bytes_ && cut_ > 0)
    if (const auto &last = slots_[--cut_]; actors::has_session(last))
      set(cut_, actors::without_session(last));
}

void batch_answer::set(std::size_t slot, actors::outcome o) {
  bytes_ += o.json.size();
  bytes_ -= slots_[slot].json.size();
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
