// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/person_erasure.hpp"

#include <utility>

#include "storage/erasing.hpp"

namespace recapd::gateway::http {

namespace {

/// How much one step looks at: rows that wait, letters, sessions of somebody's
/// own, and, for others, rows of the journal.
constexpr int rows_a_step = 100;
constexpr int sessions_a_step = 50;
constexpr int searched_a_step = 20'000;

}  // namespace

bool person_erasure::step(storage::store &store) {
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
    step_sessions(store);
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
  }
  if (!letters.more) go_on(part::waiting_again);
}

void person_erasure::step_sessions(storage::store &store) {
  const auto own = workflows::only_takes_part(what_.who.as);
  const auto found = store.find_written(
      what_.who, sessions_after_, own ? sessions_a_step : searched_a_step);
  for (const auto &id : found.ids) {
    if (!store.erase_texts(id, what_)) continue;
    ++sessions_;
    found_ = true;
  }
  sessions_after_ = found.next;
  if (!sessions_after_.empty()) return;
  done_ = !std::exchange(found_, false);
  go_on(part::waiting);
}

}  // namespace recapd::gateway::http
