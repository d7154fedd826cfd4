// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/connection.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "storage/postgres/connection_settings.hpp"
#include "storage/postgres/enter_epoch.hpp"

namespace recapd::storage::postgres {

struct connection::entered {
  plain_connection open;
  epoch_list epochs;
  std::shared_ptr<epoch_watch> watch;
};

namespace {

/// Returns those of several servers that answer, the latest timeline first.
std::vector<endpoint> latest_first(const std::vector<endpoint> &servers) {
  std::vector<std::pair<int, endpoint>> found;
  for (const auto &server : servers) {
    try {
      plain_connection c{server};
      found.emplace_back(find_place(c).timeline, server);
    } catch (const error &) {
      // The others may answer.
    }
  }
  std::ranges::stable_sort(found, std::greater{},
                           [](const auto &f) { return f.first; });
  std::vector<endpoint> out;
  for (auto &[timeline, server] : found)
    out.push_back(std::move(server));
  return out;
}

}  // namespace

connection::entered connection::enter(const endpoint &to) {
  entered out{plain_connection{to}, {}, to.epochs};
  pin_settings(out.open, to.statement);
  if (!to.epochs) return out;
  auto found = enter_epoch(out.open);
  if (const auto why = to.epochs->admit(found.place, found.epochs.current()))
    throw unfit_connection{*why};
  out.epochs = std::move(found.epochs);
  return out;
}

connection::entered connection::enter_any(const endpoint &to) {
  const auto servers = servers_of(to);
  if (servers.size() == 1 || !to.epochs) return enter(to);
  if (!to.epochs->place())
    if (const auto ranked = latest_first(servers); !ranked.empty())
      return enter(ranked.front());
  try {
    return enter(to);
  } catch (const unfit_connection &) {
    for (const auto &server : servers) {
      try {
        return enter(server);
      } catch (const error &) {
        // The next one may do.
      }
    }
    throw;
  }
}

connection::connection(const endpoint &to) : connection{enter_any(to)} {}

connection::connection(entered &&how)
    : plain_connection{std::move(how.open)}, epochs_{std::move(how.epochs)},
      watch_{std::move(how.watch)} {}

bool connection::left_behind() const {
  return watch_ && watch_->current() != epochs_.current();
}

}  // namespace recapd::storage::postgres
