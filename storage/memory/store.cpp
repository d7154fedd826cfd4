// SPDX-License-Identifier: Apache-2.0
#include "storage/memory/store.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <stdexcept>

#include "storage/audit.hpp"
#include "storage/erasing.hpp"
#include "storage/event_lines.hpp"
#include "storage/memory/database.hpp"
#include "storage/page_builder.hpp"
#include "storage/record_reading.hpp"
#include "storage/refusal_token.hpp"
#include "storage/storable.hpp"
#include "workflows/ids.hpp"
#include "workflows/session/erasure.hpp"

namespace recapd::storage::memory {

namespace {

std::size_t bound(int limit) {
  return limit > 0 ? static_cast<std::size_t>(limit) : 0;
}

/// Returns the first `limit` values of a map from `first` on.
template <class Map, class Iterator>
auto take(const Map &map, Iterator first, int limit) {
  std::vector<typename Map::mapped_type> out;
  for (; first != map.end() && out.size() < bound(limit); ++first)
    out.push_back(first->second);
  return out;
}

/// Returns an event's bucket, as the inbox's column `bucket` is generated.
unsigned bucket_of_event(const std::string &event) {
  boost::system::error_code wrong;
  const auto json = boost::json::parse(event, wrong);
  const auto *object = wrong ? nullptr : json.if_object();
  const auto *subject = object ? object->if_contains("subject") : nullptr;
  const auto *text = subject ? subject->if_string() : nullptr;
  return text != nullptr && text->size() <= 64
             ? workflows::bucket_of({text->data(), text->size()})
             : 0;
}

class memory_store final : public store {
public:
  explicit memory_store(std::shared_ptr<database> database)
      : db_{std::move(database)} {}

  std::vector<std::optional<fault>>
  append(std::span<const commit> commits) override {
    const std::lock_guard lock{db_->lock};
    std::vector<std::optional<fault>> answers;
    std::set<std::string_view> broken_off;
    for (const auto &c : commits) {
      require_well_formed(c);
      // A commit that follows a refused one was decided on a state that did not
      // come about.
      auto refused = broken_off.contains(c.session) ? fault::version_conflict
                                                    : db_->stored.admit(c);
      if (refused)
        broken_off.insert(c.session);
      else
        db_->write(c);
      answers.push_back(refused);
    }
    return answers;
  }

  std::vector<std::int64_t>
  load_usage(std::span<const workflows::usage_key> keys) override {
    const std::lock_guard lock{db_->lock};
    std::vector<std::int64_t> out;
    for (const auto &key : keys) {
      const auto at = db_->stored.used.find(key);
      out.push_back(at == db_->stored.used.end() ? 0 : at->second);
    }
    return out;
  }

  std::vector<timer_row> load_timers(std::span<const unsigned> buckets,
                                     instant until, int limit) override {
    const std::lock_guard lock{db_->lock};
    std::vector<timer_row> out;
    for (auto bucket : buckets) {
      std::size_t count = 0;
      for (auto at = db_->timers.lower_bound({bucket, instant::min(), ""});
           at != db_->timers.end() && std::get<0>(*at) == bucket
           && std::get<1>(*at) <= until && count < bound(limit);
           ++at, ++count)
        out.push_back({.session = std::get<2>(*at), .at = std::get<1>(*at)});
    }
    std::sort(out.begin(), out.end(), [](const auto &a, const auto &b) {
      return std::tie(a.at, a.session) < std::tie(b.at, b.session);
    });
    out.resize(std::min(out.size(), bound(limit)));
    return out;
  }

  std::vector<std::optional<outcome_row>>
  find_outcomes(std::span<const command_key> keys) override {
    const std::lock_guard lock{db_->lock};
    std::vector<std::optional<outcome_row>> out;
    for (const auto &key : keys) {
      const auto at = db_->outcomes.find(key);
      out.push_back(at == db_->outcomes.end() ? std::nullopt
                                              : std::optional{at->second});
    }
    return out;
  }

  std::vector<session_events>
  load_events(std::span<const session_version> of) override {
    const std::lock_guard lock{db_->lock};
    std::vector<session_events> out;
    for (const auto &one : of)
      out.push_back(events_of(one));
    return out;
  }

  std::vector<policy_row> load_policies(int after) override {
    const std::lock_guard lock{db_->lock};
    const auto &all = db_->policies;
    return {all.begin() + std::clamp<std::ptrdiff_t>(after, 0, std::ssize(all)),
            all.end()};
  }

  page<policy_row> list_policies(int before, page_bounds most) override {
    const std::lock_guard lock{db_->lock};
    page_builder<policy_row> out{most};
    for (auto i = db_->policies.rbegin(); i != db_->policies.rend(); ++i) {
      auto row = *i;
      row.body.clear();
      const auto size = row.note.size();
      if (row.version < before && !out.add(row, size)) break;
    }
    return out.done();
  }

  policy_saved save_policy(const policy_draft &draft) override {
    using enum policy_saved::result;
    const std::lock_guard lock{db_->lock};
    auto &all = db_->policies;
    const auto newest = static_cast<int>(all.size());
    if (draft.base && *draft.base != newest)
      return {.what = moved, .newest = newest};
    if (!all.empty() && all.back().body == draft.body)
      return {.what = same, .newest = newest};
    all.push_back({.version = newest + 1,
                   .body = draft.body,
                   .at = db_->manual_clock.value_or(instant{}),
                   .by = draft.by,
                   .note = draft.note});
    return {.what = fresh, .newest = newest + 1};
  }

  std::optional<instant> load_manual_clock() override {
    const std::lock_guard lock{db_->lock};
    return db_->manual_clock;
  }

  void save_manual_clock(std::optional<instant> now) override {
    const std::lock_guard lock{db_->lock};
    if (now) db_->manual_clock = now;
  }

  std::vector<program_runs> list_program_runs(std::string_view only) override {
    const std::lock_guard lock{db_->lock};
    return db_->program_runs_of(only);
  }

  run_row begin_run(const run_row &run) override {
    const std::lock_guard lock{db_->lock};
    return db_->runs.emplace(run.id, run).first->second;
  }

  void complete_run(std::string_view id) override {
    const std::lock_guard lock{db_->lock};
    if (const auto at = db_->runs.find(id); at != db_->runs.end())
      at->second.complete = true;
  }

  waiting_page list_waiting(const run_row &run, std::string_view after,
                            int tutors) override {
    const std::lock_guard lock{db_->lock};
    return db_->waiting(run, after, tutors);
  }

  page<disbursement_row>
  list_disbursements(const disbursement_filter &filter) override {
    const std::lock_guard lock{db_->lock};
    return db_->list_disbursements(filter);
  }

  std::optional<disbursement_row>
  find_disbursement(std::string_view id) override {
    const std::lock_guard lock{db_->lock};
    const auto at = db_->disbursements.find(id);
    return at == db_->disbursements.end() ? std::nullopt
                                          : std::optional{at->second};
  }

  std::vector<disbursement_row> load_unsent(const bucket_set &buckets,
                                            instant now, int limit) override {
    const std::lock_guard lock{db_->lock};
    return db_->unsent(buckets, now, limit);
  }

  void save_attempt(const post_attempt &a) override {
    const std::lock_guard lock{db_->lock};
    const auto at = db_->disbursements.find(a.id);
    if (at == db_->disbursements.end() || at->second.tries >= a.tries) return;
    at->second.tries = a.tries;
    at->second.next_try_at = a.next_try_at;
    at->second.trouble = a.trouble;
  }

  std::optional<person_row> load_person(const workflows::person &who) override {
    const std::lock_guard lock{db_->lock};
    const auto at = db_->people.find(workflows::to_string(who));
    return at == db_->people.end() ? std::nullopt : std::optional{at->second};
  }

  void save_person(const person_change &change) override {
    const std::lock_guard lock{db_->lock};
    auto &row = db_->people[workflows::to_string(change.who)];
    row.who = change.who;
    if (change.name) row.name = *change.name;
    if (change.address) row.address = *change.address;
    if (change.address) row.unreachable.reset();
    if (change.timezone) row.timezone = *change.timezone;
    if (change.language) row.language = *change.language;
    if (change.mute) row.mute = *change.mute;
  }

  std::vector<person_row> list_unreachable(std::string_view after,
                                           int limit) override {
    const std::lock_guard lock{db_->lock};
    std::vector<person_row> out;
    for (const auto &[who, row] : db_->people)
      if (row.unreachable && who > after && out.size() < bound(limit))
        out.push_back(row);
    return out;
  }

  void delete_person(const workflows::person &who) override {
    const std::lock_guard lock{db_->lock};
    const auto name = workflows::to_string(who);
    db_->people.erase(name);
    for (auto &p : db_->policies)
      if (p.by == name && !p.note.empty()) p.note = workflows::erased_text;
  }

  bool takes_part(const workflows::person &who,
                  const std::optional<workflows::person> &other,
                  const program_set &among) override {
    const std::lock_guard lock{db_->lock};
    return std::ranges::any_of(db_->sessions, [&](const auto &one) {
      return among.includes(one.second.program) && is_in(who, one)
             && (!other || is_in(*other, one));
    });
  }

  found_sessions find_written(const workflows::person &who,
                              std::string_view after, int limit) override {
    const std::lock_guard lock{db_->lock};
    found_sessions out;
    for (auto at = db_->sessions.upper_bound(after); at != db_->sessions.end();
         ++at) {
      const bool own = workflows::only_takes_part(who.as);
      if (own ? !is_in(who, *at) : !has_events_by(who, at->first)) continue;
      if (out.ids.size() == bound(limit)) {
        out.next = out.ids.back();
        break;
      }
      out.ids.push_back(at->first);
    }
    return out;
  }

  bool erase_texts(std::string_view session, const erasure &what) override {
    const std::lock_guard lock{db_->lock};
    const auto found = db_->histories.find(session);
    if (found == db_->histories.end()) return false;
    bool erased = false;
    for (auto i : found->second)
      erased = storage::erase_texts(db_->log[i].event, what.who) || erased;
    for (auto &[key, row] : db_->outcomes)
      if (row.session == session)
        erased = storage::erase_texts(row.outcome, what.who) || erased;
    if (!erased) return false;
    const auto told =
        erasure_commit(session, db_->log[found->second.back()].event.seq, what);
    if (db_->stored.admit(told))
      throw std::logic_error{"an erasure was refused"};
    db_->write(told);
    return true;
  }

  void replace_letter(std::int64_t id, std::string_view event) override {
    const std::lock_guard lock{db_->lock};
    if (const auto at = db_->dead_letters.find(id);
        at != db_->dead_letters.end())
      at->second.event = event;
  }

  void replace_waiting(std::int64_t seq, std::string_view event) override {
    const std::lock_guard lock{db_->lock};
    if (const auto at = db_->inbox.find(seq); at != db_->inbox.end())
      at->second.event = event;
  }

  std::vector<inbox_row> read_inbox_among(std::span<const seq_range> among,
                                          int limit,
                                          const bucket_set &buckets) override {
    const std::lock_guard lock{db_->lock};
    std::vector<inbox_row> rows;
    for (const auto &range : among) {
      const auto room = limit - static_cast<int>(rows.size());
      for (auto &row :
           take(db_->inbox, db_->inbox.lower_bound(range.low), room))
        if (row.seq <= range.high) rows.push_back(std::move(row));
    }
    for (auto &row : rows) {
      row.ours = buckets[bucket_of_event(row.event)];
      if (!row.ours) row.event.clear();
    }
    return rows;
  }

  void insert_inbox(std::string_view event) override {
    const std::lock_guard lock{db_->lock};
    if (!db_->manual_clock)
      throw std::logic_error{
          "a memory store knows no time: save_manual_clock comes first"};
    enter_inbox(std::string{event}, *db_->manual_clock, false);
  }

  void forward(std::span<const inbox_row> rows) override {
    const std::lock_guard lock{db_->lock};
    for (const auto &row : rows)
      enter_inbox(row.event, row.received_at, true, row.sender);
  }

  void write_dead_letters(std::span<const dead_letter> letters) override {
    const std::lock_guard lock{db_->lock};
    for (const auto &letter : letters) {
      if (letter.inbox_seq) db_->inbox.erase(*letter.inbox_seq);
      if (!letter.origin.empty()
          && std::ranges::any_of(db_->dead_letters, [&](const auto &l) {
               return l.second.origin == letter.origin;
             }))
        continue;
      auto written = storable(letter);
      written.inbox_seq.reset();
      const auto before = db_->letter_of_row.find(letter.inbox_seq.value_or(0));
      written.id = before == db_->letter_of_row.end() ? ++db_->last_dead_letter
                                                      : before->second;
      db_->dead_letters.emplace(written.id, written);
    }
  }

  page<dead_letter> list_dead_letters(std::int64_t after, page_bounds most,
                                      const program_set &among) override {
    const std::lock_guard lock{db_->lock};
    page_builder<dead_letter> found{most};
    for (auto at = db_->dead_letters.upper_bound(after);
         at != db_->dead_letters.end(); ++at)
      if (is_among(at->second, among)
          && !found.add(at->second, at->second.event.size()))
        break;
    return found.done();
  }

  letter_retry retry_dead_letter(std::int64_t id,
                                 const program_set &among) override {
    const std::lock_guard lock{db_->lock};
    const auto at = db_->dead_letters.find(id);
    if (at == db_->dead_letters.end() || !is_among(at->second, among))
      return letter_retry::absent;
    const auto letter = at->second;
    if (letter.direction == letter_direction::out)
      return letter_retry::outgoing;
    db_->dead_letters.erase(at);
    enter_inbox(letter.event, letter.received_at, false);
    db_->letter_of_row[db_->last_inbox_seq] = id;
    return letter_retry::moved;
  }

  using store::history;
  page<event_row> history(std::string_view session, int after,
                          page_bounds most) override {
    const std::lock_guard lock{db_->lock};
    page_builder<event_row> found{most};
    if (const auto at = db_->histories.find(session);
        at != db_->histories.end())
      for (auto i : at->second) {
        const auto &row = db_->log[i].event;
        if (row.seq > after && !found.add(row, row.data.size())) break;
      }
    return found.done();
  }

  page<session_events> list_sessions(const session_filter &filter) override {
    const std::lock_guard lock{db_->lock};
    page_builder<session_events> found{filter.most};
    for (const auto &[at, id] : in_order(filter)) {
      const auto one = events_of({.session = id});
      std::size_t bytes = 0;
      for (const auto &e : one.events)
        bytes += e.data.size();
      if (!found.add(one, bytes)) break;
    }
    return found.done();
  }

  page<recorded_session> list_recorded(const recorded_filter &f) override {
    const std::lock_guard lock{db_->lock};
    std::map<std::pair<instant, std::string>, int> found;
    for (const auto &[id, row] : db_->sessions)
      if (row.starts_at >= f.from && row.starts_at < f.to
          && (f.after.empty() || row.starts_at > f.from || id > f.after))
        found.emplace(std::pair{row.starts_at, id}, 0);
    page_builder<recorded_session> out{f.most};
    for (const auto &[key, none] : found) {
      const auto one = recorded(key.first, key.second);
      const auto refused = refused_bytes(one);
      auto bytes =
          static_cast<std::size_t>(refused > most_refused_bytes ? 0 : refused);
      for (const auto &row : one.rows)
        for (const auto &e : row.events)
          bytes += e.data.size();
      if (!out.add(one, bytes)) break;
    }
    return out.done();
  }

  std::int64_t count_starting(instant from, instant to,
                              const program_set &among) override {
    const std::lock_guard lock{db_->lock};
    return std::ranges::count_if(db_->sessions, [&](const auto &one) {
      const auto &row = one.second;
      return row.starts_at >= from && row.starts_at < to
             && among.includes(row.program);
    });
  }

  std::vector<std::pair<std::string, std::int64_t>>
  balances_before(std::string_view account, instant at,
                  const program_set &among) override {
    const std::lock_guard lock{db_->lock};
    std::map<std::string, std::int64_t> balances;
    if (const auto found = db_->accounts.find(account);
        found != db_->accounts.end())
      for (const auto &[key, entry] : found->second)
        if (entry.at < at && is_among(entry.session, among))
          balances[entry.currency] += entry.amount;
    return {balances.begin(), balances.end()};
  }

  account_page account(std::string_view account, std::string_view after,
                       int limit, const program_set &among) override {
    const std::lock_guard lock{db_->lock};
    account_page page;
    const auto found = db_->accounts.find(account);
    if (found == db_->accounts.end()) return page;
    auto shown = found->second;
    std::erase_if(shown, [&](const auto &one) {
      return !is_among(one.second.session, among);
    });
    std::map<std::string, std::int64_t> balances;
    for (const auto &[key, entry] : shown)
      balances[entry.currency] += entry.amount;
    page.balances.assign(balances.begin(), balances.end());
    page.entries =
        take(shown, shown.upper_bound(read_account_token(after)), limit + 1);
    cut_account_page(page, limit);
    return page;
  }

  page<outcome_row> refused_outcomes(std::string_view session,
                                     std::string_view after,
                                     page_bounds most) override {
    const std::lock_guard lock{db_->lock};
    const auto from = read_refusal_token(after);
    std::map<refusal_key, const outcome_row *> behind;
    for (const auto &[id, row] : db_->outcomes)
      if (row.refused() && row.session == session && key_of(row) > from)
        behind.emplace(key_of(row), &row);
    page_builder<outcome_row> found{most};
    for (const auto &[key, row] : behind)
      if (!found.add(*row, row->outcome.size())) break;
    return found.done();
  }

  page<feed_row> list_notified(const notified_filter &of, std::int64_t from,
                               page_bounds most) override {
    const std::lock_guard lock{db_->lock};
    page_builder<feed_row> found{most};
    for (const auto &row : db_->log) {
      if (of.session.empty() && !is_among(row.session, of.among)) continue;
      const bool there = of.session.empty() ? row.position >= from
                                            : row.session == of.session
                                                  && row.event.seq >= from;
      if (!there || !notifies(row.event, of.to)) continue;
      auto told = row;
      told.event.data.clear();
      if (!found.add(told, row.event.notifications.size())) break;
    }
    return found.done();
  }

  std::vector<feed_row> read_feed(std::int64_t after, int limit) override {
    const std::lock_guard lock{db_->lock};
    const auto first =
        std::min(static_cast<std::size_t>(std::max<std::int64_t>(after, 0)),
                 db_->log.size());
    const auto last = std::min(first + bound(limit), db_->log.size());
    return {db_->log.begin() + static_cast<std::ptrdiff_t>(first),
            db_->log.begin() + static_cast<std::ptrdiff_t>(last)};
  }

  std::int64_t feed_end() override {
    const std::lock_guard lock{db_->lock};
    return static_cast<std::int64_t>(db_->log.size());
  }

  void probe() override {}
  std::string epoch() override { return {}; }

  std::optional<std::int64_t> find_in_feed(const feed_place &place) override {
    if (!place.epoch.empty() || place.position > feed_end())
      return std::nullopt;
    return place.position;
  }

  feed_backlog count_feed(std::int64_t after, int most) override {
    const auto left = std::max<std::int64_t>(0, feed_end() - after);
    return {.readable = std::min<std::int64_t>(left, most), .held_back = 0};
  }

  std::vector<feed_row> read_feed_of(std::string_view session,
                                     std::int64_t from, std::int64_t last,
                                     int limit) override {
    const std::lock_guard lock{db_->lock};
    std::vector<feed_row> out;
    if (const auto at = db_->histories.find(session);
        at != db_->histories.end())
      for (auto i : at->second) {
        const auto &row = db_->log[i];
        if (row.position >= from && row.position <= last
            && out.size() < bound(limit))
          out.push_back(row);
      }
    return out;
  }

  sink_state load_sink(std::string_view sink) override {
    const std::lock_guard lock{db_->lock};
    const auto at = db_->sinks.find(sink);
    if (at == db_->sinks.end()) return {};
    sink_state out{.position = at->second.position,
                   .version = at->second.version};
    for (const auto &[session, held] : at->second.held)
      out.held.push_back(held);
    return out;
  }

  bool save_sink(std::string_view sink, const sink_change &change) override {
    const std::lock_guard lock{db_->lock};
    auto &at = db_->sinks[std::string{sink}];
    if (at.version != change.version) return false;
    ++at.version;
    at.position = change.position;
    for (const auto &held : change.held)
      at.held.insert_or_assign(held.session, held);
    for (const auto &session : change.released)
      at.held.erase(session);
    return true;
  }

  std::vector<std::pair<std::string, std::int64_t>> count_by_state() override {
    const std::lock_guard lock{db_->lock};
    std::map<std::string, std::int64_t> counts;
    for (const auto &[id, at] : db_->standings)
      ++counts[at.state];
    return {counts.begin(), counts.end()};
  }

  queue_counts count_queues(const program_set &among) override {
    using enum workflows::session_mark;
    const std::lock_guard lock{db_->lock};
    queue_counts out;
    for (const auto &one : db_->standings) {
      const auto &at = one.second;
      if (!is_among(one.first, among)) continue;
      const auto marked = [&](workflows::session_mark m) {
        return at.marks[workflows::number_of(m)] ? 1 : 0;
      };
      out.asked += marked(asked);
      out.overdue += marked(overdue);
      out.flagged += marked(flagged);
      out.missed += at.state == "missed" ? 1 : 0;
      out.disputed += at.state == "disputed" ? 1 : 0;
    }
    out.dead_letters =
        std::ranges::count_if(db_->dead_letters, [&](const auto &l) {
          return is_among(l.second, among);
        });
    return out;
  }

  untaken count_untaken(int most) override {
    const std::lock_guard lock{db_->lock};
    const auto up_to_most = [most](std::size_t n) {
      return std::min<std::int64_t>(most, static_cast<std::int64_t>(n));
    };
    untaken out{.commands = up_to_most(db_->inbox.size()),
                .dead_letters = up_to_most(db_->dead_letters.size())};
    if (!db_->inbox.empty())
      out.oldest = std::max(std::chrono::milliseconds{0},
                            std::chrono::floor<std::chrono::milliseconds>(
                                std::chrono::system_clock::now()
                                - db_->inbox.begin()->second.received_at));
    return out;
  }

  oldest_waiting find_oldest_waiting() override {
    using enum workflows::session_mark;
    const std::lock_guard lock{db_->lock};
    oldest_waiting out;
    for (const auto &[id, at] : db_->standings) {
      const auto began = db_->sessions.at(id).starts_at;
      const auto look = [&](bool waits, std::optional<instant> &first) {
        if (waits) first = std::min(first.value_or(began), began);
      };
      look(at.marks[workflows::number_of(asked)], out.asked);
      look(at.state == "missed", out.missed);
      look(at.marks[workflows::number_of(overdue)], out.overdue);
      look(at.state == "disputed", out.disputed);
    }
    return out;
  }

  page<statistics_group> statistics(const statistics_query &of) override {
    const std::lock_guard lock{db_->lock};
    return db_->statistics(of);
  }

  violations check() override;

private:
  [[nodiscard]] bool has_events_by(const workflows::person &who,
                                   const std::string &session) const {
    const auto by = workflows::to_string(who);
    return std::ranges::any_of(db_->histories.at(session), [&](auto i) {
      return db_->log[i].event.by == by;
    });
  }
  [[nodiscard]] bool
  is_in(const workflows::person &who,
        const std::pair<const std::string, session_row> &session) const {
    return who.as == workflows::role::tutor
               ? session.second.tutor == who.id
               : who.as == workflows::role::student
                     && db_->students.contains({who.id, session.first});
  }

  using listed_place = std::pair<instant, std::string>;

  [[nodiscard]] bool passes(const session_filter &f, const std::string &id,
                            const session_row &row) const {
    const auto &at = db_->standings.at(id);
    return (f.state.empty() || at.state == f.state)
           && (f.tutor.empty() || row.tutor == f.tutor)
           && (f.takes_part.empty() || row.tutor == f.takes_part
               || db_->students.contains({f.takes_part, id}))
           && (f.course.empty() || row.course == f.course)
           && (f.program.empty() || row.program == f.program)
           && f.programs.includes(row.program)
           && (f.marks & at.marks) == f.marks
           && (!f.from || row.starts_at >= *f.from)
           && (!f.to || row.starts_at < *f.to)
           && (f.student.empty() || db_->students.contains({f.student, id}));
  }

  /// Returns the sessions that pass, behind the page before.
  [[nodiscard]] std::vector<listed_place>
  in_order(const session_filter &f) const {
    std::vector<listed_place> all;
    const bool by_start = f.order != session_order::id;
    const bool down = f.order == session_order::starts_at_down;
    const auto comes_first = [&](const listed_place &a, const listed_place &b) {
      return down ? a > b : a < b;
    };
    const listed_place after{
        by_start ? f.after_start.value_or(instant{}) : instant{}, f.after};
    for (const auto &[id, row] : db_->sessions) {
      listed_place here{by_start ? row.starts_at : instant{}, id};
      const bool from_first = by_start && !f.after_start;
      if ((from_first || comes_first(after, here)) && passes(f, id, row))
        all.push_back(std::move(here));
    }
    std::sort(all.begin(), all.end(), comes_first);
    return all;
  }

  [[nodiscard]] bool is_among(const std::string &session,
                              const program_set &among) const {
    if (!among.only) return true;
    if (const auto id = workflows::disbursement_of(session)) {
      const auto at = db_->disbursements.find(*id);
      return at != db_->disbursements.end()
             && among.includes(at->second.what.program);
    }
    const auto at = db_->sessions.find(session);
    return at != db_->sessions.end() && among.includes(at->second.program);
  }
  [[nodiscard]] bool is_among(const dead_letter &letter,
                              const program_set &among) const {
    return is_among(subject_of(letter.event), among);
  }

  [[nodiscard]] session_events events_of(const session_version &one) const {
    session_events out{.id = one.session, .events = {}};
    const auto at = db_->histories.find(one.session);
    if (at == db_->histories.end()) return out;
    for (auto i : at->second) {
      const auto &e = db_->log[i].event;
      if (e.seq <= one.version)
        out.events.push_back({.seq = e.seq,
                              .type = e.type,
                              .at = e.at,
                              .by = e.by,
                              .data = e.data});
    }
    return out;
  }

  [[nodiscard]] recorded_session recorded(instant starts_at,
                                          const std::string &id) const {
    recorded_session out{.id = id, .starts_at = starts_at};
    auto events = events_of({.session = id}).events;
    auto next = events.begin();
    const auto &all = db_->histories.at(id);
    std::size_t done = 0;
    for (const auto &[size, by_command] : db_->commits.at(id)) {
      const auto end = next + static_cast<std::ptrdiff_t>(size);
      recorded_row row{.at = next->at, .who = {}, .by_command = by_command};
      for (auto i = done; i < done + size; ++i)
        if (const auto &e = db_->log[all[i]].event;
            row.who.empty() || !e.command_id.empty())
          row.who = e.by;
      done += size;
      row.events.assign(std::move_iterator{next}, std::move_iterator{end});
      next = end;
      out.rows.push_back(std::move(row));
    }
    add_refused(out);
    return out;
  }

  void add_refused(recorded_session &to) const {
    const auto keys = db_->refused.find(to.id);
    if (keys == db_->refused.end()) return;
    std::vector<recorded_row> rows;
    std::int64_t bytes = 0;
    for (const auto &key : keys->second) {
      const auto &row = db_->outcomes.at(key);
      bytes += std::ssize(row.command) + refused_row_bytes;
      if (bytes > most_refused_bytes)
        return to.rows.push_back({.at = {}, .who = {}});
      rows.push_back({.at = row.received_at,
                      .who = row.who,
                      .by_command = true,
                      .command = row.command});
    }
    std::ranges::stable_sort(rows, {}, &recorded_row::at);
    std::ranges::move(rows, std::back_inserter(to.rows));
  }

  void enter_inbox(std::string event, instant received_at, bool taken,
                   std::string sender = {}) {
    const auto seq = ++db_->last_inbox_seq;
    db_->inbox.emplace(seq, inbox_row{.seq = seq,
                                      .ours = true,
                                      .event = std::move(event),
                                      .received_at = received_at,
                                      .taken = taken,
                                      .sender = std::move(sender)});
  }

  std::shared_ptr<database> db_;
};

violations memory_store::check() {
  const std::lock_guard lock{db_->lock};
  std::map<workflows::usage_key, std::int64_t> sums;
  audit checks{db_->policies,
               [&](const auto &key, int amount) { sums[key] += amount; }};
  for (const auto &[id, row] : db_->sessions) {
    session_record record{.id = id,
                          .row = row,
                          .at = db_->standings.at(id),
                          .transfers = db_->transfers[id],
                          .reminders = db_->reminders[id]};
    for (auto i : db_->histories[id])
      record.events.push_back(db_->log[i].event);
    checks.session(record);
  }
  for (const auto &[id, row] : db_->outcomes)
    checks.outcome(row, db_->histories[row.session].size()
                            >= static_cast<std::size_t>(row.version));
  for (const auto &[key, used] : db_->stored.used)
    sums.emplace(key, 0);
  for (const auto &[key, sum] : sums) {
    const auto used = db_->stored.used.find(key);
    checks.counter(key, used == db_->stored.used.end() ? 0 : used->second, sum);
  }
  return checks.result();
}

}  // namespace

std::unique_ptr<store> open_store(std::shared_ptr<database> database) {
  return std::make_unique<memory_store>(std::move(database));
}

}  // namespace recapd::storage::memory
