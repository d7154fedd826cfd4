// SPDX-License-Identifier: Apache-2.0
#include "gateway/mail/mailer.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "gateway/mail/contents.hpp"
#include "gateway/mail/journal.hpp"
#include "gateway/mail/message.hpp"
#include "gateway/wire/outgoing.hpp"
#include "storage/event_reading.hpp"
#include "workflows/quiet_hours.hpp"
#include "workflows/session/notices.hpp"

namespace recapd::gateway::mail {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using storage::mail_row;
using workflows::instant;

constexpr int page = 100;            ///< events in one read
constexpr int most_in_a_mail = 100;  ///< notifications
constexpr int people_at_once = 20;
constexpr std::chrono::milliseconds first_pause = 1s;
constexpr std::chrono::milliseconds last_pause = 5min;
constexpr const char *support = "support";

const json::object &told_in(const json::object &notification) {
  return notification.at("data").get_object();
}

/// Returns by when what a notification reminds of has to be done; nothing where
/// it reminds of nothing.
std::optional<instant> deadline_in(const json::object &notification) {
  const auto kind = kind_of(notification);
  const auto *known = workflows::find_notice(kind);
  if (known == nullptr
      || (known->still_asked == nullptr && kind != "support_reopened"))
    return std::nullopt;
  return workflows::parse_rfc3339(text_at(told_in(notification), "deadline"));
}

std::vector<std::string> ids_of(const std::vector<mail_row> &rows) {
  std::vector<std::string> ids;
  for (const auto &row : rows)
    ids.push_back(row.id);
  return ids;
}

}  // namespace

std::chrono::milliseconds pause_after(int tries) {
  auto pause = first_pause;
  for (int i = 1; i < tries && pause < last_pause; ++i)
    pause *= 2;
  return std::min(pause, last_pause);
}

mailer::mailer(mailer_parts p) : parts_{std::move(p)} {}

storage::mail_store &mailer::mails() {
  if (!mails_) mails_ = parts_.open();
  return *mails_;
}

void mailer::forget() {
  mails_.reset();
  at_.reset();
}

std::optional<std::int64_t> mailer::position() const {
  return at_ ? std::optional{at_->position} : std::nullopt;
}

std::int64_t mailer::waiting() {
  return mails().count();
}

bool mailer::step() {
  const bool more = read_on();
  const bool gathered = gather();
  return send_next() || more || gathered;
}

/// Loads where the sink stands. What happened before mail was switched on is
/// not sent.
bool mailer::find_place() {
  if (at_) return true;
  const auto epoch = mails().epoch();
  std::optional<place> found;
  if (!parts_.read([&](storage::store &s) {
        if (s.epoch() != epoch) return;
        const auto stood = s.load_sink(storage::mail_sink);
        found =
            place{.epoch = epoch,
                  .position = stood.version > 0 ? stood.position : s.feed_end(),
                  .version = stood.version};
      })
      || !found)
    return false;
  if (found->version == 0) {
    if (!mails().take(0, found->position, {})) return false;
    found->version = 1;
  }
  at_ = std::move(found);
  return true;
}

bool mailer::read_on() {
  if (!find_place()) return false;
  std::optional<std::vector<storage::feed_row>> found;
  const auto read = parts_.read([&](storage::store &s) {
    if (s.epoch() == at_->epoch) found = s.read_feed(at_->position, page);
  });
  if (!read) return false;
  if (!found) {
    forget();
    return false;
  }
  if (found->empty()) return false;
  std::vector<mail_row> rows;
  for (const auto &row : *found)
    add_rows(row, rows);
  const auto last = found->back().position;
  if (!mails().take(at_->version, last, rows)) {
    at_.reset();
    return false;
  }
  at_->position = last;
  ++at_->version;
  return std::ssize(*found) == page;
}

void mailer::add_rows(const storage::feed_row &from,
                      std::vector<mail_row> &to) const {
  const auto now = parts_.time->now();
  int index = -1;
  for (const auto &notification : notifications_out(from)) {
    ++index;
    auto who = receiver_of(notification);
    if (who == support && parts_.settings.address.support.empty()) continue;
    // What would wait for its company past its deadline goes at once.
    auto due = now + parts_.settings.digest;
    if (const auto deadline = deadline_in(notification);
        deadline && *deadline <= due)
      due = now;
    to.push_back({.id = text_at(notification, "id"),
                  .to = std::move(who),
                  .kind = kind_of(notification),
                  .session = from.session,
                  .seq = from.event.seq,
                  .index = index,
                  .position = from.position,
                  .due_at = due});
  }
}

bool mailer::gather() {
  const auto people = mails().due_people(parts_.time->now(), people_at_once);
  for (const auto &to : people)
    if (!gather_for(to)) return false;
  return std::ssize(people) == people_at_once;
}

/// Puts what is for somebody into a mail, or has it wait for the morning. Which
/// notifications go with which mail is stored before the mail is sent. Returns
/// false where what they say could not be read.
bool mailer::gather_for(const std::string &to) {
  const auto rows = mails().waiting_of(to, most_in_a_mail);
  const auto found = plan_for(to, rows);
  if (!found) return false;
  if (!found->gone.empty()) mails().remove(found->gone);
  if (found->items.empty()) return true;
  if (found->unreachable) {
    give_up(*found, false, found->unreachable->words);
  } else if (const auto end = quiet_end(to, *found)) {
    mails().postpone(to, *end);
  } else {
    std::vector<std::string> ids;
    for (const auto &one : found->items)
      ids.push_back(one.row.id);
    mails().join(ids.front(), ids);
  }
  return true;
}

std::optional<instant> mailer::quiet_end(const std::string &to,
                                         const plan &what) const {
  if (!parts_.settings.quiet || to == support) return std::nullopt;
  const auto now = parts_.time->now();
  const auto end =
      workflows::quiet_until(*parts_.settings.quiet, now, what.zone);
  if (!end) return std::nullopt;
  const bool urgent = std::ranges::any_of(what.items, [&](const item &one) {
    const auto deadline = deadline_in(one.event);
    return deadline && *deadline <= *end;
  });
  return urgent ? std::nullopt : end;
}

std::optional<mailer::plan>
mailer::plan_for(const std::string &to, const std::vector<mail_row> &rows) {
  std::optional<plan> made;
  const auto epoch = mails().epoch();
  if (!parts_.read([&](storage::store &s) {
        if (s.epoch() != epoch) return;
        plan whole;
        plan_with(s, to, rows, whole);
        made = std::move(whole);
      }))
    return std::nullopt;
  return made;
}

void mailer::plan_with(storage::store &s, const std::string &to,
                       const std::vector<mail_row> &rows, plan &into) const {
  storage::person_row whose;
  if (const auto who = workflows::parse_person(to)) {
    if (auto known = s.load_person(*who)) whose = std::move(*known);
    into.address = whose.address.empty()
                       ? config::address_by_pattern(parts_.settings, *who)
                       : whose.address;
    into.name = whose.name;
    into.language = whose.language;
    into.unreachable = whose.unreachable;
  } else {
    into.address = parts_.settings.address.support;
  }
  std::map<std::string, std::optional<workflows::session>> sessions;
  for (const auto &row : rows) {
    // A disbursement is no session, and what is told of it stays so.
    const bool of_session = !workflows::tells_of_disbursement(row.kind);
    const auto [at, fresh] = sessions.try_emplace(row.session);
    if (fresh && of_session) {
      const storage::session_version which{.session = row.session};
      const auto events = s.load_events({&which, 1});
      if (auto state = storage::fold(events.front()); state.has_value())
        at->second = std::move(*state);
    }
    const auto *kind = workflows::find_notice(row.kind);
    const bool muted =
        std::ranges::find(whose.mute, row.kind) != whose.mute.end()
        && (kind == nullptr || kind->muted_by_wish);
    auto event = notification_of_row(s, row);
    if (!event || into.address.empty() || muted
        || (of_session
            && (!at->second
                || !workflows::still_holds(row.kind, to, *at->second)))) {
      into.gone.push_back(row.id);
      continue;
    }
    into.items.push_back(
        {.row = row,
         .event = std::move(*event),
         .zone = at->second ? at->second->timezone : std::string{}});
  }
  const auto somewhere = std::ranges::find_if(
      into.items, [](const item &one) { return !one.zone.empty(); });
  into.zone = !whose.timezone.empty()         ? whose.timezone
              : somewhere == into.items.end() ? "UTC"
                                              : somewhere->zone;
}

bool mailer::too_many_now() {
  const auto now = parts_.real->now();
  std::erase_if(sent_,
                [&](instant at) { return at <= now - 1min || at > now; });
  return std::ssize(sent_) >= parts_.settings.per_minute;
}

bool mailer::send_next() {
  const auto now = parts_.real->now();
  if ((server_tries_ > 0 && now < server_next_
       && server_next_ <= now + last_pause)
      || too_many_now())
    return false;
  const auto rows = mails().next_letter(now, now + last_pause);
  if (rows.empty()) return false;
  const auto found = plan_for(rows.front().to, rows);
  if (!found) return false;
  if (!found->gone.empty()) mails().remove(found->gone);
  if (found->items.empty()) return true;
  if (found->unreachable) {
    give_up(*found, false, found->unreachable->words);
    return true;
  }
  send(rows, *found);
  return server_tries_ == 0;
}

void mailer::send(const std::vector<mail_row> &rows, const plan &what) {
  const auto &first = rows.front();
  const auto mail = mail_of(first.letter, first.to, what);
  if (!mail) return;
  sent_.push_back(parts_.real->now());
  const auto answer = parts_.send(what.address, *mail);
  parts_.told(classify(answer));
  conclude(rows, what, answer);
}

std::optional<std::string> mailer::mail_of(const std::string &letter,
                                           const std::string &to,
                                           const plan &what) {
  message m{.from = parts_.settings.from.value(),
            .reply_to = parts_.settings.reply_to,
            .to = {.name = what.name, .address = what.address},
            .id = message_id(letter, parts_.settings.from.value()),
            .date = parts_.real->now()};
  std::vector<mail_parts> texts;
  std::vector<std::string> by_wish;
  const auto read = parts_.read([&](storage::store &s) {
    const reader whose{.to = to,
                       .zone = what.zone,
                       .site = parts_.site,
                       .called = [&s](const workflows::person &who) {
                         const auto row = s.load_person(who);
                         return row && !row->name.empty() ? row->name : who.id;
                       }};
    for (const auto &one : what.items)
      texts.push_back(parts_.words->render(one.row.kind, what.language,
                                           values_of(one.event, whose)));
  });
  if (!read) return std::nullopt;
  for (const auto &one : what.items) {
    const auto *kind = workflows::find_notice(one.row.kind);
    if (to != support && kind != nullptr && kind->muted_by_wish
        && std::ranges::find(by_wish, one.row.kind) == by_wish.end())
      by_wish.push_back(one.row.kind);
  }
  if (!by_wish.empty()) m.unsubscribe = parts_.unsubscribe(to, by_wish);
  template_values around{{"name", what.name},
                         {"site", parts_.site},
                         {"count", std::to_string(texts.size())},
                         {"unsubscribe", m.unsubscribe}};
  if (to != support) around["settings"] = parts_.site + "settings";
  auto whole = parts_.words->frame(what.language, around, texts);
  m.subject = std::move(whole.subject);
  m.text = std::move(whole.text);
  m.html = std::move(whole.html);
  return to_mail(m);
}

void mailer::conclude(const std::vector<mail_row> &rows, const plan &what,
                      const smtp_answer &answer) {
  const auto now = parts_.real->now();
  const auto result = classify(answer);
  const auto words = without_address(answer.words, what.address);
  const auto tries = rows.front().tries + 1;
  if (result != mail_result::server_later) server_tries_ = 0;
  switch (result) {
  case mail_result::taken:
    trouble_.clear();
    return mails().remove(ids_of(rows));
  case mail_result::mail_later:
    if (needs_somebody(answer)) trouble_ = words;
    return mails().try_later(rows.front().letter, tries,
                             now + pause_after(tries));
  case mail_result::server_later:
    trouble_ = words;
    server_next_ = now + pause_after(++server_tries_);
    return;
  case mail_result::address_refused:
    return give_up(what, true, words);
  case mail_result::mail_refused:
    return give_up(what, false, words);
  }
}

void mailer::give_up(const plan &what, bool address, const std::string &words) {
  const auto now = parts_.time->now();
  storage::mail_refusal refusal{.address = what.address,
                                .since = {.at = now, .words = words}};
  for (const auto &one : what.items) {
    refusal.ids.push_back(one.row.id);
    refusal.letters.push_back(
        letter_of(one.event,
                  (what.unreachable ? "No mail reaches the recipient: "
                                    : "The mail server refused it for good: ")
                      + words,
                  now));
    if (address) refusal.who = workflows::parse_person(one.row.to);
  }
  mails().give_up(refusal);
}

}  // namespace recapd::gateway::mail
