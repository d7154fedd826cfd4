// SPDX-License-Identifier: Apache-2.0
#include "storage/memory/mail.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "storage/memory/database.hpp"

namespace recapd::storage::memory {

namespace {

using by_order = std::vector<mail_row>;

void sort_mails(by_order &rows) {
  std::ranges::sort(rows, [](const mail_row &a, const mail_row &b) {
    return std::tie(a.position, a.index) < std::tie(b.position, b.index);
  });
}

class memory_mail final : public mail_store {
public:
  explicit memory_mail(std::shared_ptr<database> of) : db_{std::move(of)} {}

  std::string epoch() override { return {}; }

  bool take(std::int64_t version, std::int64_t position,
            std::span<const mail_row> rows) override {
    const std::lock_guard lock{db_->lock};
    auto &sink = db_->sinks[mail_sink];
    if (sink.version != version) return false;
    ++sink.version;
    sink.position = position;
    for (const auto &row : rows)
      db_->mails.emplace(row.id, row);
    return true;
  }

  std::vector<std::string> due_people(instant until, int limit) override {
    const std::lock_guard lock{db_->lock};
    std::map<std::string, instant> earliest;
    for (const auto &[id, row] : db_->mails)
      if (row.letter.empty() && row.due_at <= until) {
        const auto at = earliest.emplace(row.to, row.due_at).first;
        at->second = std::min(at->second, row.due_at);
      }
    std::set<std::pair<instant, std::string>> ordered;
    for (const auto &[who, at] : earliest)
      ordered.emplace(at, who);
    std::vector<std::string> out;
    for (const auto &[at, who] : ordered)
      if (std::ssize(out) < limit) out.push_back(who);
    return out;
  }

  std::vector<mail_row> waiting_of(std::string_view to, int limit) override {
    const std::lock_guard lock{db_->lock};
    by_order out;
    for (const auto &[id, row] : db_->mails)
      if (row.letter.empty() && row.to == to) out.push_back(row);
    sort_mails(out);
    if (std::ssize(out) > limit) out.resize(static_cast<std::size_t>(limit));
    return out;
  }

  void postpone(std::string_view to, instant until) override {
    const std::lock_guard lock{db_->lock};
    for (auto &[id, row] : db_->mails)
      if (row.letter.empty() && row.to == to)
        row.due_at = std::max(row.due_at, until);
  }

  void join(std::string_view letter,
            std::span<const std::string> ids) override {
    const std::lock_guard lock{db_->lock};
    for (const auto &id : ids)
      if (const auto at = db_->mails.find(id);
          at != db_->mails.end() && at->second.letter.empty())
        at->second.letter = letter;
  }

  void remove(std::span<const std::string> ids) override {
    const std::lock_guard lock{db_->lock};
    remove_locked(ids);
  }

  std::vector<mail_row> next_letter(instant now, instant furthest) override {
    const std::lock_guard lock{db_->lock};
    const mail_row *first = nullptr;
    const auto key = [](const mail_row &row) {
      return std::tuple{row.next_try_at, row.position, row.index};
    };
    for (const auto &[id, row] : db_->mails)
      if (!row.letter.empty()
          && (row.next_try_at <= now || row.next_try_at > furthest)
          && (first == nullptr || key(row) < key(*first)))
        first = &row;
    by_order out;
    if (first == nullptr) return out;
    for (const auto &[id, row] : db_->mails)
      if (row.letter == first->letter) out.push_back(row);
    sort_mails(out);
    return out;
  }

  void try_later(std::string_view letter, int tries,
                 instant next_try_at) override {
    const std::lock_guard lock{db_->lock};
    for (auto &[id, row] : db_->mails)
      if (row.letter == letter) {
        row.tries = tries;
        row.next_try_at = next_try_at;
      }
  }

  void give_up(const mail_refusal &what) override {
    const std::lock_guard lock{db_->lock};
    for (auto letter : what.letters)
      add_letter(std::move(letter));
    if (what.who) mark(what);
    remove_locked(what.ids);
  }

  std::int64_t count() override {
    const std::lock_guard lock{db_->lock};
    return std::ssize(db_->mails);
  }

private:
  void remove_locked(std::span<const std::string> ids) {
    for (const auto &id : ids)
      db_->mails.erase(id);
  }

  void add_letter(dead_letter letter) {
    for (const auto &[id, there] : db_->dead_letters)
      if (!letter.origin.empty() && there.origin == letter.origin) return;
    letter.id = ++db_->last_dead_letter;
    db_->dead_letters.emplace(letter.id, std::move(letter));
  }

  void mark(const mail_refusal &what) {
    const auto at = db_->people
                        .emplace(workflows::to_string(*what.who),
                                 person_row{.who = *what.who, .name = {}})
                        .first;
    auto &row = at->second;
    if (row.unreachable
        || (!row.address.empty() && row.address != what.address))
      return;
    row.unreachable = what.since;
  }

  std::shared_ptr<database> db_;
};

}  // namespace

std::unique_ptr<mail_store> open_mail(std::shared_ptr<database> of) {
  return std::make_unique<memory_mail>(std::move(of));
}

}  // namespace recapd::storage::memory
