// SPDX-License-Identifier: Apache-2.0
#include "worlds.hpp"

#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

#include "storage/memory/mail.hpp"
#include "storage/memory/store.hpp"
#include "storage/postgres/mail.hpp"
#include "storage/postgres/store.hpp"

namespace recapd::storage::test {

namespace {

/// The test role, or nothing.
std::string role() {
  const char *name = std::getenv("RECAPD_TEST_ROLE");
  return name == nullptr ? "" : name;
}

/// The URL with the test role as its user, where there is one.
std::string as_role(std::string url) {
  if (role().empty()) return url;
  const auto at = url.find('@');
  const auto begin = url.find("://") + 3;
  if (at != std::string::npos) return url.replace(begin, at - begin, role());
  constexpr std::string_view user = "user=";
  const auto query = url.find(user);
  if (query == std::string::npos)
    return url + (url.find('?') == std::string::npos ? "?" : "&")
           + std::string{user} + role();
  const auto from = query + user.size();
  return url.replace(from, url.find('&', from) - from, role());
}

/// The URL with another database's name in it.
std::string with_database(const std::string &url, const std::string &name) {
  const auto authority = url.find("://");
  const auto slash = authority == std::string::npos
                         ? std::string::npos
                         : url.find('/', authority + 3);
  if (slash == std::string::npos)
    throw std::runtime_error{"RECAPD_TEST_POSTGRES must be a URL of the form"
                             " postgresql://…/postgres"};
  const auto query = url.find('?', slash);
  return url.substr(0, slash + 1) + name
         + (query == std::string::npos ? "" : url.substr(query));
}

void administer(const std::string &sql) {
  postgres::connection{pg_database::server()}.script(sql);
}

}  // namespace

instant at(int minutes) {
  return instant{std::chrono::seconds{1795428000}}
         + std::chrono::minutes{minutes};
}

std::string pg_database::server() {
  const char *url = std::getenv("RECAPD_TEST_POSTGRES");
  if (url == nullptr || *url == '\0')
    throw std::runtime_error{
        "set RECAPD_TEST_POSTGRES to the URL of a PostgreSQL server on which"
        " databases may be created (tools/test does)"};
  return url;
}

pg_database::pg_database(const std::string &name)
    : name_{"recapd_" + name + "_" + std::to_string(::getpid())},
      url_{as_role(with_database(server(), name_))} {
  administer("CREATE DATABASE " + name_
             + (role().empty() ? "" : " OWNER " + role()));
}

pg_database::~pg_database() {
  try {
    administer("DROP DATABASE " + name_ + " WITH (FORCE)");
  } catch (const std::exception &) {
    // The server may be gone: nothing is left to drop then.
  }
}

std::string pg_database::as(const std::string &role,
                            const std::string &more) const {
  // Of a parameter that comes twice the last one counts.
  return url_ + (url_.find('?') == std::string::npos ? "?" : "&")
         + "user=" + role + more;
}

pg_database &pg_database::emptied() {
  static pg_database database{"test"};
  static const bool migrated = (postgres::migrate(database.url()), true);
  // TRUNCATE makes new files, which takes longer than the tests; the ledger's
  // trigger refuses DELETE unless it is off.
  if (migrated)
    postgres::connection{with_database(server(), database.name())}.script(
        "SET synchronous_commit = off; SET session_replication_role = replica;"
        "DELETE FROM sessions; DELETE FROM standings;"
        "DELETE FROM session_students; DELETE FROM marks; DELETE FROM "
        "reminders;"
        "DELETE FROM journal; DELETE FROM usage;"
        "DELETE FROM disbursements; DELETE FROM disbursed;"
        "DELETE FROM disbursement_runs;"
        "DELETE FROM ledger; DELETE FROM inbox; DELETE FROM forwarded;"
        "DELETE FROM dead_letters;"
        "DELETE FROM policies; DELETE FROM manual_clock; DELETE FROM people;"
        "DELETE FROM mails; DELETE FROM sink_cursors;"
        "DELETE FROM held_deliveries; DELETE FROM "
        "nodes; DELETE FROM leases;"
        "DELETE FROM epochs WHERE token <> '';"
        "UPDATE shards SET count = 64; SELECT setval('inbox_seq_seq', 1, "
        "false),"
        " setval('dead_letters_id_seq', 1, false)");
  return database;
}

void with_each_store(const std::function<void(world &)> &body) {
  const auto run = [&](std::string_view kind, const store_factory &open,
                       const mail_store_factory &mail) {
    world w{.kind = kind, .open = open, .open_mail = mail, .s = open()};
    body(w);
  };
  const auto database = memory::make_database();
  run(
      "memory", [database] { return memory::open_store(database); },
      [database] { return memory::open_mail(database); });
  const auto url = pg_database::emptied().url();
  run(
      "postgres", [url] { return postgres::open_store(url); },
      [url] { return postgres::open_mail(url); });
}

commit moves(const std::string &session, int first, int count) {
  commit c;
  c.session = session;
  c.program = "default";
  for (int seq = first; seq < first + count; ++seq)
    c.events.push_back({.seq = seq,
                        .type = "session.moved",
                        .at = at(first),
                        .by = "system:sis",
                        .data = "{\"seq\":" + std::to_string(seq) + "}"});
  c.after = standing{.state = "scheduled"};
  if (first == 1)
    c.row = session_row{.tutor = "ann",
                        .course = "math",
                        .program = "default",
                        .starts_at = at(0)};
  else
    c.before = c.after;
  return c;
}

commit accepts(const std::string &id, commit c) {
  for (auto &e : c.events) {
    e.command_source = "app";
    e.command_id = id;
  }
  c.outcome =
      outcome_row{.source = "app",
                  .id = id,
                  .content = {1, 2, 3},
                  .session = c.session,
                  .version = c.events.empty() ? 1 : c.events.back().seq,
                  .received_at = c.events.empty() ? at(0) : c.events[0].at,
                  .outcome = R"({"id":")" + id
                             + R"(","source":"app","outcome":"accepted"})",
                  .who = "system:sis"};
  return c;
}

commit refuses(const std::string &id, const std::string &session,
               instant received_at) {
  commit c;
  c.session = session;
  c.outcome = outcome_row{
      .source = "app",
      .id = id,
      .content = {0xff, 0},
      .session = session,
      .received_at = received_at,
      .outcome = R"({"id":")" + id + R"(","source":"app","outcome":"refused"})",
      .command = R"({"type":"call.join","data":{}})"};
  return c;
}

commit raises(commit c, const workflows::usage_key &key, int delta,
              std::optional<int> cap) {
  c.usage.push_back({.key = key, .delta = delta, .cap = cap});
  return c;
}

commit pays(commit c, workflows::transfer_kind kind, std::int64_t amount) {
  const bool back = kind == workflows::transfer_kind::reversal;
  c.payment = workflows::transfer{.kind = kind,
                                  .from = back ? "tutor:ann" : "program:p",
                                  .to = back ? "program:p" : "tutor:ann",
                                  .amount = amount,
                                  .currency = "USD"};
  return c;
}

commit corrects(commit c, int n, std::int64_t change) {
  // Down: the way a reversal goes.
  c = pays(std::move(c),
           change < 0 ? workflows::transfer_kind::reversal
                      : workflows::transfer_kind::settlement,
           change < 0 ? -change : change);
  c.payment->kind = workflows::transfer_kind::correction;
  c.payment->n = n;
  return c;
}

workflows::usage_key week(const std::string &tutor) {
  return {.kind = workflows::limit_kind::tutor_week,
          .owner = tutor,
          .period = 20780};
}

std::string append(store &s, const std::vector<commit> &commits) {
  std::string out;
  for (const auto &answer : s.append(commits)) {
    if (!out.empty()) out += ' ';
    out += answer ? to_string(*answer) : "ok";
  }
  return out;
}

std::int64_t used(store &s, const workflows::usage_key &key) {
  return s.load_usage(std::vector{key}).at(0);
}

int version_of(store &s, const std::string &id) {
  const auto events = s.history(id);
  return events.empty() ? 0 : events.back().seq;
}

std::string ids(const std::vector<session_events> &all) {
  std::string out;
  for (const auto &one : all)
    out += (out.empty() ? "" : " ") + one.id;
  return out;
}

}  // namespace recapd::storage::test
