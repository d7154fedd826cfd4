// Causes are told by codes where there are some, not by words.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE pg_causes
#include "caf/test/unit_test.hpp"
#include "storage/postgres/causes.hpp"
#include "storage/postgres/errors.hpp"
#include "worlds.hpp"

using namespace recapd::storage;
using namespace recapd::storage::postgres;
using namespace recapd::storage::test;

namespace {

std::string cause(const std::string &conninfo, const std::string &message) {
  try {
    throw_connect_error(conninfo, message);
  } catch (const postgres::error &e) {
    CAF_MESSAGE(e.what());
    CAF_CHECK(e.kind() == postgres::trouble::broken);
    return e.sqlstate();
  }
}

struct connect_words {
  std::string what;
  bool heals = false;
};

connect_words words(const std::string &message,
                    const std::string &conninfo = "") {
  try {
    throw_connect_error(conninfo, message);
  } catch (const postgres::error &e) {
    return {e.what(), e.heals()};
  }
}

}  // namespace

CAF_TEST(a server that speaks another language is understood) {
  const auto &database = pg_database::emptied();
  const auto url = database.as("recapd_test_nobody",
                               "&dbname=" + database.name() + "_that_is_not");
  const auto german = "connection to server on socket \"/x\" failed: "
                      "FATAL:  Datenbank »invalid alert« existiert nicht\n";
  const auto code = cause(url, german);
  CAF_CHECK(code == "3D000" || code == "28000");
}

CAF_TEST(of several servers the last one counts and all are told) {
  const auto dead = "connection to server at \"a\", port 1 failed: Connection "
                    "refused\n"
                    "\tIs the server running on that host and accepting TCP/IP "
                    "connections?\n";
  const auto standby = "connection to server at \"b\", port 1 failed: session "
                       "is read-only\n";
  const auto said = words(std::string{dead} + standby);
  CAF_CHECK_EQUAL(said.what,
                  "the server takes no writes: connection to server at \"a\","
                  " port 1 failed: Connection refused; connection to server at"
                  " \"b\", port 1 failed: session is read-only; name the"
                  " primary server, not a standby");
  CAF_CHECK(said.heals);
  CAF_CHECK_EQUAL(words(std::string{standby} + dead).what,
                  "the database does not answer: connection to server at \"b\","
                  " port 1 failed: session is read-only; connection to server"
                  " at \"a\", port 1 failed: Connection refused; start it, or"
                  " name another with --database, RECAPD_DATABASE_URL or"
                  " database.url");
}

CAF_TEST(a host whose name is unknown is an attempt of its own) {
  const auto said = words("connection to server at \"a\", port 1 failed: "
                          "session is read-only\n"
                          "could not translate host name \"b\" to address: "
                          "Name or service not known\n");
  CAF_CHECK(said.what.starts_with("the host's name is unknown: connection to "
                                  "server at \"a\""));
}

CAF_TEST(of one server that was tried twice the last try is told) {
  const auto said = words("connection to server at \"a\", port 1 failed: SSL "
                          "error: certificate verify failed\n"
                          "connection to server at \"a\", port 1 failed: "
                          "session is read-only\n");
  CAF_CHECK_EQUAL(said.what,
                  "the server takes no writes: connection to server at \"a\","
                  " port 1 failed: session is read-only; name the primary"
                  " server, not a standby");
}

CAF_TEST(connections that are used up are told though one is free by now) {
  const auto said = words("connection to server at \"a\", port 1 failed: FATAL:"
                          "  remaining connection slots are reserved for roles "
                          "with the SUPERUSER attribute\n",
                          "host=/nowhere");
  CAF_CHECK(said.what.starts_with("the server has no connection left: "));
  CAF_CHECK(said.what.find("max_connections") != std::string::npos);
  CAF_CHECK(said.heals);
}

CAF_TEST(what is said ends without a full stop) {
  CAF_CHECK_EQUAL(first_line("not connected.\nmore."), "not connected");
  CAF_CHECK_EQUAL(first_line("not connected"), "not connected");
  CAF_CHECK_EQUAL(first_line(""), "");
}
