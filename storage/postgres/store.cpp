// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/store.hpp"

#include <type_traits>

#include "storage/postgres/store_impl.hpp"

namespace recapd::storage {

namespace {

class listener final : public pg_listener {
public:
  listener(pg_access to, std::string channel)
      : to_{std::move(to)}, channel_{std::move(channel)} {
    guarded([&] { listen(); });
  }

  bool wait(std::chrono::milliseconds timeout) override {
    return guarded([&] {
      if (connection_ && !connection_->left_behind())
        return connection_->wait_notified(timeout);
      listen();
      return true;
    });
  }

private:
  template <class F> std::invoke_result_t<F> guarded(F f) {
    try {
      return f();
    } catch (const pg_error &e) {
      connection_.reset();
      throw storage_error{fault::unavailable, e.what()};
    }
  }

  void listen() {
    auto fresh = std::make_unique<pg_connection>(to_);
    fresh->script("LISTEN \"" + channel_ + "\"");
    connection_ = std::move(fresh);
  }

  pg_access to_;
  std::string channel_;
  std::unique_ptr<pg_connection> connection_;
};

}  // namespace

std::unique_ptr<store> open_pg_store(const pg_access &to) {
  return std::make_unique<pg_store>(to);
}

std::unique_ptr<pg_listener> open_pg_listener(const pg_access &to,
                                              const std::string &channel) {
  return std::make_unique<listener>(to, channel);
}

}  // namespace recapd::storage
