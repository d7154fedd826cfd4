// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/page_writer.hpp"

namespace recapd::gateway::http {
namespace {

/// Room for what follows the items: the longest token names an identity.
constexpr std::size_t tail_bytes = 8192;

}  // namespace

page_writer::page_writer(std::string_view name)
    : body_{"{\"" + std::string{name} + "\":["} {}

bool page_writer::add(std::string_view item) {
  if (!empty_ && body_.size() + item.size() + 1 + tail_bytes > max_answer_bytes)
    return false;
  if (!empty_) body_ += ',';
  empty_ = false;
  body_ += item;
  return true;
}

response page_writer::answer(const boost::json::value &next) && {
  body_ += "],\"next\":" + boost::json::serialize(next) + "}";
  return {.body = std::move(body_)};
}

}  // namespace recapd::gateway::http
