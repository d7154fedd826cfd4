// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/causes.hpp"

#include <algorithm>
#include <cctype>
#include <libpq-fe.h>
#include <memory>
#include <vector>

namespace recapd::storage::postgres {

namespace {

constexpr std::string_view set_password =
    "set the right one in the URL, PGPASSWORD or a password file";

/// Causes for which a statement can fail as well as a connect.
constexpr known_cause of_both[] = {
    {"42501", "", "a right is missing",
     "grant it, or have the owner of the tables run `recapd migrate`"
     " (docs/operations.md, Roles)",
     false},
    {"25006", "", "the server takes no writes",
     "name the primary server, not a standby", true},
    {"53100", "", "the disk of the database is full", "make room on it", true},
    {"53200", "", "the server is out of memory", "give it more", true},
    {"53300", "", "the server has no connection left",
     "end some, or raise max_connections or the role's CONNECTION LIMIT", true},
};

/// Causes for which only a connect fails, by the SQLSTATE that the server says.
constexpr known_cause of_server[] = {
    {"28P01", "", "the password is refused", set_password, false},
    {"28000", "", "the server does not let this role in",
     "look at the role's name, at pg_hba.conf, and whether it asks for a client"
     " certificate (sslcert, sslkey)",
     false},
    {"3D000", "", "there is no such database",
     "create it, with ENCODING 'UTF8', or name another", false},
    {"55000", "", "the database takes no connections",
     "ALTER DATABASE … ALLOW_CONNECTIONS true", false},
    {"22023", "", "the server refuses an option of the URL", "correct it",
     false},
    {"42704", "", "the server refuses an option of the URL", "correct it",
     false},
    {"57P03", "", "the server is not ready",
     "it starts, recovers or ends: try again in a while", true},
    {"08P01", "", "the server, or the pool before it, refuses the connection",
     "look at its log", true},
};

/// Causes for which only a connect fails, by libpq's own words: in English,
/// since the program sets no locale. The first that is in the message counts.
constexpr known_cause of_client[] = {
    {"", "no password supplied", "the server asks for a password", set_password,
     false},
    {"", "could not translate host name", "the host's name is unknown",
     "look at the URL and at the name service", true},
    {"", "certificate verify failed", "the server's certificate is not trusted",
     "sslrootcert names the authority that signed it, and it has not expired:"
     " `openssl s_client -starttls postgres -connect HOST:PORT -CAfile FILE`"
     " tells which",
     false},
    {"", "does not match host name",
     "the server's certificate is for another name",
     "connect by a name that is in it, or give the server another", false},
    {"", "root certificate file", "the authority's certificate cannot be read",
     "name its file with sslrootcert", false},
    {"", "private key file", "the client certificate's key cannot be used",
     "name its file with sslkey, readable by this user alone", false},
    {"", "certificate file", "the client certificate cannot be read",
     "name its file with sslcert", false},
    {"", "server does not support SSL", "the server offers no TLS",
     "switch it on there (ssl = on), or lower sslmode", false},
    {"", " alert ", "the server ends the TLS handshake",
     "look at sslcert and sslkey, and at the server's ssl_ca_file and TLS"
     " versions",
     false},
    {"", "session is read-only", "the server takes no writes",
     "name the primary server, not a standby", true},
    {"", "Permission denied", "the server's socket is closed to this user",
     "give the user access to its folder, or connect by TCP", false},
    {"", "Is the server running", "the database does not answer",
     "start it, or name another with --database, RECAPD_DATABASE_URL or"
     " database.url",
     true},
    {"", "timeout expired", "the database does not answer",
     "look whether its host is up and a firewall in between", true},
    {"", "invalid ", "the database's URL is wrong", "correct it", false},
    {"", "missing ", "the database's URL is wrong", "correct it", false},
};

constexpr known_cause unknown{"", "", "the database takes no connection",
                              "look at the server's log", true};

/// Words of a server in English that tell the SQLSTATE 53300. A connection may
/// have become free by the time the server is asked for it.
constexpr std::string_view no_connection_left[] = {
    "connection slots are reserved", "too many clients already",
    "too many connections for "};

template <std::size_t N>
const known_cause *by_sqlstate(const known_cause (&table)[N],
                               std::string_view code) {
  const auto *at = std::find_if(std::begin(table), std::end(table),
                                [&](const known_cause &c) {
                                  return !code.empty() && c.sqlstate == code;
                                });
  return at == std::end(table) ? nullptr : at;
}

/// Returns the cause by its SQLSTATE, of those for which a connect fails; never
/// null.
const known_cause *connect_cause(std::string_view code) {
  const auto *cause = by_sqlstate(of_server, code);
  if (cause == nullptr) cause = by_sqlstate(of_both, code);
  return cause == nullptr ? &unknown : cause;
}

const known_cause *by_words(std::string_view message) {
  const auto *at = std::find_if(
      std::begin(of_client), std::end(of_client), [&](const known_cause &c) {
        return message.find(c.words) != std::string_view::npos;
      });
  return at == std::end(of_client) ? nullptr : at;
}

/// The words with which a line begins where libpq tells of another try.
constexpr std::string_view beginnings[] = {
    "connection to server ", "could not translate host name ",
    "could not parse network address ", "timeout expired",
    "connection timeout expired"};

bool begins_attempt(std::string_view line) {
  return std::ranges::any_of(
      beginnings, [&](std::string_view b) { return line.starts_with(b); });
}

/// Returns what an attempt's first line says before it says why it failed.
std::string_view server_of(std::string_view attempt) {
  const auto line = first_line(attempt);
  return line.substr(0, line.find(" failed: "));
}

/// Returns the parts of the message, one for each server that was tried; of one
/// that was tried several times, as with and without TLS, the last.
std::vector<std::string_view> attempts_of(std::string_view message) {
  std::vector<std::string_view> all;
  while (!message.empty()) {
    auto end = message.find('\n');
    while (end != std::string_view::npos
           && !begins_attempt(message.substr(end + 1)))
      end = message.find('\n', end + 1);
    const auto attempt = message.substr(0, end);
    if (!all.empty() && server_of(all.back()) == server_of(attempt))
      all.pop_back();
    all.push_back(attempt);
    message.remove_prefix(end == std::string_view::npos ? message.size()
                                                        : end + 1);
  }
  if (all.empty()) all.push_back(message);
  return all;
}

/// Returns the cause by what the server said, where no SQLSTATE is known; never
/// null.
const known_cause *by_servers_words(std::string_view attempt) {
  const bool full =
      std::ranges::any_of(no_connection_left, [&](std::string_view words) {
        return first_line(attempt).find(words) != std::string_view::npos;
      });
  return full ? connect_cause("53300") : &unknown;
}

/// Returns true if the server said it: two blanks follow its severity.
bool is_servers(std::string_view attempt) {
  return first_line(attempt).find(":  ") != std::string_view::npos;
}

/// The characters of a SQLSTATE, and with the colon and blank behind it.
constexpr std::size_t sqlstate_length = 5;
constexpr std::size_t sqlstate_mark = sqlstate_length + 2;

/// Returns where the SQLSTATE begins in a verbose message of the server, which
/// is `… SEVERITY:  SQLSTATE: words`; npos in any other message.
std::size_t find_sqlstate(std::string_view line) {
  constexpr auto length = sqlstate_length;
  for (auto at = line.find(":  "); at != std::string_view::npos;
       at = line.find(":  ", at + 1)) {
    const auto code = line.substr(at + 3, length);
    if (code.size() == length && line.substr(at + 3 + length, 2) == ": "
        && std::all_of(code.begin(), code.end(), [](unsigned char c) {
             return std::isdigit(c) || std::isupper(c);
           }))
      return at + 3;
  }
  return std::string_view::npos;
}

/// Returns the first line of each attempt, without the SQLSTATE.
std::string first_lines(const std::vector<std::string_view> &attempts) {
  std::string out;
  for (const auto attempt : attempts) {
    std::string line{first_line(attempt)};
    if (const auto at = find_sqlstate(line); at != std::string::npos)
      line.erase(at, sqlstate_mark);
    out += (out.empty() ? "" : "; ") + line;
  }
  return out;
}

/// Returns what libpq says of another try, with the server's SQLSTATE in it.
std::string verbose_message(const std::string &conninfo) {
  const std::unique_ptr<PGconn, void (*)(PGconn *)> c{
      PQconnectStart(conninfo.c_str()), PQfinish};
  PQsetErrorVerbosity(c.get(), PQERRORS_VERBOSE);
  PQreset(c.get());
  return PQerrorMessage(c.get());
}

}  // namespace

std::string_view first_line(std::string_view text) {
  const auto line = text.substr(0, text.find('\n'));
  return line.substr(0, line.find_last_not_of('.') + 1);
}

std::string told(const known_cause &cause, std::string_view said) {
  std::string out{cause.what};
  out.append(": ").append(said).append("; ").append(cause.remedy);
  return out;
}

const known_cause *cause_of_statement(std::string_view sqlstate) {
  return by_sqlstate(of_both, sqlstate);
}

connect_failure cause_of_connect(const std::string &conninfo,
                                 std::string_view message) {
  const auto attempts = attempts_of(message);
  if (!is_servers(attempts.back()))
    if (const auto *cause = by_words(attempts.back()))
      return {cause, first_lines(attempts)};
  const auto verbose = verbose_message(conninfo);
  const auto again = attempts_of(verbose);
  const auto line = first_line(again.back());
  const auto at = find_sqlstate(line);
  if (at == std::string_view::npos)
    return {by_servers_words(attempts.back()), first_lines(attempts)};
  const auto code = line.substr(at, sqlstate_length);
  return {connect_cause(code),
          again.size() == 1 ? std::string{line.substr(at + sqlstate_mark)}
                            : first_lines(again)};
}

}  // namespace recapd::storage::postgres
