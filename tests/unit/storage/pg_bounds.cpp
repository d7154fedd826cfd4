// What does not answer in time, and what is in the way of a commit.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE pg_bounds
#include <csignal>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "pg_fixture.hpp"
#include "storage/postgres/endpoint.hpp"

using namespace std::chrono_literals;

namespace {

struct fixture {
  pg_database &database = pg_database::emptied();

  [[nodiscard]] postgres::endpoint
  within(std::chrono::milliseconds bound) const {
    return {database.url(), bound, nullptr};
  }
};

template <class F> postgres::error thrown(F f) {
  try {
    f();
  } catch (const postgres::error &e) {
    CAF_MESSAGE(e.what());
    return e;
  }
  return {postgres::trouble::other, {}, "nothing"};
}

template <class F> std::string fault_thrown(F f) {
  try {
    f();
  } catch (const storage_error &e) {
    return std::string{to_string(e.code())} + " " + e.what();
  }
  return "nothing";
}

/// A process of a server on this machine, stopped while it lives.
class frozen {
public:
  explicit frozen(std::int64_t pid) : pid_{static_cast<pid_t>(pid)} {
    std::ifstream comm{"/proc/" + std::to_string(pid) + "/comm"};
    std::string name;
    comm >> name;
    CAF_REQUIRE_EQUAL(name, "postgres");
    CAF_REQUIRE(::kill(pid_, SIGSTOP) == 0);
  }
  frozen(frozen &&other) noexcept : pid_{std::exchange(other.pid_, 0)} {}
  ~frozen() {
    if (pid_ != 0) ::kill(pid_, SIGCONT);
  }
  frozen(const frozen &) = delete;
  frozen &operator=(const frozen &) = delete;

private:
  pid_t pid_;
};

/// Takes connections and says nothing.
class silent_server {
public:
  silent_server() : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    CAF_REQUIRE(::bind(socket_, reinterpret_cast<sockaddr *>(&here), size)
                == 0);
    CAF_REQUIRE(::listen(socket_, 8) == 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr *>(&here), &size);
    port_ = ntohs(here.sin_port);
  }
  ~silent_server() { ::close(socket_); }
  silent_server(const silent_server &) = delete;
  silent_server &operator=(const silent_server &) = delete;

  [[nodiscard]] std::string url() const {
    return "postgresql://nobody@127.0.0.1:" + std::to_string(port_) + "/none";
  }

private:
  int socket_;
  int port_ = 0;
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(pg_bounds_tests, fixture)

CAF_TEST(a statement that takes too long is ended by the server) {
  postgres::connection c{within(200ms)};
  const auto e = thrown([&] { (void)c.script("SELECT pg_sleep(30)"); });
  CAF_CHECK_EQUAL(e.sqlstate(), "57014");
  CAF_CHECK_EQUAL(c.script("SELECT 7").number(0, 0), 7);
}

CAF_TEST(a server that is frozen ends the wait with the connection) {
  postgres::connection c{within(300ms)};
  const frozen server{c.process_id()};
  const auto e = thrown([&] { (void)c.script("SELECT 1"); });
  CAF_CHECK(e.kind() == postgres::trouble::broken);
  CAF_CHECK(has(e.what(), "no answer within 300 ms"));
}

CAF_TEST(a frozen server leaves a commits outcome unknown) {
  const auto s = postgres::open_store(within(300ms));
  CAF_CHECK_EQUAL(append(*s, {moves("s1", 1)}), "ok");
  const auto pids = postgres::connection{pg_database::server()}.script(
      "SELECT pid FROM pg_stat_activity WHERE datname = '" + database.name()
      + "' AND backend_type = 'client backend'");
  std::vector<frozen> servers;
  for (int i = 0; i < pids.size(); ++i)
    servers.emplace_back(pids.number(i, 0));
  const auto word = fault_thrown([&] { (void)append(*s, {moves("s1", 2)}); });
  CAF_CHECK(has(word, "outcome_unknown"));
}

CAF_TEST(a server that takes a connection and says nothing is given up) {
  const silent_server server;
  const auto e = thrown([&] {
    postgres::connection c{{server.url(), 200ms, nullptr}};
  });
  CAF_CHECK(has(e.what(), "timeout"));
}

CAF_TEST(without a bound nothing is ended) {
  postgres::connection c{database.url()};
  (void)c.script("SELECT pg_sleep(0.4)");
  CAF_CHECK_EQUAL(
      c.script("SELECT current_setting('statement_timeout')").text(0, 0), "0");
}

CAF_TEST(what libpq gets has a bound and a server that takes writes) {
  const auto of = [](const char *url) {
    return postgres::conninfo({url, 5000ms, nullptr});
  };
  CAF_CHECK(has(of("postgresql://u@a/n"), "connect_timeout='5'"));
  CAF_CHECK(!has(of("postgresql://u@a/n"), "target_session_attrs"));
  CAF_CHECK(
      has(of("postgresql://u@a,b/n"), "target_session_attrs='read-write'"));
  CAF_CHECK(has(of("postgresql://u@a,b/n?target_session_attrs=any"),
                "target_session_attrs='any'"));
  CAF_CHECK(
      has(of("postgresql://u@a/n?connect_timeout=30"), "connect_timeout='30'"));
  CAF_CHECK(has(of("host=a password='it\\'s'"), "password='it\\'s'"));
  CAF_CHECK(has(of("host=a"), "tcp_user_timeout='5000'"));
  CAF_CHECK(has(of("host=a"), "keepalives_idle='5'"));
  CAF_CHECK(has(of("host=a tcp_user_timeout=9"), "tcp_user_timeout='9'"));
  CAF_CHECK(!has(postgres::conninfo("host=a"), "keepalives_idle"));
  CAF_CHECK(has(postgres::conninfo("host=a"), "connect_timeout='5'"));
}

CAF_TEST(each server of a URL can be reached alone) {
  const auto urls = [](const char *url) {
    std::string out;
    for (const auto &one : postgres::servers_of({url, 5000ms, nullptr}))
      out += one.url + "|";
    return out;
  };
  CAF_CHECK_EQUAL(urls("host=a port=1"), "host=a port=1|");
  CAF_CHECK_EQUAL(urls("no URL"), "no URL|");
  CAF_CHECK_EQUAL(urls("host=a,b,c port=1,,3 user='it\\'s'"),
                  "user='it\\'s' host='a' port='1'"
                  " target_session_attrs='read-write' |"
                  "user='it\\'s' host='b' port=''"
                  " target_session_attrs='read-write' |"
                  "user='it\\'s' host='c' port='3'"
                  " target_session_attrs='read-write' |");
  CAF_CHECK_EQUAL(urls("host=a,b port=7 target_session_attrs=any"),
                  "host='a' port='7' target_session_attrs='any' |"
                  "host='b' port='7' target_session_attrs='any' |");
}

CAF_TEST(a probe takes what a commit takes) {
  const auto s = postgres::open_store(within(300ms));
  s->probe();
  postgres::connection other{database.url()};
  other.in_transaction([&] {
    other.script("LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE");
    const auto word = fault_thrown([&] { s->probe(); });
    CAF_CHECK(has(word, "process " + std::to_string(other.process_id())));
    CAF_CHECK(has(word, "has locked table sessions"));
  });
  s->probe();
}

CAF_TEST(a warning in a statement is an answer that cannot be trusted) {
  postgres::connection c{database.url()};
  c.script("CREATE FUNCTION warns() RETURNS int LANGUAGE plpgsql AS"
           " $$ BEGIN RAISE WARNING 'hm'; RETURN 1; END $$");
  static const postgres::prepared_statement statement{"warns",
                                                      "SELECT warns()"};
  const auto e = thrown([&] { (void)c.run(statement); });
  c.script("DROP FUNCTION warns()");
  CAF_CHECK(e.kind() == postgres::trouble::broken);
}

CAF_TEST_FIXTURE_SCOPE_END()
