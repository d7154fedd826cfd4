// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/store.hpp"

#include <type_traits>

#include "storage/postgres/store_impl.hpp"

namespace recapd::storage::postgres {

namespace {

class sql_listener final : public listener {
public:
  sql_listener(endpoint to, std::string channel)
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
    } catch (const error &e) {
      connection_.reset();
      throw storage_error{fault::unavailable, e.what()};
    }
  }

  void listen() {
    auto fresh = std::make_unique<connection>(to_);
    fresh->script("LISTEN \"" + channel_ + "\"");
    connection_ = std::move(fresh);
  }

  endpoint to_;
  std::string channel_;
  std::unique_ptr<connection> connection_;
};

}  // namespace

std::unique_ptr<store> open_store(const endpoint &to) {
  return std::make_unique<sql_store>(to);
}

std::unique_ptr<listener> open_listener(const endpoint &to,
                                        const std::string &channel) {
  return std::make_unique<sql_listener>(to, channel);
}

}  // namespace recapd::storage::postgres
