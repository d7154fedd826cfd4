// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/event_audience.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "gateway/http/request.hpp"
#include "gateway/telemetry/log.hpp"
#include "storage/disbursement_reading.hpp"
#include "workflows/session/changes.hpp"

namespace recapd::gateway::http {

namespace {

/// The most sessions that are remembered; then all are looked up anew.
constexpr std::size_t most_known = 10'000;
/// How many sessions are read at once.
constexpr std::size_t most_read = 16;

/// Returns a session's audience; nobody, where it cannot be read.
audience audience_of(const storage::session_events &found) {
  try {
    if (workflows::disbursement_of(found.id)) {
      const auto d = storage::fold_disbursement(found);
      if (!d.has_value()) throw std::runtime_error{d.error()};
      return {.program = (*d).program, .tutor = (*d).tutor, .students = {}};
    }
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
  if (who.is(workflows::role::tutor, tutor)) return true;
  return who.has_role(workflows::role::student)
         && std::ranges::find(students, who.proven->id) != students.end();
}

/// Returns whether the audience of the row's session is known as it is at that
/// event. Events that were passed by unseen may have added somebody.
bool audiences::knows(const storage::feed_row &row) {
  const auto at = known_.find(row.session);
  if (at == known_.end()) return false;
  auto &version = at->second.version;
  if (row.event.seq <= version) return true;
  if (row.event.seq > version + 1
      || row.event.type == workflows::participant_invited::type)
    return false;
  version = row.event.seq;
  return true;
}

std::vector<audience_ptr>
audiences::of(storage::store &db, std::span<const storage::feed_row> rows) {
  if (rows.empty()) return {};
  if (known_.size() > most_known || rows.back().epoch != epoch_) known_.clear();
  epoch_ = rows.back().epoch;
  std::set<std::string> missing;
  for (const auto &row : rows)
    if (!missing.contains(row.session) && !knows(row))
      missing.insert(row.session);
  std::vector<storage::session_version> some;
  for (const auto &id : missing) {
    some.push_back({.session = id});
    if (some.size() == most_read) read(db, std::exchange(some, {}));
  }
  read(db, std::move(some));
  std::vector<audience_ptr> all;
  all.reserve(rows.size());
  for (const auto &row : rows)
    all.push_back(known_.at(row.session).who);
  return all;
}

void audiences::read(storage::store &db,
                     std::vector<storage::session_version> which) {
  if (which.empty()) return;
  for (const auto &found : db.load_events(which))
    known_[found.id] = {std::make_shared<const audience>(audience_of(found)),
                        found.events.empty() ? 0 : found.events.back().seq};
}

}  // namespace recapd::gateway::http
