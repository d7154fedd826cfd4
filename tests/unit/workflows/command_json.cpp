// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE command_json
#include "caf/test/unit_test.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <limits>

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace json = boost::json;

namespace {

/// The canonical form of a command's data, or what is wrong with it.
std::string read(std::string_view type, std::string_view data) {
  const auto c = parse_command(type, json::parse(data));
  return c.has_value() ? json::serialize(to_json(*c)) : c.error();
}

std::string schedule_with(std::string_view member, std::string_view value) {
  auto data = json::parse(R"({"tutor":"ann","course":"M1",
    "starts_at":"2026-11-23T09:30:00-05:00","modality":"online",
    "students":["bob"]})")
                  .as_object();
  data[member] = json::parse(value);
  return read("session.schedule", json::serialize(data));
}

std::int64_t minutes_of(std::string_view number) {
  const auto c =
      parse_command("session.log_time",
                    json::parse("{\"minutes\":" + std::string{number} + "}"));
  if (!c.has_value()) throw std::invalid_argument{c.error()};
  return std::get<log_time>(*c).minutes;
}

constexpr std::string_view not_id =
    ": expected an id: 1 to 64 of A-Z a-z 0-9 _ -";

}  // namespace

CAF_TEST(a schedule is read and written in a fixed order) {
  CAF_CHECK_EQUAL(
      schedule_with("program", R"("night")"),
      R"({"tutor":"ann","course":"M1","starts_at":"2026-11-23T14:30:00Z",)"
      R"("modality":"online","students":["bob"],"program":"night"})");
  CAF_CHECK_EQUAL(
      read("session.schedule",
           R"({"timezone":"UTC","currency":"EUR","rate_per_hour":0,
             "students":["a","b"],"modality":"in_person",
             "starts_at":"2026-11-23T14:30:00Z","course":"M1",
             "tutor":"ann"})"),
      R"({"tutor":"ann","course":"M1","starts_at":"2026-11-23T14:30:00Z",)"
      R"("modality":"in_person","students":["a","b"],"program":"default",)"
      R"("rate_per_hour":0,"currency":"EUR","timezone":"UTC"})");
}

CAF_TEST(every member of a schedule is checked) {
  const std::string id{not_id};
  CAF_CHECK_EQUAL(schedule_with("tutor", R"("a n")"), "data.tutor" + id);
  CAF_CHECK_EQUAL(schedule_with("tutor", "7"), "data.tutor" + id);
  CAF_CHECK_EQUAL(schedule_with("course", R"("")"), "data.course" + id);
  CAF_CHECK_EQUAL(schedule_with("program", "null"), "data.program" + id);
  CAF_CHECK_EQUAL(schedule_with("starts_at", R"("tomorrow")"),
                  "data.starts_at: expected an RFC 3339 time with an offset, "
                  "such as 2026-11-23T14:30:00Z, of the years 1970 to 9999");
  CAF_CHECK_EQUAL(schedule_with("modality", R"("phone")"),
                  "data.modality: expected online or in_person");
  CAF_CHECK_EQUAL(schedule_with("students", "[]"),
                  "data.students: expected 1 to 50 students");
  CAF_CHECK_EQUAL(schedule_with("students", R"("bob")"),
                  "data.students: expected a list");
  CAF_CHECK_EQUAL(schedule_with("students", R"(["bob","cal","bob"])"),
                  "data.students: expected each student once");
  CAF_CHECK_EQUAL(schedule_with("students", R"(["bob",7])"),
                  "data.students: expected of each student an id: 1 to 64 of "
                  "A-Z a-z 0-9 _ -");
  CAF_CHECK_EQUAL(schedule_with("rate_per_hour", "10000001"),
                  "data.rate_per_hour: expected a whole number from 0 to "
                  "10000000");
  CAF_CHECK_EQUAL(schedule_with("rate_per_hour", "-1"),
                  "data.rate_per_hour: expected a whole number from 0 to "
                  "10000000");
  CAF_CHECK_EQUAL(schedule_with("currency", R"("usd")"),
                  "data.currency: expected a currency: three letters A-Z");
  CAF_CHECK_EQUAL(schedule_with("timezone", R"("GMT+3")"),
                  "data.timezone: expected an IANA time zone name such as "
                  "America/New_York");
  CAF_CHECK_EQUAL(schedule_with("room", "1"),
                  "data.room: unknown member, expected one of tutor, course, "
                  "starts_at, modality, students, program, rate_per_hour, "
                  "currency, timezone");
}

CAF_TEST(fifty students are taken and one more is not ) {
  json::array students;
  for (int i = 0; i < 50; ++i)
    students.emplace_back("s" + std::to_string(i));
  CAF_CHECK(schedule_with("students", json::serialize(students)).front()
            == '{');
  students.emplace_back("one-more");
  CAF_CHECK_EQUAL(schedule_with("students", json::serialize(students)),
                  "data.students: expected 1 to 50 students");
}

CAF_TEST(a correction is read and written in a fixed order) {
  CAF_CHECK_EQUAL(read("support.correct", R"({"note":"seen","minutes":61})"),
                  R"({"minutes":61,"note":"seen"})");
  CAF_CHECK_EQUAL(read("support.correct", R"({"minutes":60})"),
                  "data.note: expected this member, which is missing");
  CAF_CHECK_EQUAL(read("support.correct", R"({"note":""})"),
                  "data.minutes: expected this member, which is missing");
}

/// Returns the text of a command that a replay gets, without what it was
/// refused on.
std::string replayed(const command &c) {
  auto text = to_replay_text(c, {});
  const std::string on = R"(,"on":{"version":0,"policy_version":0,"why":[]}})";
  CAF_CHECK(text.ends_with(on));
  return text.substr(0, text.size() - on.size()) + "}";
}

CAF_TEST(a replay gets figures in the place of texts) {
  const recap written{.topics_covered =
                          "Zo\u00eb and \U0001F469\u200d\U0001F52C",
                      .how_tutee_did = "well, well",
                      .next_steps = "seven eight nine ten"};
  CAF_CHECK_EQUAL(replayed(complete_of(60, written)),
                  R"({"type":"session.complete","data":{"minutes":60,"recap":)"
                  R"({"characters":39,"words":7},"leave_call":false}})");
  CAF_CHECK_EQUAL(replayed(submit_recap{recap_of(150)}),
                  R"({"type":"recap.submit","data":{"recap":)"
                  R"({"characters":150,"words":1}}})");
  CAF_CHECK_EQUAL(
      replayed(submit_recap{{.topics_covered = std::string(40'001, ' ')}}),
      R"({"type":"recap.submit","data":{"recap":)"
      R"({"characters":0,"words":0,"beyond":true}}})");
  CAF_CHECK_EQUAL(replayed(reopen_session{.hours = 3, .note = "so it is"}),
                  R"({"type":"support.reopen","data":{"hours":3,"note":)"
                  R"({"characters":8,"words":3}}})");
  CAF_CHECK_EQUAL(replayed(cancel_session{"away"}),
                  R"({"type":"session.cancel","data":{"reason":)"
                  R"({"characters":4,"words":1}}})");
  CAF_CHECK_EQUAL(replayed(request_support{""}),
                  R"({"type":"support.request","data":{"message":)"
                  R"({"characters":0,"words":0}}})");
  auto what = plan();
  what.rate_per_hour = 7;
  std::string data;
  append_text(data, command{what});
  CAF_CHECK_EQUAL(replayed(what),
                  R"({"type":"session.schedule","data":)" + data + "}");
}

CAF_TEST(what a command was refused on is kept in figures) {
  const refusal_basis on{
      .version = 4,
      .policy_version = 2,
      .why = {{.code = refusal_code::too_early, .used = std::nullopt},
              {.code = refusal_code::student_course_weekly_limit,
               .used = 170,
               .student = "bob"}}};
  const auto text = to_replay_text(log_time{.minutes = 20}, on);
  CAF_CHECK(text.ends_with(
      R"("on":{"version":4,"policy_version":2,"why":[{"code":"too-early"},)"
      R"({"code":"student-course-weekly-limit","used":170,"student":"bob"}]}})"));
  const auto again = parse_replay_text(text);
  CAF_REQUIRE(again.has_value());
  CAF_CHECK(again->on == on);
}

CAF_TEST(a kept command is read with its figures and without texts) {
  const recap written{.topics_covered = "one two three"};
  const auto again = parse_replay_text(to_replay_text(
      complete_session{.minutes = 61, .written = written, .leave_call = true},
      {}));
  CAF_REQUIRE(again.has_value());
  CAF_CHECK(again->what
            == command(complete_session{
                .minutes = 61, .written = {}, .leave_call = true}));
  CAF_CHECK(again->figures == figures_of(written));
  const auto noted = parse_replay_text(
      to_replay_text(reopen_session{.hours = 3, .note = "so it is"}, {}));
  CAF_REQUIRE(noted.has_value());
  CAF_CHECK(noted->what == command(reopen_session{.hours = 3, .note = {}}));
}

CAF_TEST(what is no kept command is not read) {
  const auto why = [](const std::string &text) {
    const auto r = parse_replay_text(text);
    return r.has_value() ? std::string{} : r.error();
  };
  const std::string on = R"("on":{"version":1,"policy_version":1,"why":[]})";
  CAF_CHECK_EQUAL(why("{"), "it is not JSON");
  CAF_CHECK_EQUAL(why(R"({"type":"timers.fire","data":{},)" + on + "}"),
                  "type: expected a command's");
  CAF_CHECK_EQUAL(
      why(R"({"type":"session.cancel","data":{"reason":"x"},)" + on + "}"),
      "command.data.reason: expected an object");
  CAF_CHECK_EQUAL(
      why(R"({"type":"participant.invite","data":{"student":"a"}})"),
      "command.on: expected this member, which is missing");
}

CAF_TEST(a missing member is named) {
  CAF_CHECK_EQUAL(read("participant.invite", "{}"),
                  "data.student: expected this member, which is missing");
  CAF_CHECK_EQUAL(read("session.complete", R"({"minutes":5})"),
                  "data.recap: expected this member, which is missing");
  CAF_CHECK_EQUAL(read("recap.submit", R"({"recap":{"topics_covered":""}})"),
                  "data.recap.how_tutee_did: expected this member, which is "
                  "missing");
}

CAF_TEST(unknown members and wrong types are refused wherever they are) {
  CAF_CHECK_EQUAL(
      read("recap.submit", R"({"recap":{"topics_covered":"","how_tutee_did":"",
                             "next_steps":"","mood":""}})"),
      "data.recap.mood: unknown member, expected one of topics_covered, "
      "how_tutee_did, next_steps");
  CAF_CHECK_EQUAL(read("session.cancel", R"({"reason":7})"),
                  "data.reason: expected a string");
  CAF_CHECK_EQUAL(read("session.cancel", R"({"reason":"a\u0000b"})"),
                  "data.reason: expected a string without the character "
                  "U+0000");
  CAF_CHECK_EQUAL(
      read("session.log_time", R"({"minutes":5,"leave_call":null})"),
      "data.leave_call: expected true or false");
  CAF_CHECK_EQUAL(read("call.join", R"({"participant":"support:eve"})"),
                  "data.participant: expected tutor:ID or student:ID");
  CAF_CHECK_EQUAL(read("call.join", R"({"participant":"bob"})"),
                  "data.participant: expected tutor:ID or student:ID");
  for (std::string_view data : {"null", "[]", "7", "\"x\""})
    CAF_CHECK_EQUAL(read("support.void", data), "data: expected an object");
}

CAF_TEST(minutes are any whole number and a fraction is none) {
  CAF_CHECK_EQUAL(minutes_of("60"), 60);
  CAF_CHECK_EQUAL(minutes_of("60.0"), 60);
  CAF_CHECK_EQUAL(minutes_of("6e1"), 60);
  CAF_CHECK_EQUAL(minutes_of("-0.0"), 0);
  CAF_CHECK_EQUAL(minutes_of("-5"), -5);
  using range = std::numeric_limits<std::int64_t>;
  CAF_CHECK_EQUAL(minutes_of("18446744073709551615"), range::max());
  CAF_CHECK_EQUAL(minutes_of("9223372036854775808"), range::max());
  CAF_CHECK_EQUAL(minutes_of("1e300"), range::max());
  CAF_CHECK_EQUAL(minutes_of("-1e300"), range::min());
  for (std::string_view number : {"60.5", "1e-3", "\"60\"", "null", "true"})
    CAF_CHECK_EQUAL(
        read("session.log_time", "{\"minutes\":" + std::string{number} + "}"),
        "data.minutes: expected a whole number");
}

CAF_TEST(hours are from 1 to 720) {
  auto hours = [](std::string_view number) {
    return read("support.reopen",
                "{\"hours\":" + std::string{number} + ",\"note\":\"\"}");
  };
  CAF_CHECK_EQUAL(hours("1"), R"({"hours":1,"note":""})");
  CAF_CHECK_EQUAL(hours("720.0"), R"({"hours":720,"note":""})");
  for (std::string_view number : {"0", "721", "-1", "1.5", "1e300", "\"1\""})
    CAF_CHECK_EQUAL(hours(number),
                    "data.hours: expected a whole number from 1 to 720");
}

CAF_TEST(commands of the engine itself cannot be sent) {
  for (std::string_view type : {"timers.fire", "session.Schedule", "", "recapd",
                                "recapd.session.schedule"}) {
    const auto wrong = read(type, "{}");
    CAF_CHECK(wrong.starts_with("type: expected recapd. and one of "
                                "session.schedule, participant.invite"));
    CAF_CHECK(wrong.ends_with("disbursement.result"));
  }
}

CAF_TEST(every refusal code has the name in the contract) {
  CAF_CHECK_EQUAL(to_string(refusal_code::malformed), "malformed");
  CAF_CHECK_EQUAL(to_string(refusal_code::pair_daily_limit),
                  "pair-daily-limit");
  for (int i = 0; i < static_cast<int>(refusal_code::count); ++i) {
    const auto code = static_cast<refusal_code>(i);
    CAF_CHECK(parse_refusal_code(to_string(code)) == code);
  }
  CAF_CHECK(!parse_refusal_code("Malformed"));
}

CAF_TEST(the refusal of a limit carries its figures) {
  refusal r{.code = refusal_code::too_early, .detail = "Wait."};
  CAF_CHECK_EQUAL(json::serialize(to_json(r)),
                  R"({"code":"too-early","detail":"Wait."})");
  r.code = refusal_code::pair_daily_limit;
  r.limit = limit_detail{.limit = 1,
                         .used = 1,
                         .remaining = 0,
                         .period = "2026-11-23",
                         .student = "bob"};
  CAF_CHECK_EQUAL(json::serialize(to_json(r)),
                  R"({"code":"pair-daily-limit","detail":"Wait.","limit":1,)"
                  R"("used":1,"remaining":0,"period":"2026-11-23",)"
                  R"("student":"bob"})");
}

CAF_TEST(ids and people are read strictly) {
  CAF_CHECK(valid_id("a"));
  CAF_CHECK(valid_id("A-z_09"));
  CAF_CHECK(valid_id(std::string(64, 'x')));
  CAF_CHECK(!valid_id(""));
  CAF_CHECK(!valid_id(std::string(65, 'x')));
  CAF_CHECK(!valid_id("a.b"));
  CAF_CHECK(!valid_id("\u00e9"));
  CAF_CHECK_EQUAL(to_string(who("support:eve")), "support:eve");
  for (std::string_view text :
       {"", "tutor", "tutor:", ":ann", "Tutor:ann", "tutor:a:b", "boss:x"})
    CAF_CHECK(!parse_person(text));
}
