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

/// Returns the part of a list that is server `i`'s. One port is every server's.
std::string_view part_of(std::string_view list, std::size_t i) {
  if (list.find(',') == std::string_view::npos) return list;
  for (; i > 0; --i)
    list.remove_prefix(std::min(list.find(','), list.size() - 1) + 1);
  return list.substr(0, list.find(','));
}

std::size_t server_count(const options &said) {
  const auto count = [](std::string_view list) {
    return static_cast<std::size_t>(std::ranges::count(list, ',')) + 1;
  };
  return std::max(count(said.value("host")), count(said.value("hostaddr")));
}

/// How long a connect may take where statements have no bound.
constexpr std::chrono::seconds unbounded_connect{5};

}  // namespace

std::string conninfo(const endpoint &to) {
  const options said{to.url};
  if (said.all == nullptr) return to.url;  // libpq says what is wrong
  std::string out;
  for (const auto *o = said.all; o->keyword != nullptr; ++o)
    if (o->val != nullptr) add(out, o->keyword, o->val);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(
      to.statement.count() > 0 ? to.statement : unbounded_connect);
  // libpq takes whole seconds, at least 2.
  if (unsaid(said, "connect_timeout", "PGCONNECT_TIMEOUT"))
    add(out, "connect_timeout",
        std::to_string(std::max<long>(2, seconds.count())));
  if (to.statement.count() > 0) {
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
  if (server_count(said) > 1
      && unsaid(said, "target_session_attrs", "PGTARGETSESSIONATTRS"))
    add(out, "target_session_attrs", "read-write");
  return out;
}

std::vector<endpoint> servers_of(const endpoint &to) {
  const options said{to.url};
  const auto count = said.all == nullptr ? 1 : server_count(said);
  if (count < 2) return {to};
  std::vector<endpoint> out;
  for (std::size_t i = 0; i < count; ++i) {
    auto one = to;
    one.url.clear();
    for (const auto *o = said.all; o->keyword != nullptr; ++o) {
      const std::string_view keyword{o->keyword};
      if (o->val == nullptr) continue;
      const bool of_server =
          keyword == "host" || keyword == "hostaddr" || keyword == "port";
      add(one.url, keyword, of_server ? part_of(o->val, i) : o->val);
    }
    if (unsaid(said, "target_session_attrs", "PGTARGETSESSIONATTRS"))
      add(one.url, "target_session_attrs", "read-write");
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace recapd::storage::postgres
