// What a dry run says is what the command then does.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE previews
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <functional>
#include <future>

#include "world.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd;
using namespace recapd::gateway;
using namespace recapd::gateway::test;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

const std::string long_recap = R"({"topics_covered":")" + std::string(150, 'x')
                               + R"(","how_tutee_did":"","next_steps":""})";

/// One session of a tutor and three students of its own, whose ids end in its
/// number, and the commands about it.
struct lesson {
  world &in;
  std::string number;
  int sent = 0;

  std::string id() const { return "s-" + number; }
  std::string person(const std::string &role, const std::string &name) const {
    return role + ":" + name + number;
  }

  json::object command(const std::string &type, const std::string &who,
                       const std::string &data) {
    return event("c-" + number + "-" + std::to_string(++sent), type, id(), who,
                 data);
  }

  json::object plan() {
    auto e = schedule("c-" + number + "-0", id());
    auto &data = e["data"].as_object();
    data["tutor"] = "t" + number;
    data["starts_at"] = workflows::format_rfc3339(in.time->now());
    data["students"] = json::array{"b" + number, "c" + number, "d" + number};
    e["authid"] = "system:calendar";
    return e;
  }

  json::object of_student(const std::string &type, const std::string &name) {
    return command(type, person("student", name),
                   R"({"student":")" + name + number + R"("})");
  }
  json::object call(const std::string &type, const std::string &who) {
    return command(type, who, R"({"participant":")" + who + R"("})");
  }
  json::object recap(const std::string &who) {
    return command("recap.submit", who, R"({"recap":)" + long_recap + "}");
  }
  json::object log(int minutes) {
    return command("session.log_time", person("tutor", "t"),
                   R"({"leave_call":true,"minutes":)" + std::to_string(minutes)
                       + "}");
  }
  json::object complete(int minutes) {
    return command("session.complete", person("tutor", "t"),
                   R"({"leave_call":true,"recap":)" + long_recap
                       + R"(,"minutes":)" + std::to_string(minutes) + "}");
  }
  json::object support(const std::string &what, const std::string &data) {
    return command("support." + what, "support:eve", data);
  }
};

void pass_time(world &w, std::chrono::seconds by) {
  std::promise<void> settled;
  const actors::reply<workflows::instant> done{
      [&settled](auto) { settled.set_value(); }};
  w.engine->advance(w.time->now() + by, done);
  settled.get_future().wait();
}

void send(lesson &l, const json::object &e) {
  const auto a = l.in.submit(e);
  if (a.status != 200) throw std::runtime_error{a.body};
}

/// What leads to each state: b and d go, c has declined, d's recap is in where
/// it can be.
using step = std::function<void(lesson &)>;
const std::vector<std::pair<std::string, step>> states{
    {"nothing", [](lesson &) {}},
    {"scheduled",
     [](lesson &l) {
       send(l, l.plan());
       send(l, l.of_student("participant.accept", "b"));
       send(l, l.of_student("participant.decline", "c"));
       send(l, l.of_student("participant.accept", "d"));
       send(l, l.call("call.join", l.person("tutor", "t")));
     }},
    {"time_logged",
     [](lesson &l) {
       states[1].second(l);
       send(l, l.log(60));
     }},
    {"awaiting_student_recap",
     [](lesson &l) {
       states[1].second(l);
       send(l, l.complete(60));
       send(l, l.recap(l.person("student", "d")));
     }},
    {"paid",
     [](lesson &l) {
       states[3].second(l);
       send(l, l.recap(l.person("student", "b")));
     }},
    {"missed",
     [](lesson &l) {
       states[1].second(l);
       pass_time(l.in, 73h);
     }},
    {"update_denied",
     [](lesson &l) {
       states[5].second(l);
       send(l, l.support("deny", R"({"note":"no"})"));
     }},
    {"cancelled",
     [](lesson &l) {
       states[1].second(l);
       send(l, l.command("session.cancel", l.person("tutor", "t"),
                         R"({"reason":"ill"})"));
     }},
    {"voided",
     [](lesson &l) {
       states[4].second(l);
       send(l, l.support("void", R"({"note":"no"})"));
     }},
    {"disputed",
     [](lesson &l) {
       states[3].second(l);
       send(l, l.command("session.dispute", l.person("student", "d"),
                         R"({"reason":"less"})"));
     }},
};

/// Every command, by one who may give it.
const std::vector<std::function<json::object(lesson &)>> commands{
    [](lesson &l) {
      auto e = l.plan();
      e["id"] = "again-" + l.number;
      return e;
    },
    [](lesson &l) {
      return l.command("participant.invite", l.person("tutor", "t"),
                       R"({"student":"new"})");
    },
    [](lesson &l) { return l.of_student("participant.accept", "c"); },
    [](lesson &l) { return l.of_student("participant.decline", "b"); },
    [](lesson &l) {
      return l.command("participant.remove", "support:eve",
                       R"({"student":"b)" + l.number + R"("})");
    },
    [](lesson &l) { return l.call("call.join", l.person("student", "b")); },
    [](lesson &l) { return l.call("call.leave", l.person("tutor", "t")); },
    [](lesson &l) { return l.log(45); },
    [](lesson &l) { return l.log(95); },
    [](lesson &l) { return l.complete(60); },
    [](lesson &l) { return l.recap(l.person("tutor", "t")); },
    [](lesson &l) { return l.recap(l.person("student", "b")); },
    [](lesson &l) {
      return l.command("session.cancel", "support:eve", R"({"reason":"x"})");
    },
    [](lesson &l) {
      return l.command("session.dispute", l.person("student", "b"),
                       R"({"reason":"less"})");
    },
    [](lesson &l) { return l.support("uphold", R"({"note":"right"})"); },
    [](lesson &l) {
      return l.command("support.request", l.person("tutor", "t"),
                       R"({"message":"ill"})");
    },
    [](lesson &l) {
      return l.support("reopen", R"({"hours":3,"note":"fair"})");
    },
    [](lesson &l) { return l.support("deny", R"({"note":"no"})"); },
    [](lesson &l) {
      return l.support("correct", R"({"minutes":30,"note":"seen"})");
    },
    [](lesson &l) { return l.support("void", R"({"note":"no"})"); },
    [](lesson &l) {
      return l.command("session.log_time", "tutor:other", R"({"minutes":30})");
    },
};

/// What is counted, paid and told of a lesson's tutor and session.
struct figures {
  std::int64_t minutes = 0;
  std::int64_t money = 0;
  json::array told;
};

figures figures_of(const lesson &l) {
  figures f;
  auto c = l.in.connect();
  const auto tutor = "t" + l.number;
  f.minutes = c.get("/v1/tutors/" + tutor + "/limits")
                  .json()
                  .at("limits")
                  .at(0)
                  .at("used")
                  .as_int64();
  const auto account = c.get("/v1/accounts/tutor:" + tutor);
  const auto &balances = account.json().at("balances").as_object();
  if (const auto *usd = balances.if_contains("USD")) f.money = usd->as_int64();
  const auto sent = c.get("/v1/notifications?limit=1000&session=" + l.id());
  if (sent.status == 200)
    for (const auto &n : sent.json().at("notifications").as_array())
      f.told.push_back(
          json::object{{"kind", n.at("kind")}, {"to", n.at("to")}});
  return f;
}

struct fixture : world {
  fixture() { serve(); }

  answer dry(const json::object &e) const {
    return connect().post("/v1/commands?dry_run=true", event_type, text(e));
  }
  std::string whole(const std::string &session) const {
    return connect().get("/v1/sessions/" + session + "/history").body
           + connect().get("/v1/sessions/" + session + "/refusals").body;
  }
};

/// Compares a dry run with what the same command then does; returns what
/// differs.
std::string differences(const fixture &w, lesson &l, const json::object &e) {
  const auto before = figures_of(l);
  const auto history = w.whole(l.id());
  const auto told = w.dry(e);
  std::string wrong;
  if (w.whole(l.id()) != history) wrong += "it wrote something; ";
  const auto done = w.submit(e);
  auto expected = told.json().as_object();
  const auto effects = expected.at("effects");
  expected.erase("effects");
  if (told.status != done.status || expected != done.json())
    wrong += "it said " + told.body + " and not " + done.body + "; ";
  const auto after = figures_of(l);
  const auto week = w.time->now() - first_moment() < 24h * 6;
  if (week && effects.at("minutes") != after.minutes - before.minutes)
    wrong += "other minutes; ";
  if (effects.at("money") != after.money - before.money)
    wrong += "other money; ";
  const json::array fresh(after.told.begin() + std::ssize(before.told),
                          after.told.end());
  if (effects.at("notifications") != fresh)
    wrong += "tells " + text(effects.at("notifications")) + " and not "
             + text(fresh) + "; ";
  return wrong;
}

}  // namespace

CAF_TEST_FIXTURE_SCOPE(preview_tests, fixture)

CAF_TEST(in every state a dry run agrees with the command sent next) {
  int number = 0;
  std::size_t accepted = 0;
  for (const auto &[state, reach] : states)
    for (std::size_t i = 0; i < commands.size(); ++i) {
      lesson l{*this, std::to_string(++number)};
      reach(l);
      if (state != "nothing")
        CAF_REQUIRE_EQUAL(
            text(connect().get("/v1/sessions/" + l.id()).json().at("state")),
            "\"" + state + "\"");
      const auto e = commands[i](l);
      const auto wrong = differences(*this, l, e);
      if (!wrong.empty())
        CAF_ERROR(text(e.at("type")) << " in " << state << ": " << wrong);
      accepted += dry(e).status == 200 ? 1 : 0;
    }
  CAF_CHECK_GREATER(accepted, 25u);
}

CAF_TEST(a dry run of a taken identity is answered as its repeat) {
  const auto first = submit(schedule("c-1", "s-1"));
  const auto again = dry(schedule("c-1", "s-1"));
  CAF_CHECK_EQUAL(again.status, 200u);
  CAF_CHECK(again.json().at("duplicate").as_bool());
  CAF_CHECK(again.json().at("session") == first.json().at("session"));
  const auto other = dry(schedule("c-1", "s-2"));
  CAF_CHECK_EQUAL(other.status, 422u);
  CAF_CHECK_EQUAL(other.problem(), "id-reused");
}

CAF_TEST(a dry run takes no identity) {
  CAF_CHECK_EQUAL(dry(schedule("c-1", "s-1")).status, 200u);
  CAF_CHECK_EQUAL(connect().get("/v1/sessions/s-1").status, 404u);
  CAF_CHECK_EQUAL(submit(schedule("c-1", "s-2")).status, 200u);
}

CAF_TEST(what is malformed is so in a dry run and a batch has none) {
  auto e = schedule("c-1", "s-1");
  e["data"].as_object()["extra"] = 1;
  const auto bad = dry(e);
  CAF_CHECK_EQUAL(bad.status, 400u);
  CAF_CHECK_EQUAL(bad.problem(), "malformed");
  CAF_CHECK_EQUAL(bad.json().at("effects").at("minutes"), 0);
  CAF_CHECK_EQUAL(connect()
                      .post("/v1/commands?dry_run=true", batch_type,
                            text(json::array{schedule("c-1", "s-1")}))
                      .status,
                  400u);
  CAF_CHECK_EQUAL(connect()
                      .post("/v1/commands?dry_run=yes", event_type,
                            text(schedule("c-1", "s-1")))
                      .status,
                  400u);
}

CAF_TEST(a refusal of a dry run shows the session where that is wanted) {
  ready_session("s-1");
  const auto a =
      connect().post("/v1/commands?dry_run=true&session=true", event_type,
                     text(event("x", "session.log_time", "s-1", "tutor:ann",
                                R"({"minutes":95})")));
  CAF_CHECK_EQUAL(a.problem(), "invalid-minutes");
  CAF_CHECK_EQUAL(a.json().at("session").at("id"), "s-1");
}

CAF_TEST_FIXTURE_SCOPE_END()
