// Group commit: one statement for the good case, diagnosis for the bad one.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "storage/conflict_check.hpp"
#include "storage/postgres/group.hpp"
#include "storage/postgres/records.hpp"
#include "storage/postgres/store_impl.hpp"

namespace recapd::storage::postgres {

namespace {

/// The most events of a group: half of what a transaction has positions for.
constexpr std::size_t max_group_events = 1U << 15U;
/// The most bytes of a group: libpq wants a statement's parameters below 1 GiB.
constexpr std::size_t max_group_bytes = 64U << 20U;
/// The most tries of a group that meets deadlocks or serialization failures.
constexpr int max_attempts = 8;

const prepared_statement stored_versions{
    "stored_versions", "SELECT session_id, max(version) FROM journal"
                       " WHERE session_id = ANY ($1::text[])"
                       " AND before IS NOT NULL GROUP BY session_id"};
const prepared_statement stored_commands{
    "stored_commands",
    "SELECT k.* FROM unnest($1::text[], $2::text[], $3::text[])"
    " AS k (source, id, scope) WHERE (SELECT true FROM journal AS j"
    " WHERE j.source = k.source AND j.id = k.id AND j.scope = k.scope)"};
const prepared_statement stored_usage{
    "stored_usage",
    "SELECT k.*, (SELECT u.used FROM usage AS u WHERE u.owner = k.owner"
    " AND u.period = k.period AND u.kind = k.kind AND u.item = k.item)"
    " FROM unnest($1::text[], $2::int4[], $3::int2[], $4::text[])"
    " AS k (owner, period, kind, item)"};
const prepared_statement stored_transfers{
    "stored_transfers", "SELECT " + transfer_columns()
                            + " FROM ledger WHERE session_id = ANY ($1::text[])"
                              " ORDER BY kind = 'reversal', n"};

/// The size and contents of a group, and whether one more commit may join it.
class group_size {
public:
  [[nodiscard]] bool takes(const commit &c) const {
    return events_ + c.events.size() <= max_group_events
           && bytes_ + bytes_of(c) <= max_group_bytes && follows(c)
           && !(c.payment && paid_.contains(c.session))
           && std::none_of(c.usage.begin(), c.usage.end(), [&](const auto &u) {
                return (u.delta > 0 ? lowered_ : raised_).contains(u.key);
              });
  }

  void add(const commit &c) {
    events_ += c.events.size();
    bytes_ += bytes_of(c);
    if (!c.events.empty()) versions_[c.session] = c.events.back().seq;
    if (c.payment) paid_.insert(c.session);
    for (const auto &u : c.usage)
      (u.delta > 0 ? raised_ : lowered_).insert(u.key);
  }

private:
  static std::size_t bytes_of(const commit &c) {
    std::size_t sum = 0;
    for (const auto &e : c.events)
      sum += e.type.size() + e.data.size() + e.notifications.size();
    for (const auto *outcome : {&c.outcome, &c.asked_again})
      if (*outcome) sum += (*outcome)->outcome.size();
    return sum;
  }

  [[nodiscard]] bool follows(const commit &c) const {
    const auto before = versions_.find(c.session);
    const auto base =
        c.events.empty() ? c.base_version : c.events.front().seq - 1;
    return before == versions_.end() || !base || *base == before->second;
  }

  std::map<std::string_view, int> versions_;
  std::size_t events_ = 0;
  std::size_t bytes_ = 0;
  std::set<workflows::usage_key> raised_;
  std::set<workflows::usage_key> lowered_;
  std::set<std::string_view> paid_;
};

using commit_list = std::vector<const commit *>;
using indices = std::vector<std::size_t>;

void load_sessions(conflict_check &stored, connection &from,
                   const commit_list &group) {
  array_argument ids{column_type::text};
  for (const auto *c : group)
    ids.text(c->session);
  const auto args = arguments{}.array(ids);
  const auto versions = from.run(stored_versions, args);
  for (int i = 0; i < versions.size(); ++i)
    stored.versions[versions.text(i, 0)] =
        static_cast<int>(versions.number(i, 1));
  const auto transfers = from.run(stored_transfers, args);
  for (int i = 0; i < transfers.size(); ++i) {
    const auto row = read_transfer(transfers, i);
    stored.ledger[row.session].push_back(row.what);
  }
}

void load_commands(conflict_check &stored, connection &from,
                   const commit_list &group) {
  array_argument sources{column_type::text}, ids{column_type::text},
      scopes{column_type::text};
  for (const auto *c : group) {
    if (!c->outcome) continue;
    sources.text(c->outcome->source);
    ids.text(c->outcome->id);
    scopes.text(c->outcome->scope);
  }
  const auto taken = from.run(
      stored_commands, arguments{}.array(sources).array(ids).array(scopes));
  for (int i = 0; i < taken.size(); ++i)
    stored.commands.insert(
        {taken.text(i, 0), taken.text(i, 1), taken.text(i, 2)});
}

void load_used(conflict_check &stored, connection &from,
               const commit_list &group) {
  array_argument owner{column_type::text}, period{column_type::int4},
      kind{column_type::int2}, item{column_type::text};
  for (const auto *c : group)
    for (const auto &change : c->usage) {
      owner.text(change.key.owner);
      period.number(change.key.period);
      kind.number(static_cast<int>(change.key.kind));
      item.text(change.key.item);
    }
  const auto used =
      from.run(stored_usage,
               arguments{}.array(owner).array(period).array(kind).array(item));
  for (int i = 0; i < used.size(); ++i)
    stored.used[{.kind = static_cast<workflows::limit_kind>(used.number(i, 2)),
                 .owner = used.text(i, 0),
                 .item = used.text(i, 3),
                 .period = static_cast<int>(used.number(i, 1))}] =
        used.number(i, 4);
}

/// One call of append: which commits stand, which were refused and why.
class group_commit {
public:
  group_commit(connection &connection, std::span<const commit> commits)
      : connection_{connection}, commits_{commits}, answers_(commits.size()) {}

  std::vector<std::optional<fault>> run() {
    for (const auto &group : groups())
      write(group);
    return answers_;
  }

  /// Returns true if commits may have been written although run threw.
  [[nodiscard]] bool unknown() const { return unknown_; }

private:
  /// Returns groups of commits, in order. A group ends where one statement
  /// would grow too big; where it would take a raise and a lowering of one
  /// counter together, since the sum would hide a raise that was too much at
  /// its time; between two payments of a session, which the database checks by
  /// what a transaction leaves; and where a commit does not follow its
  /// session's previous one, since the statement sees its first and last
  /// version only.
  std::vector<indices> groups() {
    std::vector<indices> out(1);
    group_size size;
    for (std::size_t i = 0; i < commits_.size(); ++i) {
      const auto &c = commits_[i];
      require_well_formed(c);
      if (!out.back().empty() && !size.takes(c)) {
        out.emplace_back();
        size = {};
      }
      size.add(c);
      out.back().push_back(i);
    }
    return out;
  }

  void refuse(std::size_t i, fault f) {
    answers_[i] = f;
    const auto [at, fresh] = first_refused_.emplace(commits_[i].session, i);
    if (!fresh) at->second = std::min(at->second, i);
  }

  [[nodiscard]] bool broken_off(std::size_t i) const {
    const auto at = first_refused_.find(commits_[i].session);
    return at != first_refused_.end() && at->second < i;
  }

  /// Returns the commits not refused, and refuses those that follow a refused
  /// one of the same session: the state of their decision did not come about.
  indices standing(const indices &group) {
    indices out;
    for (auto i : group) {
      if (answers_[i]) continue;
      if (broken_off(i))
        answers_[i] = fault::version_conflict;
      else
        out.push_back(i);
    }
    return out;
  }

  void write(const indices &group) {
    const auto todo = standing(group);
    if (todo.empty()) return;
    const auto refusal = attempt(todo);
    if (!refusal) return;
    diagnose(todo);
    const auto rest = standing(todo);
    if (rest.size() < todo.size()) return write(rest);
    // Nothing that is stored explains the refusal: another writer came between,
    // the sums of the group were checked more strictly than its members, or
    // PostgreSQL cannot store the data.
    if (rest.size() == 1) return refuse(rest.front(), fault_of(*refusal));
    const auto middle =
        rest.begin() + static_cast<std::ptrdiff_t>(rest.size() / 2);
    write({rest.begin(), middle});
    write({middle, rest.end()});
  }

  [[nodiscard]] commit_list pick(const indices &which) const {
    commit_list out;
    out.reserve(which.size());
    for (auto i : which)
      out.push_back(&commits_[i]);
    return out;
  }

  /// Writes the commits, or returns the data error for which they were refused.
  std::optional<error> attempt(const indices &todo) {
    const auto group = make_group(pick(todo));
    for (int tries = 1;; ++tries) {
      try {
        connection_.run(*group.statement, group.args);
        unknown_ = true;  // for a failure in a later group
        return std::nullopt;
      } catch (const error &e) {
        if (e.kind() == trouble::data) return e;
        if (e.kind() == trouble::broken) unknown_ = true;
        if (e.kind() != trouble::again || tries == max_attempts) throw;
      }
    }
  }

  /// Refuses all commits that conflict with what is stored now.
  void diagnose(const indices &todo) {
    conflict_check stored;
    const auto group = pick(todo);
    load_sessions(stored, connection_, group);
    load_commands(stored, connection_, group);
    load_used(stored, connection_, group);
    for (auto i : todo) {
      if (broken_off(i)) continue;
      if (const auto f = stored.admit(commits_[i])) refuse(i, *f);
    }
  }

  connection &connection_;
  std::span<const commit> commits_;
  std::vector<std::optional<fault>> answers_;
  std::map<std::string_view, std::size_t> first_refused_;
  bool unknown_ = false;
};

}  // namespace

std::vector<std::optional<fault>>
sql_store::append(std::span<const commit> commits) {
  if (commits.empty()) return {};
  group_commit work{connected(), commits};
  try {
    return work.run();
  } catch (const error &e) {
    drop_after(e);
    throw storage_error{
        work.unknown() ? fault::outcome_unknown : fault::unavailable, e.what()};
  }
}

}  // namespace recapd::storage::postgres
