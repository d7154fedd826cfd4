// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/event_audience.hpp"

#include <algorithm>
#include <utility>

#include "gateway/http/request.hpp"
#include "gateway/telemetry/log.hpp"
#include "workflows/session/changes.hpp"

namespace recapd::gateway::http {

namespace {

/// The most sessions that are kept; then all are looked up anew.
constexpr std::size_t most_kept = 10'000;
/// How many sessions are read at once.
constexpr std::size_t most_read = 16;

/// Returns a session's audience; nobody, where it cannot be read.
audience audience_of(const storage::session_events &found) {
  try {
    const auto s = session_of(found);
    audience out{.program = s.program, .tutor = s.tutor, .students = {}};
    for (const auto &p : s.participants)
      out.students.push_back(p.student);
    return out;
  } catch (const std::exception &e) {
    log_warn("whose a session is cannot be told; see recapctl check",
             {{"session", found.id}, {"error", e.what()}});
    return {};
  }
}

}  // namespace

bool audience::includes(const caller &who) const {
  if (!who.programs.includes(program)) return false;
  if (who.sees_all()) return true;
  return who.proven->as == workflows::role::tutor
             ? who.proven->id == tutor
             : std::ranges::find(students, who.proven->id) != students.end();
}

std::vector<audience_ptr>
audiences::of(storage::store &db, std::span<const storage::feed_row> rows) {
  if (known_.size() > most_kept) known_.clear();
  for (const auto &row : rows)
    if (row.event.type == workflows::participant_invited::type)
      known_.erase(row.session);
  std::vector<storage::session_version> missing;
  for (const auto &row : rows) {
    if (!known_.try_emplace(row.session).second) continue;
    missing.push_back({.session = row.session});
    if (missing.size() == most_read) read(db, std::exchange(missing, {}));
  }
  read(db, std::move(missing));
  std::vector<audience_ptr> all;
  all.reserve(rows.size());
  for (const auto &row : rows)
    all.push_back(known_.at(row.session));
  return all;
}

void audiences::read(storage::store &db,
                     std::vector<storage::session_version> which) {
  if (which.empty()) return;
  try {
    for (const auto &found : db.load_events(which))
      known_[found.id] = std::make_shared<const audience>(audience_of(found));
  } catch (...) {
    for (const auto &one : which)
      known_.erase(one.session);
    throw;
  }
}

}  // namespace recapd::gateway::http
