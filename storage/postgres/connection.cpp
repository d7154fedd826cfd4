// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/connection.hpp"

#include <optional>
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

/// Returns the server with the latest timeline of those that answer, the first
/// of equal ones; nothing where none answers.
std::optional<endpoint> latest_of(const std::vector<endpoint> &servers) {
  std::optional<endpoint> latest;
  int timeline = 0;
  for (const auto &server : servers) {
    try {
      plain_connection c{server};
      const auto found = find_place(c).timeline;
      if (latest && found <= timeline) continue;
      latest = server;
      timeline = found;
    } catch (const error &) {
      // The others may answer.
    }
  }
  return latest;
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
    if (const auto latest = latest_of(servers)) return enter(*latest);
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
