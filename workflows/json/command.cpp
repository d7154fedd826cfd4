// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "workflows/json/parts.hpp"

namespace recapd::workflows {

namespace json = boost::json;

namespace {

constexpr int longest_reopening_hours = 720;

/// In the order of `command`'s alternatives; the last two are the engine's own
/// and never read.
constexpr std::array<std::string_view, 18> type_names{
    "session.schedule",    "participant.invite", "participant.accept",
    "participant.decline", "participant.remove", "call.join",
    "call.leave",          "session.log_time",   "session.complete",
    "recap.submit",        "session.cancel",     "support.request",
    "support.reopen",      "support.deny",       "support.correct",
    "support.void",        "timers.fire",        "session.settle"};
static_assert(type_names.size() == std::variant_size_v<command>);

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
  c.hours = in.count("hours", 1, longest_reopening_hours);
  c.note = in.text("note");
  return c;
}

command read_correct(fields &in) {
  correct_minutes c;
  c.minutes = in.clamped("minutes");
  c.note = in.text("note");
  return c;
}

using command_reader = command (*)(fields &);

/// The commands of the contract, in the order of `type_names`.
constexpr std::array<command_reader, type_names.size() - 2> command_readers{
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
    read_correct,
    [](fields &in) -> command { return void_session{.note = in.text("note")}; },
};

// ---- writing `data`
// ----------------------------------------------------------

template <class Writer> void write(Writer &to, const schedule_session &c) {
  write_schedule{}(to, c);
}
template <class Writer> void write(Writer &to, const invite_participant &c) {
  to.put("student", c.student);
}
template <class Writer> void write(Writer &to, const accept_invitation &c) {
  to.put("student", c.student);
}
template <class Writer> void write(Writer &to, const decline_invitation &c) {
  to.put("student", c.student);
}
template <class Writer> void write(Writer &to, const remove_participant &c) {
  to.put("student", c.student);
}
template <class Writer> void write(Writer &to, const join_call &c) {
  to.put("participant", to_string(c.participant));
}
template <class Writer> void write(Writer &to, const leave_call &c) {
  to.put("participant", to_string(c.participant));
}
template <class Writer> void write(Writer &to, const log_time &c) {
  to.put("minutes", c.minutes);
  to.put("leave_call", c.leave_call);
}
template <class Writer> void write(Writer &to, const complete_session &c) {
  to.put("minutes", c.minutes);
  to.object("recap", c.written, write_recap{});
  to.put("leave_call", c.leave_call);
}
template <class Writer> void write(Writer &to, const submit_recap &c) {
  to.object("recap", c.written, write_recap{});
}
template <class Writer> void write(Writer &to, const cancel_session &c) {
  to.put("reason", c.reason);
}
template <class Writer> void write(Writer &to, const request_support &c) {
  to.put("message", c.message);
}
template <class Writer> void write(Writer &to, const reopen_session &c) {
  to.put("hours", c.hours);
  to.put("note", c.note);
}
template <class Writer> void write(Writer &to, const deny_update &c) {
  to.put("note", c.note);
}
template <class Writer> void write(Writer &to, const correct_minutes &c) {
  to.put("minutes", c.minutes);
  to.put("note", c.note);
}
template <class Writer> void write(Writer &to, const void_session &c) {
  to.put("note", c.note);
}
template <class Writer> void write(Writer &, const fire_timers &) {}
template <class Writer> void write(Writer &to, const settle_session &c) {
  to.object("payment", c.payment, write_transfer{});
}

}  // namespace

std::span<const std::string_view> command_types() {
  return std::span{type_names}.first(command_readers.size());
}

std::string_view type_of(const command &c) {
  return type_names.at(c.index());
}

json::object to_json(const command &c) {
  json::object data;
  object_writer to{data};
  std::visit([&](const auto &what) { write(to, what); }, c);
  return data;
}

boost::system::result<command, std::string>
parse_command(std::string_view type, const json::value &data) {
  for (std::size_t i = 0; i < command_readers.size(); ++i) {
    if (type_names.at(i) != type) continue;
    field_error error;
    fields in{data, "data", error};
    auto c = command_readers.at(i)(in);
    in.close();
    if (error.any()) return {boost::system::in_place_error, error.text()};
    return {boost::system::in_place_value, std::move(c)};
  }
  std::string wrong = "type: expected recapd. and one of";
  for (const auto known : command_types()) {
    wrong += known == type_names.front() ? " " : ", ";
    wrong += known;
  }
  return {boost::system::in_place_error, std::move(wrong)};
}

}  // namespace recapd::workflows
