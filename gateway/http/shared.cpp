// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/shared.hpp"

namespace recapd::gateway::http {

config::address address_of(const boost::asio::ip::address &a) {
  return a.is_v4() ? boost::asio::ip::make_address_v6(
                         boost::asio::ip::v4_mapped, a.to_v4())
                         .to_bytes()
                   : a.to_v6().to_bytes();
}

void shared::add(const std::shared_ptr<peer> &p) {
  const std::lock_guard lock{mutex};
  peers.emplace(p.get(), p);
}

void shared::remove(peer *p) {
  const std::lock_guard lock{mutex};
  peers.erase(p);
  gone.notify_all();
}

std::size_t shared::count() {
  const std::lock_guard lock{mutex};
  return peers.size();
}

std::vector<std::shared_ptr<peer>> shared::living() {
  const std::lock_guard lock{mutex};
  std::vector<std::shared_ptr<peer>> out;
  for (const auto &[raw, weak] : peers)
    if (auto p = weak.lock()) out.push_back(std::move(p));
  return out;
}

}  // namespace recapd::gateway::http
