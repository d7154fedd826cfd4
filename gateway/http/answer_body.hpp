// The body of an answer as Beast sends it: text of its own, or bytes that last.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/message.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace recapd::gateway::http {

/// A body for Boost.Beast's messages; nothing of it is copied to be sent.
struct answer_body {
  struct value_type {
    std::string own;
    std::string_view lasting;  ///< sent where `own` is empty

    [[nodiscard]] std::string_view bytes() const {
      return own.empty() ? lasting : std::string_view{own};
    }
  };

  static std::uint64_t size(const value_type &body) {
    return body.bytes().size();
  }

  class writer {
  public:
    using const_buffers_type = boost::asio::const_buffer;

    template <bool is_request, class Fields>
    writer(const boost::beast::http::header<is_request, Fields> &,
           const value_type &body)
        : bytes_{body.bytes()} {}

    void init(boost::beast::error_code &ec) { ec = {}; }

    boost::optional<std::pair<const_buffers_type, bool>>
    get(boost::beast::error_code &ec) {
      ec = {};
      return {{const_buffers_type{bytes_.data(), bytes_.size()}, false}};
    }

  private:
    std::string_view bytes_;
  };
};

}  // namespace recapd::gateway::http
