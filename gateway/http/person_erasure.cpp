// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/person_erasure.hpp"

#include <iterator>
#include <utility>

#include "storage/erasing.hpp"

namespace recapd::gateway::http {

namespace {

/// How much one step looks at: rows that wait or letters, and, in the search
/// for sessions, somebody's own, or for others rows of the journal.
constexpr int rows_a_step = 100;
constexpr int sessions_a_search = 1'000;
constexpr int searched_a_step = 20'000;

}  // namespace

bool person_erasure::step(storage::store &store) {
  began_ = std::chrono::steady_clock::now();
  switch (at_) {
  case part::name:
    store.delete_person(what_.who);
    go_on(part::waiting);
    break;
  case part::waiting:
    step_waiting(store, part::letters);
    break;
  case part::letters:
    step_letters(store);
    break;
  case part::waiting_again:
    step_waiting(store, part::sessions);
    break;
  case part::sessions:
    searched_ ? step_sessions(store) : search_sessions(store);
    break;
  }
  return !done_;
}

void person_erasure::go_on(part next) {
  at_ = next;
  after_ = 0;
}

void person_erasure::step_waiting(storage::store &store, part then) {
  const auto rows = store.read_inbox(after_, rows_a_step);
  for (const auto &row : rows) {
    after_ = row.seq;
    auto text = row.event;
    if (!storage::erase_from_message(text, what_.who)) continue;
    store.replace_waiting(row.seq, text);
    found_ = true;
    if (time_is_over()) return;
  }
  if (rows.size() < static_cast<std::size_t>(rows_a_step)) go_on(then);
}

void person_erasure::step_letters(storage::store &store) {
  const auto letters = store.list_dead_letters(after_, rows_a_step);
  for (const auto &letter : letters) {
    after_ = letter.id;
    auto text = letter.event;
    if (!storage::erase_from_message(text, what_.who)) continue;
    store.replace_letter(letter.id, text);
    found_ = true;
    if (time_is_over()) return;
  }
  if (!letters.more) go_on(part::waiting_again);
}

void person_erasure::search_sessions(storage::store &store) {
  const auto own = workflows::only_takes_part(what_.who.as);
  auto found = store.find_written(what_.who, sessions_after_,
                                  own ? sessions_a_search : searched_a_step);
  to_do_.assign(std::move_iterator{found.ids.begin()},
                std::move_iterator{found.ids.end()});
  sessions_after_ = std::move(found.next);
  searched_ = true;
}

/// Erases the sessions that were found, one transaction each.
void person_erasure::step_sessions(storage::store &store) {
  while (!to_do_.empty()) {
    if (store.erase_texts(to_do_.front(), what_)) {
      ++sessions_;
      found_ = true;
    }
    to_do_.pop_front();
    if (time_is_over()) return;
  }
  searched_ = false;
  if (!sessions_after_.empty()) return;
  done_ = !std::exchange(found_, false);
  go_on(part::waiting);
}

bool person_erasure::time_is_over() const {
  return std::chrono::steady_clock::now() - began_ > longest_step_;
}

}  // namespace recapd::gateway::http
