// SPDX-License-Identifier: Apache-2.0
#include "gateway/feed/cursor.hpp"

#include "gateway/wire/reading.hpp"

namespace recapd::gateway::feed {

using storage::feed_row;
using storage::store;

namespace {

/// Reads rows in the cursor's epoch. Returns nothing where the read failed, and
/// an empty optional in it where the epoch is another.
template <class F>
std::optional<std::optional<std::vector<feed_row>>>
read_rows(actors::engine &engine, const std::string &epoch, F read) {
  return read_now(
      engine, [epoch, read](store &s) -> std::optional<std::vector<feed_row>> {
        if (s.epoch() != epoch) return std::nullopt;
        return read(s);
      });
}

}  // namespace

std::optional<std::int64_t> cursor::position() {
  if (at_) return at_->position;
  auto found = read_now(engine_, [sink = sink_](store &s) {
    return std::pair{s.epoch(), s.load_sink(sink)};
  });
  if (!found) return std::nullopt;
  at_ = place{.epoch = found->first,
              .position = found->second.position,
              .version = found->second.version};
  for (auto &held : found->second.held)
    at_->held.emplace(held.session, std::move(held));
  tell_place();
  return at_->position;
}

std::optional<std::vector<feed_row>> cursor::next(int limit) {
  if (!position()) return std::nullopt;
  const auto rows =
      read_rows(engine_, at_->epoch, [after = at_->position, limit](store &s) {
        return s.read_feed(after, limit);
      });
  if (!rows) return std::nullopt;
  if (!*rows) forget();
  return *rows;
}

std::optional<std::vector<feed_row>>
cursor::next_of(const storage::held_session &held, int limit) {
  const auto rows = read_rows(
      engine_, at_->epoch,
      [session = held.session, from = held.position, last = at_->position,
       limit](store &s) { return s.read_feed_of(session, from, last, limit); });
  if (!rows) return std::nullopt;
  if (!*rows) forget();
  return *rows;
}

void cursor::pass(const feed_row &row) {
  at_->position = row.position;
  moved_ = true;
  tell_place();
}

void cursor::hold(storage::held_session held) {
  changed_.insert(held.session);
  const auto session = held.session;
  at_->held.insert_or_assign(session, std::move(held));
}

void cursor::release(const std::string &session) {
  if (at_->held.erase(session) > 0) changed_.insert(session);
}

bool cursor::save() {
  if (!at_) return false;
  if (!moved_ && changed_.empty()) return true;
  storage::sink_change change{.version = at_->version,
                              .position = at_->position};
  for (const auto &session : changed_) {
    const auto held = at_->held.find(session);
    if (held == at_->held.end())
      change.released.push_back(session);
    else
      change.held.push_back(held->second);
  }
  const auto saved = read_now(engine_, [epoch = at_->epoch, sink = sink_,
                                        change = std::move(change)](store &s) {
    return s.epoch() == epoch && s.save_sink(sink, change);
  });
  if (!saved) return false;
  if (!*saved) {
    forget();
    return false;
  }
  ++at_->version;
  moved_ = false;
  changed_.clear();
  return true;
}

void cursor::forget() {
  at_.reset();
  moved_ = false;
  changed_.clear();
  tell_place();
}

void cursor::tell_place() {
  meters_.feed_at(sink_, at_ ? std::optional{at_->position} : std::nullopt);
}

}  // namespace recapd::gateway::feed
