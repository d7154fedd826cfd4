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

CAF_TEST(of several servers the last one counts) {
  try {
    throw_connect_error(
        "", "connection to server at \"a\", port 1 failed: Connection refused\n"
            "\tIs the server running on that host and accepting TCP/IP "
            "connections?\n"
            "connection to server at \"b\", port 1 failed: session is "
            "read-only\n");
  } catch (const postgres::error &e) {
    CAF_CHECK_EQUAL(std::string{e.what()},
                    "the server takes no writes: connection to server at \"b\","
                    " port 1 failed: session is read-only; name the primary"
                    " server, not a standby");
    CAF_CHECK(e.heals());
  }
}

CAF_TEST(what is said ends without a full stop) {
  CAF_CHECK_EQUAL(first_line("not connected.\nmore."), "not connected");
  CAF_CHECK_EQUAL(first_line("not connected"), "not connected");
  CAF_CHECK_EQUAL(first_line(""), "");
}
