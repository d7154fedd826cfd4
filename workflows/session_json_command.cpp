// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "workflows/session_json_parts.hpp"

namespace recapd::workflows {

namespace json = boost::json;

namespace {

constexpr std::int64_t longest_reopening_hours = 720;

/// In the order of `command`'s alternatives; the last two are the engine's own
/// and never read.
constexpr std::array<std::string_view, 17> types{
    "session.schedule",    "participant.invite", "participant.accept",
    "participant.decline", "participant.remove", "call.join",
    "call.leave",          "session.log_time",   "session.complete",
    "recap.submit",        "session.cancel",     "support.request",
    "support.reopen",      "support.deny",       "support.void",
    "timers.fire",         "session.settle"};
static_assert(types.size() == std::variant_size_v<command>);

// ---- reading `data`
// ----------------------------------------------------------

person read_caller(fields &in) {
  auto who = in.somebody("participant");
  if (who.as != role::tutor && who.as != role::student)
    in.wrong("participant", "tutor:ID or student:ID");
  return who;
}

template <class Command> command read_student(fields &in) {
  return Command{.student = in.id("student")};
}

command read_log_time(fields &in) {
  log_time c;
  c.minutes = in.clamped("minutes");
  c.leave_call = in.boolean_or("leave_call", false);
  return c;
}

command read_complete(fields &in) {
  complete_session c;
  c.minutes = in.clamped("minutes");
  c.written = in.written("recap");
  c.leave_call = in.boolean_or("leave_call", false);
  return c;
}

command read_reopen(fields &in) {
  reopen_session c;
  c.hours = static_cast<int>(in.whole("hours", 1, longest_reopening_hours));
  c.note = in.text("note");
  return c;
}

using reader = command (*)(fields &);

/// The commands of the contract, in the order of `types`.
constexpr std::array<reader, 15> readers{
    [](fields &in) -> command { return read_schedule(in); },
    read_student<invite_participant>,
    read_student<accept_invitation>,
    read_student<decline_invitation>,
    read_student<remove_participant>,
    [](fields &in) -> command {
      return join_call{.participant = read_caller(in)};
    },
    [](fields &in) -> command {
      return leave_call{.participant = read_caller(in)};
    },
    read_log_time,
    read_complete,
    [](fields &in) -> command {
      return submit_recap{.written = in.written("recap")};
    },
    [](fields &in) -> command {
      return cancel_session{.reason = in.text("reason")};
    },
    [](fields &in) -> command {
      return request_support{.message = in.text("message")};
    },
    read_reopen,
    [](fields &in) -> command { return deny_update{.note = in.text("note")}; },
    [](fields &in) -> command { return void_session{.note = in.text("note")}; },
};

// ---- writing `data`
// ----------------------------------------------------------

void write(json::object &to, const schedule_session &c) {
  write_schedule(to, c);
}
void write(json::object &to, const invite_participant &c) {
  to["student"] = c.student;
}
void write(json::object &to, const accept_invitation &c) {
  to["student"] = c.student;
}
void write(json::object &to, const decline_invitation &c) {
  to["student"] = c.student;
}
void write(json::object &to, const remove_participant &c) {
  to["student"] = c.student;
}
void write(json::object &to, const join_call &c) {
  to["participant"] = to_string(c.participant);
}
void write(json::object &to, const leave_call &c) {
  to["participant"] = to_string(c.participant);
}
void write(json::object &to, const log_time &c) {
  to["minutes"] = c.minutes;
  to["leave_call"] = c.leave_call;
}
void write(json::object &to, const complete_session &c) {
  to["minutes"] = c.minutes;
  to["recap"] = to_json(c.written);
  to["leave_call"] = c.leave_call;
}
void write(json::object &to, const submit_recap &c) {
  to["recap"] = to_json(c.written);
}
void write(json::object &to, const cancel_session &c) {
  to["reason"] = c.reason;
}
void write(json::object &to, const request_support &c) {
  to["message"] = c.message;
}
void write(json::object &to, const reopen_session &c) {
  to["hours"] = c.hours;
  to["note"] = c.note;
}
void write(json::object &to, const deny_update &c) {
  to["note"] = c.note;
}
void write(json::object &to, const void_session &c) {
  to["note"] = c.note;
}
void write(json::object &, const fire_timers &) {}
void write(json::object &to, const settle_session &c) {
  to["payment"] = to_json(c.payment);
}

}  // namespace

std::string_view type_of(const command &c) {
  return types.at(c.index());
}

json::object to_json(const command &c) {
  json::object data;
  std::visit([&](const auto &what) { write(data, what); }, c);
  return data;
}

boost::system::result<command, std::string>
parse_command(std::string_view type, const json::value &data) {
  for (std::size_t i = 0; i < readers.size(); ++i) {
    if (types.at(i) != type) continue;
    field_error error;
    fields in{data, "data", error};
    auto c = readers.at(i)(in);
    in.close();
    if (error.any()) return {boost::system::in_place_error, error.text()};
    return {boost::system::in_place_value, std::move(c)};
  }
  std::string wrong = "type: expected recapd. and one of";
  for (std::size_t i = 0; i < readers.size(); ++i) {
    wrong += i == 0 ? " " : ", ";
    wrong += types.at(i);
  }
  return {boost::system::in_place_error, std::move(wrong)};
}

}  // namespace recapd::workflows
