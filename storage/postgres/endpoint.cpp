// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/endpoint.hpp"

#include <algorithm>
#include <cstdlib>
#include <libpq-fe.h>
#include <string_view>
#include <utility>

namespace recapd::storage::postgres {

namespace {

struct options {
  explicit options(const std::string &url)
      : all{PQconninfoParse(url.c_str(), nullptr)} {}
  ~options() { PQconninfoFree(all); }
  options(const options &) = delete;
  options &operator=(const options &) = delete;

  [[nodiscard]] std::string_view value(std::string_view keyword) const {
    for (const auto *o = all; o->keyword != nullptr; ++o)
      if (o->keyword == keyword) return o->val == nullptr ? "" : o->val;
    return {};
  }

  PQconninfoOption *all;
};

void add(std::string &to, std::string_view keyword, std::string_view value) {
  to += keyword;
  to += "='";
  for (const char c : value) {
    if (c == '\'' || c == '\\') to += '\\';
    to += c;
  }
  to += "' ";
}

bool unsaid(const options &said, std::string_view keyword,
            const char *environment) {
  return said.value(keyword).empty() && std::getenv(environment) == nullptr;
}

}  // namespace

std::string conninfo(const endpoint &to) {
  const options said{to.url};
  if (said.all == nullptr) return to.url;  // libpq says what is wrong
  std::string out;
  for (const auto *o = said.all; o->keyword != nullptr; ++o)
    if (o->val != nullptr) add(out, o->keyword, o->val);
  if (to.statement.count() > 0) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(to.statement);
    // libpq takes whole seconds, at least 2.
    if (unsaid(said, "connect_timeout", "PGCONNECT_TIMEOUT"))
      add(out, "connect_timeout",
          std::to_string(std::max<long>(2, seconds.count())));
    // The parameters of TCP bound the wait for what was sent and not
    // acknowledged, and for a peer that has gone while nobody sends.
    for (const auto &[keyword, value] :
         {std::pair{"tcp_user_timeout", to.statement.count()},
          std::pair{"keepalives_idle", std::max<long>(1, seconds.count())},
          std::pair{"keepalives_interval",
                    std::max<long>(1, seconds.count() / 3)},
          std::pair{"keepalives_count", 3L}})
      if (said.value(keyword).empty()) add(out, keyword, std::to_string(value));
  }
  const bool several =
      said.value("host").find(',') != std::string_view::npos
      || said.value("hostaddr").find(',') != std::string_view::npos;
  if (several && unsaid(said, "target_session_attrs", "PGTARGETSESSIONATTRS"))
    add(out, "target_session_attrs", "read-write");
  return out;
}

}  // namespace recapd::storage::postgres
