// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "workflows/json/parts.hpp"

namespace recapd::workflows {

namespace json = boost::json;

namespace {

/// In the order of `event_body`'s alternatives.
constexpr std::array<std::string_view, 21> event_types{
    "session.scheduled",
    "participant.invited",
    "participant.accepted",
    "participant.declined",
    "participant.removed",
    "call.joined",
    "call.left",
    "time.logged",
    "time.corrected",
    "tutor_recap.submitted",
    "student_recap.submitted",
    "session.completed",
    "session.paid",
    "session.missed",
    "session.miss_lifted",
    "session.cancelled",
    "support.requested",
    "session.reopened",
    "session.update_denied",
    "session.voided",
    "reminder.sent"};
static_assert(event_types.size() == std::variant_size_v<event_body>);

// ---- writing `data`
// ----------------------------------------------------------

template <class Writer> void write(Writer &to, const session_scheduled &e) {
  write_schedule{}(to, e.what);
  to.put("deadline", e.deadline);
  to.put("policy_version", e.policy_version);
}
template <class Writer> void write(Writer &to, const participant_invited &e) {
  to.put("student", e.student);
}
template <class Writer> void write(Writer &to, const invitation_accepted &e) {
  to.put("student", e.student);
}
template <class Writer> void write(Writer &to, const invitation_declined &e) {
  to.put("student", e.student);
}
template <class Writer> void write(Writer &to, const participant_removed &e) {
  to.put("student", e.student);
  if (!e.released.empty()) to.list("released", e.released, write_usage{});
}
template <class Writer, class Event>
void write_call_change(Writer &to, const Event &e) {
  to.put("participant", to_string(e.participant));
  if (e.number != 0) to.put("number", e.number);
}
template <class Writer> void write(Writer &to, const call_joined &e) {
  write_call_change(to, e);
}
template <class Writer> void write(Writer &to, const call_left &e) {
  write_call_change(to, e);
}
template <class Writer> void write(Writer &to, const time_logged &e) {
  to.put("minutes", e.minutes);
  to.put("given", e.given);
  to.put("leave_call", e.leave_call);
  to.list("claims", e.claims, write_usage{});
  put_flags(to, e.flags);
}
template <class Writer> void write(Writer &to, const time_corrected &e) {
  to.put("minutes", e.minutes);
  to.put("was", e.was);
  to.put("given", e.given);
  to.put("note", e.note);
  to.list("claims", e.claims, write_usage{});
  to.list("released", e.released, write_usage{});
  to.object("payment", e.payment, write_transfer{});
}
template <class Writer> void write(Writer &to, const tutor_recap_submitted &e) {
  to.object("recap", e.written, write_recap{});
  put_flags(to, e.flags);
}
template <class Writer>
void write(Writer &to, const student_recap_submitted &e) {
  to.put("student", e.student);
  to.object("recap", e.written, write_recap{});
  put_flags(to, e.flags);
}
template <class Writer> void write(Writer &to, const session_completed &e) {
  to.put("automatic", e.automatic);
}
template <class Writer> void write(Writer &to, const session_paid &e) {
  to.object("payment", e.payment, write_transfer{});
}
template <class Writer> void write(Writer &, const session_missed &) {}
template <class Writer> void write(Writer &to, const miss_lifted &e) {
  to.list("claims", e.claims, write_usage{});
}
template <class Writer> void write(Writer &to, const session_cancelled &e) {
  to.put("reason", e.reason);
}
template <class Writer> void write(Writer &to, const support_requested &e) {
  to.put("message", e.message);
}
template <class Writer> void write(Writer &to, const session_reopened &e) {
  to.put("hours", e.hours);
  to.put("note", e.note);
  to.put("deadline", e.deadline);
  to.object("reminders", e.reminders, write_reminders{});
}
template <class Writer> void write(Writer &to, const update_denied &e) {
  to.put("note", e.note);
}
template <class Writer> void write(Writer &to, const session_voided &e) {
  to.put("note", e.note);
  to.object("reversal", e.reversal, write_transfer{});
}
template <class Writer> void write(Writer &to, const reminder_sent &e) {
  to.put("kind", reminder_of(e.kind).name);
  to.put("count", e.count);
}

// ---- reading `data`; each reads every version ever written
// ---------------------

template <class Event> struct tag {};

event_body read(fields &in, tag<session_scheduled>) {
  session_scheduled e;
  e.what = read_schedule(in);
  e.deadline = in.time("deadline");
  e.policy_version = in.count("policy_version", 0);
  return e;
}
event_body read(fields &in, tag<participant_invited>) {
  return participant_invited{.student = in.id("student")};
}
event_body read(fields &in, tag<invitation_accepted>) {
  return invitation_accepted{.student = in.id("student")};
}
event_body read(fields &in, tag<invitation_declined>) {
  return invitation_declined{.student = in.id("student")};
}
event_body read(fields &in, tag<participant_removed>) {
  participant_removed e;
  e.student = in.id("student");
  if (in.has("released")) e.released = read_counted(in, "released");
  return e;
}
template <class Event> event_body read_call_change(fields &in) {
  Event e;
  e.participant = in.somebody("participant");
  if (in.has("number")) e.number = in.count("number", 1);
  return e;
}
event_body read(fields &in, tag<call_joined>) {
  return read_call_change<call_joined>(in);
}
event_body read(fields &in, tag<call_left>) {
  return read_call_change<call_left>(in);
}
event_body read(fields &in, tag<time_logged>) {
  time_logged e;
  e.minutes = in.count("minutes", 0);
  e.given = in.clamped("given");
  e.leave_call = in.boolean("leave_call");
  e.claims = read_claims(in, "claims");
  e.flags = read_flags(in);
  return e;
}
event_body read(fields &in, tag<time_corrected>) {
  time_corrected e;
  e.minutes = in.count("minutes", 0);
  e.was = in.count("was", 0);
  e.given = in.clamped("given");
  e.note = in.text("note");
  e.claims = read_claims(in, "claims");
  e.released = read_counted(in, "released");
  e.payment = read_transfer_or_null(in, "payment");
  return e;
}
event_body read(fields &in, tag<tutor_recap_submitted>) {
  tutor_recap_submitted e;
  e.written = in.written("recap");
  e.flags = read_flags(in);
  return e;
}
event_body read(fields &in, tag<student_recap_submitted>) {
  student_recap_submitted e;
  e.student = in.id("student");
  e.written = in.written("recap");
  e.flags = read_flags(in);
  return e;
}
event_body read(fields &in, tag<session_completed>) {
  return session_completed{.automatic = in.boolean("automatic")};
}
event_body read(fields &in, tag<session_paid>) {
  return session_paid{.payment = read_transfer(in, "payment")};
}
event_body read(fields &, tag<session_missed>) {
  return session_missed{};
}
event_body read(fields &in, tag<miss_lifted>) {
  return miss_lifted{.claims = read_claims(in, "claims")};
}
event_body read(fields &in, tag<session_cancelled>) {
  return session_cancelled{.reason = in.text("reason")};
}
event_body read(fields &in, tag<support_requested>) {
  return support_requested{.message = in.text("message")};
}
event_body read(fields &in, tag<session_reopened>) {
  session_reopened e;
  e.hours = in.count("hours", 1);
  e.note = in.text("note");
  e.deadline = in.time("deadline");
  e.reminders = read_reminders(in, "reminders");
  return e;
}
event_body read(fields &in, tag<update_denied>) {
  return update_denied{.note = in.text("note")};
}
event_body read(fields &in, tag<session_voided>) {
  session_voided e;
  e.note = in.text("note");
  e.reversal = read_transfer_or_null(in, "reversal");
  return e;
}
event_body read(fields &in, tag<reminder_sent>) {
  reminder_sent e;
  e.kind = in.named("kind", parse_reminder_kind, "a kind of reminder");
  e.count = in.count("count", 1);
  return e;
}

using event_reader = event_body (*)(fields &);

template <std::size_t... I>
constexpr auto make_event_readers(std::index_sequence<I...>) {
  return std::array<event_reader, sizeof...(I)>{[](fields &in) {
    return read(in, tag<std::variant_alternative_t<I, event_body>>{});
  }...};
}
constexpr auto event_readers = make_event_readers(
    std::make_index_sequence<std::variant_size_v<event_body>>{});

}  // namespace

std::string_view type_of(const event_body &e) {
  return event_types.at(e.index());
}

namespace {

template <class Writer> void write_event(Writer &&to, const event_body &e) {
  to.put("v", event_schema);
  std::visit([&](const auto &what) { write(to, what); }, e);
}

}  // namespace

json::object to_json(const event_body &e) {
  json::object data;
  write_event(object_writer{data}, e);
  return data;
}

std::string to_text(const event_body &e) {
  std::string data;
  write_event(text_writer{data}, e);
  return data;
}

boost::system::result<event_body, std::string>
parse_event(std::string_view type, const json::value &data) {
  for (std::size_t i = 0; i < event_types.size(); ++i) {
    if (event_types.at(i) != type) continue;
    field_error error;
    fields in{data, "data", error};
    static_cast<void>(in.whole("v", 1, event_schema));
    auto e = event_readers.at(i)(in);
    in.close();
    if (error.any()) return {boost::system::in_place_error, error.text()};
    return {boost::system::in_place_value, std::move(e)};
  }
  return {boost::system::in_place_error,
          "type: expected an event's, not " + std::string{type}};
}

}  // namespace recapd::workflows
