// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "gateway/http/csv.hpp"
#include "gateway/http/page_writer.hpp"
#include "gateway/http/routes.hpp"
#include "gateway/http/target.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/csv.hpp"
#include "gateway/wire/outgoing.hpp"
#include "gateway/wire/text.hpp"
#include "storage/account_token.hpp"

namespace recapd::gateway::http::routes {
namespace {

namespace json = boost::json;
using storage::store;

/// A place among notifications: a row, and how many of it were shown already.
struct place {
  std::int64_t row = 0;
  std::size_t shown = 0;
};

std::optional<place> parse_place(std::string_view token) {
  if (token.empty()) return place{};
  const auto dot = token.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto row = parse_integer<std::int64_t>(token.substr(0, dot));
  const auto shown = parse_integer<std::size_t>(token.substr(dot + 1));
  if (!row || !shown || *row < 0) return std::nullopt;
  return place{*row, *shown};
}

/// Collects a page of notifications, from a place on.
class notification_page {
public:
  /// Shows what `viewer` may see of those to `to` (empty: to anybody).
  notification_page(place after, std::size_t limit, workflows::viewer viewer,
                    std::string_view to)
      : at_{after}, limit_{limit}, viewer_{std::move(viewer)}, to_{to} {}

  /// Adds a row's notifications. Rows come in order from `after.row` on, that
  /// row included. Returns false when the page is full.
  bool add(std::int64_t number, const storage::feed_row &row) {
    const auto views = notification_views(row, viewer_);
    for (auto i = number == at_.row ? at_.shown : 0; i < views.size(); ++i) {
      if (is_shown(views[i])) {
        if (count_ == limit_ || !out_.add(views[i])) return false;
        ++count_;
      }
      at_ = {number, i + 1};
    }
    return true;
  }

  response answer(bool more) && {
    json::value next;
    if (more) next = std::to_string(at_.row) + "." + std::to_string(at_.shown);
    return std::move(out_).answer(next);
  }

private:
  [[nodiscard]] bool is_shown(const json::object &view) const {
    return !view.empty() && (to_.empty() || view.at("to") == to_);
  }

  place at_;
  std::size_t limit_;
  workflows::viewer viewer_;
  json::string to_;
  std::size_t count_ = 0;
  page_writer out_{"notifications"};
};

/// Answers with the notifications behind a place, as a viewer is shown them.
response notifications_after(store &db, const storage::notified_filter &of,
                             place after, int limit,
                             const workflows::viewer &viewer) {
  notification_page page{after, static_cast<std::size_t>(limit), viewer, of.to};
  // One row more than the limit: each has notifications, but all of the first
  // row's may have been shown.
  const auto rows = db.list_notified(of, after.row, limit + 1);
  for (const auto &row : rows)
    if (!page.add(of.session.empty() ? row.position : row.event.seq, row))
      return std::move(page).answer(true);
  return std::move(page).answer(rows.more);
}

/// Returns whose view a list of all sessions is: staff's, or that of the person
/// whose notifications are asked for, if it is the caller's. Nothing else may
/// be seen without the name of a session.
std::optional<workflows::viewer> viewer_of_all(const caller &who,
                                               const std::string &to) {
  using enum workflows::role;
  if (who.sees_all()) return workflows::viewer{};
  const auto person = workflows::parse_person(to);
  if (!person || !who.is(person->as, person->id)) return std::nullopt;
  if (person->as != tutor && person->as != student) return std::nullopt;
  return who.viewer(person->as == tutor ? person->id : "");
}

bool account_name(std::string_view account, std::string_view kind) {
  return account.starts_with(kind)
         && workflows::valid_id(account.substr(kind.size()));
}

/// Ends the list before the first entry that is not before `to`.
void end_before(storage::account_page &page, workflows::instant to) {
  const auto end = std::ranges::find_if(
      page.entries, [&](const auto &e) { return e.at >= to; });
  if (end == page.entries.end()) return;
  page.entries.erase(end, page.entries.end());
  page.next.clear();
}

json::object entry_view(const storage::account_page::entry &e) {
  const auto disbursement = workflows::disbursement_of(e.session);
  json::object out{
      {"session", disbursement ? json::value() : json::value(e.session)},
      {"amount", e.amount},
      {"currency", e.currency},
      {"at", workflows::format_rfc3339(e.at)},
      {"kind", workflows::to_string(e.kind)}};
  if (disbursement) out["disbursement"] = *disbursement;
  return out;
}

using balance_list = std::vector<std::pair<std::string, std::int64_t>>;

json::object balances_view(const balance_list &all) {
  json::object out;
  for (const auto &[currency, amount] : all)
    out[currency] = amount;
  return out;
}

response account_view(const std::string &account,
                      const storage::account_page &page) {
  json::array entries;
  for (const auto &e : page.entries)
    entries.push_back(entry_view(e));
  return json_response(
      {{"account", account},
       {"balances", balances_view(page.balances)},
       {"entries", std::move(entries)},
       {"next", page.next.empty() ? json::value() : json::value(page.next)}});
}

response account_csv(const request &r, const std::string &account,
                     const storage::account_page &page) {
  auto lines = csv_head(entry_columns());
  for (const auto &e : page.entries)
    lines += csv_line(entry_line(account, entry_view(e)));
  return csv_answer(r, std::move(lines), page.next);
}

/// Returns the `authid` of a letter's text; empty where it tells none.
std::string sender_of(std::string_view event) {
  boost::system::error_code broken;
  const auto parsed = json::parse(event, broken);
  const auto *object = broken ? nullptr : parsed.if_object();
  const auto *who = object != nullptr ? object->if_contains("authid") : nullptr;
  return who != nullptr && who->is_string()
             ? std::string{std::string_view{who->get_string()}}
             : std::string{};
}

json::object letter_view(const storage::dead_letter &d) {
  return {{"id", d.id},
          {"session", text_or_null(storage::subject_of(d.event))},
          {"sender", text_or_null(sender_of(d.event))},
          {"direction", storage::to_string(d.direction)},
          {"event", d.event},
          {"reason", d.reason},
          {"code", d.code},
          {"ingress", d.ingress},
          {"received_at", workflows::format_rfc3339(d.received_at)},
          {"at", workflows::format_rfc3339(d.at)}};
}

/// What an account had at the beginning and at the end of a time, and the
/// entries between.
struct statement {
  std::optional<workflows::instant> from, to;
  balance_list opening, closing;
};

/// Returns lines of balances, as entries of kind `opening` or `closing`.
std::string balance_lines(const std::string &account,
                          const balance_list &balances,
                          const std::optional<workflows::instant> &at,
                          std::string_view kind) {
  std::string lines;
  for (const auto &[currency, amount] : balances)
    lines += csv_line(entry_line(
        account, {{"session", nullptr},
                  {"amount", amount},
                  {"currency", currency},
                  {"at", at ? json::value(workflows::format_rfc3339(*at))
                            : json::value()},
                  {"kind", kind}}));
  return lines;
}

response statement_csv(const request &r, const std::string &account,
                       const storage::account_page &page, const statement &of,
                       bool first) {
  auto lines = csv_head(entry_columns());
  if (first) lines += balance_lines(account, of.opening, of.from, "opening");
  for (const auto &e : page.entries)
    lines += csv_line(entry_line(account, entry_view(e)));
  if (page.next.empty())
    lines += balance_lines(account, of.closing, of.to, "closing");
  return csv_answer(r, std::move(lines), page.next);
}

response statement_view(const std::string &account,
                        const storage::account_page &page,
                        const statement &of) {
  const auto time = [](const std::optional<workflows::instant> &at) {
    return at ? json::value(workflows::format_rfc3339(*at)) : json::value();
  };
  json::array entries;
  for (const auto &e : page.entries)
    entries.push_back(entry_view(e));
  return json_response(
      {{"account", account},
       {"from", time(of.from)},
       {"to", time(of.to)},
       {"opening", balances_view(of.opening)},
       {"entries", std::move(entries)},
       {"closing", balances_view(of.closing)},
       {"next", page.next.empty() ? json::value() : json::value(page.next)}});
}

/// Answers with a page of an account, or with a statement of it.
void answer_account(services &s, const request_ptr &r, const responder &respond,
                    bool as_statement) {
  const auto &account = r->params.front();
  query q{r->query, r->to->query};
  const auto limit = q.limit();
  const bool tutor = account_name(account, "tutor:");
  if (!tutor && !account_name(account, "program:")
      && !account_name(account, "clearing:"))
    q.fail("The path names no account, program:ID, tutor:ID or clearing:ID.");
  auto after = q.text("after");
  const auto from = q.time("from");
  const auto to = q.time("to");
  const bool first = after.empty();
  if (!after.empty() && !storage::is_account_token(after))
    q.fail("after: expected the token of a page before.");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  if (after.empty() && from) after = storage::account_token_from(*from);
  if (!r->who.sees_all()
      && !(tutor && r->who.is(workflows::role::tutor, account.substr(6))))
    return respond(not_allowed("You can see your own account only."));
  answer_by_reading(s, r, respond, [=](store &db) {
    auto page = db.account(account, after, limit, r->who.programs);
    if (to) end_before(page, *to);
    if (as_statement) {
      statement of{.from = from, .to = to, .opening = {}, .closing = {}};
      const auto at = [&](workflows::instant moment) {
        return db.balances_before(account, moment, r->who.programs);
      };
      if (from) of.opening = at(*from);
      of.closing = to ? at(*to) : page.balances;
      return prefers_csv(*r) ? statement_csv(*r, account, page, of, first)
                             : statement_view(account, page, of);
    }
    return prefers_csv(*r) ? account_csv(*r, account, page)
                           : account_view(account, page);
  });
}

void get_account(services &s, const request_ptr &r, const responder &respond) {
  answer_account(s, r, respond, false);
}

void get_statement(services &s, const request_ptr &r,
                   const responder &respond) {
  answer_account(s, r, respond, true);
}

void get_notifications(services &s, const request_ptr &r,
                       const responder &respond) {
  query q{r->query, r->to->query};
  const auto disbursement = q.id("disbursement");
  const storage::notified_filter of{
      .session = disbursement.empty()
                     ? q.text("session")
                     : workflows::disbursement_key(disbursement),
      .to = q.text("to"),
      .among = r->who.programs};
  const auto after = parse_place(q.text("after"));
  if (!after) q.fail("after: expected the token of a page before.");
  if (!of.to.empty() && of.to != "support" && !workflows::parse_person(of.to))
    q.fail("to: expected tutor:ID, student:ID or support.");
  const int limit = q.limit(of.session.empty() ? 100 : 1000);
  if (!disbursement.empty() && !q.text("session").empty())
    q.fail("session: expected without disbursement.");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  if (!disbursement.empty())
    return answer_by_reading(
        s, r, respond, [r, of, after, limit, disbursement](store &db) {
          const auto row = db.find_disbursement(disbursement);
          if (!row || !r->who.programs.includes(row->what.program)
              || !r->who.is(workflows::role::tutor, row->what.tutor))
            return problem(404, "unknown-disbursement",
                           "There is no disbursement of this id.");
          return notifications_after(db, of, *after, limit,
                                     r->who.viewer(row->what.tutor));
        });
  if (of.session.empty()) {
    const auto viewer = viewer_of_all(r->who, of.to);
    if (!viewer)
      return respond(not_allowed("Name a session of yours, ?session=ID, or "
                                 "yourself, ?to=ROLE:ID."));
    return answer_by_reading(
        s, r, respond, [of, after, limit, v = *viewer](store &db) {
          return notifications_after(db, of, *after, limit, v);
        });
  }
  auto about = std::make_shared<request>(*r);
  about->params = {of.session};
  answer_about_session(
      s, about, respond,
      [r, of, after, limit](store &db, const workflows::session &found) {
        auto own = of;
        own.session = found.id;
        return notifications_after(db, own, *after, limit,
                                   r->who.viewer(found.tutor));
      });
}

void list_dead_letters(services &s, const request_ptr &r,
                       const responder &respond) {
  query q{r->query, r->to->query};
  const auto after = q.position("after");
  const auto limit = q.limit();
  if (!q.error().empty()) return respond(bad_request(q.error()));
  answer_by_reading(s, r, respond, [r, after, limit](store &db) {
    return answer_page(
        "dead_letters", db.list_dead_letters(after, limit, r->who.programs),
        letter_view,
        [](const storage::dead_letter &d) { return std::to_string(d.id); });
  });
}

response no_letter() {
  return problem(404, "not-found", "There is no dead letter of this id.");
}

/// Says why a letter that was going out is not sent again, and where what it
/// told is.
response not_retriable(store &db, std::int64_t id,
                       const workflows::program_set &among) {
  std::string session;
  for (const auto &d : db.list_dead_letters(id - 1, 1, among))
    session = storage::subject_of(d.event);
  return problem(409, "not-retriable",
                 "This message was going out, and its session's next have "
                 "gone: it is not sent again."
                     + (session.empty()
                            ? std::string{}
                            : " Its event is in /v1/sessions/" + session
                                  + "/history, its notification in "
                                    "/v1/notifications?session="
                                  + session + "."));
}

void retry_dead_letter(services &s, const request_ptr &r,
                       const responder &respond) {
  const auto id = parse_integer<std::int64_t>(r->params.front());
  if (!id) return respond(no_letter());
  answer_by_reading(s, r, respond, [r, id = *id](store &db) {
    switch (db.retry_dead_letter(id, r->who.programs)) {
    case storage::letter_retry::absent:
      return no_letter();
    case storage::letter_retry::outgoing:
      return not_retriable(db, id, r->who.programs);
    case storage::letter_retry::moved:
      break;
    }
    log_info("a dead letter is tried again", {{"id", std::to_string(id)}});
    return json_response({{"id", id}});
  });
}

}  // namespace

json::value text_or_null(std::string_view text) {
  return text.empty() ? json::value() : json::value(text);
}

std::vector<route> record_routes() {
  constexpr auto known = for_everybody;
  return {
      {"GET",
       "/v1/accounts/{}",
       known,
       small_body,
       get_account,
       {"from", "to", "limit", "after"},
       false,
       nullptr,
       true},
      {"GET",
       "/v1/accounts/{}/statement",
       known,
       small_body,
       get_statement,
       {"from", "to", "limit", "after"},
       false,
       nullptr,
       true},
      {"GET",
       "/v1/notifications",
       known,
       small_body,
       get_notifications,
       {"session", "disbursement", "to", "limit", "after"}},
      {"GET",
       "/v1/dead-letters",
       for_support,
       small_body,
       list_dead_letters,
       {"limit", "after"}},
      {"POST",
       "/v1/dead-letters/{}/retry",
       for_support,
       small_body,
       retry_dead_letter,
       {},
       false,
       want_json},
  };
}

}  // namespace recapd::gateway::http::routes
