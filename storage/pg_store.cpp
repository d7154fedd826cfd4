// SPDX-License-Identifier: Apache-2.0
#include "storage/pg_store.hpp"

#include <type_traits>

#include "storage/pg_store_impl.hpp"

namespace recapd::storage {

namespace {

class listener final : public pg_listener {
public:
  listener(std::string url, std::string channel)
      : url_{std::move(url)}, channel_{std::move(channel)} {
    guarded([&] { listen(); });
  }

  bool wait(std::chrono::milliseconds timeout) override {
    return guarded([&] {
      if (connection_) return connection_->wait_notified(timeout);
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
    auto fresh = std::make_unique<pg_connection>(url_);
    fresh->script("LISTEN \"" + channel_ + "\"");
    connection_ = std::move(fresh);
  }

  std::string url_;
  std::string channel_;
  std::unique_ptr<pg_connection> connection_;
};

}  // namespace

std::unique_ptr<store> open_pg_store(const std::string &url) {
  return std::make_unique<pg_store>(url);
}

std::unique_ptr<pg_listener> open_pg_listener(const std::string &url,
                                              const std::string &channel) {
  return std::make_unique<listener>(url, channel);
}

}  // namespace recapd::storage
