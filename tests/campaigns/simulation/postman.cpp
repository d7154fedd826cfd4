// SPDX-License-Identifier: Apache-2.0
#include "postman.hpp"

#include <algorithm>

#include "gateway/mail/contents.hpp"
#include "gateway/mail/journal.hpp"
#include "gateway/mail/message.hpp"
#include "gateway/wire/outgoing.hpp"
#include "storage/event_reading.hpp"
#include "storage/memory/database.hpp"
#include "storage/memory/mail.hpp"

namespace recapd::simulation {

namespace {

using gateway::mail::smtp_answer;
using gateway::mail::smtp_stage;
using workflows::session_status;

constexpr const char *muted_kind = "session_completed";

/// Says that the process died with the server's answer on its way.
struct died {};

/// Returns true for every third person, who wants no mail of one kind.
bool mutes(const std::string &who) {
  unsigned sum = 0;
  for (const char c : who)
    sum = sum * 31 + static_cast<unsigned char>(c);
  return sum % 3 == 0;
}

/// Returns true for kinds that need not be sent: what they ask for may be done.
bool may_lose_its_reason(const std::string &kind) {
  return kind.find("_due") != std::string::npos
         || kind.find("remind") != std::string::npos
         || kind.find("request") != std::string::npos
         || kind == "student_recap_overdue";
}

/// Returns whether what a kind asks for is still to be done, as the contract
/// has it; not of support's, which nobody gets here.
bool still_to_do(const std::string &kind, const std::string &to,
                 const workflows::session &s) {
  const bool open = s.status == session_status::scheduled
                    || s.status == session_status::time_logged;
  if (kind == "tutor_recap_due" || kind == "tutor_recap_reminder") return open;
  if (!may_lose_its_reason(kind)) return true;
  if (s.status != session_status::awaiting_student_recap) return false;
  return std::ranges::any_of(s.participants, [&](const auto &p) {
    return p.status == workflows::participation::going && !p.written
           && (!to.starts_with("student:") || to == "student:" + p.student);
  });
}

std::string name_of(const std::string &mail) {
  const std::string field = "\r\nMessage-ID: ";
  const auto at = mail.find(field) + field.size();
  return mail.substr(at, mail.find("\r\n", at) - at);
}

}  // namespace

postman::postman(std::shared_ptr<storage::memory::database> database,
                 storage::store &faulty, std::shared_ptr<const instant> now,
                 std::uint64_t seed)
    : database_{std::move(database)},
      own_{storage::memory::open_store(database_)}, faulty_{faulty},
      clock_{std::make_shared<skewed_clock>(std::move(now))}, rng_{seed, 6} {
  start();
}

void postman::start() {
  config::mail settings;
  settings.from = workflows::mailbox{.name = {}, .address = "r@recap.example"};
  settings.address.tutor = "{id}@t.example";
  settings.address.student = "{id}@s.example";
  settings.per_minute = 100'000;
  mailer_ = std::make_unique<gateway::mail::mailer>(gateway::mail::mailer_parts{
      .settings = settings,
      .site = "https://recap.example/",
      .words = std::make_shared<gateway::mail::templates>(""),
      .open = [db = database_] { return storage::memory::open_mail(db); },
      .read =
          [this](const std::function<void(storage::store &)> &task) {
            if (fails_ == 0) return task(*own_), true;
            try {
              return task(faulty_), true;
            } catch (const storage::storage_error &) {
              return false;
            }
          },
      .send = [this](const std::string &,
                     const std::string &mail) { return take(mail); },
      .unsubscribe = [](const std::string &,
                        const std::vector<std::string> &) { return ""; },
      .time = clock_,
      .real = clock_});
}

/// Reads what is new in the feed, and has some people mute a kind before the
/// mailer hears of them.
void postman::meet_people() {
  for (const auto &row : own_->read_feed(met_, 1000)) {
    met_ = row.position;
    for (const auto &n : gateway::notifications_out(row)) {
      told_.push_back({.id = gateway::mail::text_at(n, "id"),
                       .kind = gateway::mail::kind_of(n),
                       .to = gateway::mail::receiver_of(n)});
      const auto who = workflows::parse_person(told_.back().to);
      if (!who || !people_.insert(told_.back().to).second
          || !mutes(told_.back().to))
        continue;
      own_->save_person(
          {.who = *who, .mute = std::vector<std::string>{muted_kind}});
    }
  }
}

bool postman::pump(unsigned fails) {
  meet_people();
  fails_ = fails;
  try {
    (void)mailer_->step();
    return false;
  } catch (const died &) {
    start();
    return true;
  }
}

smtp_answer postman::take(const std::string &mail) {
  if (rng_.chance(fails_)) {
    if (rng_.chance(500)) return {.stage = smtp_stage::connection};
    return {.stage = smtp_stage::recipient, .code = 450, .words = "450 busy"};
  }
  const auto name = name_of(mail);
  const auto letter = gateway::mail::notification_of(name).value_or("");
  std::set<std::string> ids;
  for (const auto &[id, row] : database_->mails)
    if (row.letter == letter) {
      check(row);
      ids.insert(id);
    }
  if (ids.empty())
    violations_.push_back("mail: " + name + " is of no notification");
  const auto [at, fresh] = taken_.emplace(name, ids);
  if (!fresh && !std::ranges::includes(at->second, ids))
    violations_.push_back("mail: " + name + " came again with more in it");
  if (rng_.chance(fails_)) throw died{};
  return {.taken = true, .stage = smtp_stage::content, .code = 250};
}

void postman::check(const storage::mail_row &row) {
  const storage::session_version which{.session = row.session};
  const auto state = storage::fold(own_->load_events({&which, 1}).front());
  if (!state.has_value() || !still_to_do(row.kind, row.to, *state))
    violations_.push_back("mail: " + row.id + ", " + row.kind
                          + ", is sent and has no reason any more");
  // An erasure takes the wish along.
  const auto person = database_->people.find(row.to);
  if (person != database_->people.end()
      && std::ranges::count(person->second.mute, row.kind) > 0)
    violations_.push_back("mail: " + row.id + " is sent and muted");
}

void postman::finish() {
  for (int i = 0; i < 10'000; ++i) {
    const auto end = own_->feed_end();
    (void)pump(0);
    if (mailer_->position() == end && database_->mails.empty()) break;
    // Mornings come, and pauses end.
    clock_->off += std::chrono::minutes{10};
  }
  std::set<std::string> sent;
  for (const auto &[name, ids] : taken_)
    sent.insert(ids.begin(), ids.end());
  for (const auto &one : told_) {
    const bool muted = one.kind == muted_kind && mutes(one.to);
    if (one.to != "support" && !muted && !may_lose_its_reason(one.kind)
        && !sent.contains(one.id))
      violations_.push_back("mail: " + one.id + ", " + one.kind
                            + ", was never sent");
  }
  if (!database_->mails.empty())
    violations_.push_back("mail: some waits for ever");
}

}  // namespace recapd::simulation
