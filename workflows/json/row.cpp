// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <utility>

#include "workflows/json/parts.hpp"
#include "workflows/session/evolve.hpp"

namespace recapd::workflows {

namespace json = boost::json;

namespace {

constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max();

// ---- the row ---------------------------------------------------------------

// A row is written some five times in a session's life, and most of what it
// can tell has not come about yet: that is left out. Rows of release 0.1.0
// tell it as false, 0 and null.

/// Reads with `read_it` what is there and not null.
template <class T, class ReadIt>
std::optional<T> read_if_there(fields &in, std::string_view name,
                               ReadIt read_it) {
  const auto *v = in.optional(name);
  if (v == nullptr || v->is_null()) return std::nullopt;
  return read_it();
}

std::optional<instant> read_time(fields &in, std::string_view name) {
  return read_if_there<instant>(in, name, [&] { return in.time(name); });
}

std::optional<recap> read_recap(fields &in, std::string_view name) {
  return read_if_there<recap>(in, name, [&] { return in.written(name); });
}

std::vector<participant> read_participants(fields &in) {
  std::vector<participant> out;
  const auto &list = in.list("participants");
  out.reserve(list.size());
  for (const auto &member : list) {
    fields one{member, in.path_of("participants"), in.error()};
    participant p;
    p.student = one.id("student");
    p.status = read_participation(one);
    p.in_call = one.boolean_or("in_call", false);
    p.joined = one.boolean_or("joined", false);
    p.written = read_recap(one, "recap");
    one.close();
    out.push_back(std::move(p));
    if (in.error().any()) break;
  }
  return out;
}

std::optional<payout> read_payout(fields &in) {
  return read_if_there<payout>(in, "paid", [&] {
    fields one{*in.required("paid"), in.path_of("paid"), in.error()};
    payout p;
    p.amount = one.whole("amount", 0, longest);
    p.settled_at = one.time("settled_at");
    if (one.has("corrections")) p.corrections = one.count("corrections", 0);
    one.close();
    return p;
  });
}

void read_who_and_when(fields &in, session &s) {
  s.id = in.id("id");
  s.version = in.count("version", 0);
  s.status = in.named("state", parse_session_status, "a session's state");
  s.tutor = in.id("tutor");
  s.course = in.id("course");
  s.program = in.id("program");
  s.how = read_modality(in);
  s.timezone = in.text("timezone");
  s.starts_at = in.time("starts_at");
  s.deadline = in.time("deadline");
}

/// What the time in the call tells by itself about whether there was any.
bool shared_for_long(const session &s) {
  return s.shared_call.count() > 0 || s.shared_call_since;
}

/// A session that is missed, denied or not, has been told.
bool is_missed(const session &s) {
  return s.status == session_status::missed
         || s.status == session_status::update_denied;
}

void read_call(fields &in, session &s) {
  s.participants = read_participants(in);
  s.tutor_in_call = in.boolean_or("tutor_in_call", false);
  s.tutor_joined = in.boolean_or("tutor_joined", false);
  if (in.has("shared_call_us"))
    s.shared_call =
        std::chrono::microseconds{in.whole("shared_call_us", 0, longest)};
  s.shared_call_since = read_time(in, "shared_call_since");
  s.call_shared = in.boolean_or("call_shared", shared_for_long(s));
}

void read_work_and_pay(fields &in, session &s) {
  s.tutor_recap = read_recap(in, "tutor_recap");
  s.minutes =
      read_if_there<int>(in, "minutes", [&] { return in.count("minutes", 0); });
  s.usage = read_counted(in, "held");
  s.rate_per_hour = in.whole("rate_per_hour", 0, longest);
  s.currency = in.text("currency");
  s.policy_version = in.count("policy_version", 0);
  s.requested_at = read_time(in, "requested_at");
  s.completed_at = read_time(in, "completed_at");
  s.paid = read_payout(in);
  if (in.has("call_changes")) s.call_changes = in.count("call_changes", 0);
  if (in.has("reminders")) s.reminders = read_reminders(in, "reminders");
  s.miss_told = in.boolean_or("miss_told", is_missed(s));
  s.flags = read_flags(in);
}

/// Unless it is what a new session has.
template <class Writer, class T>
void put_news(Writer &to, std::string_view name, const T &value) {
  if (value != T{}) to.put(name, value);
}

struct write_payout {
  template <class Writer> void operator()(Writer &to, const payout &p) const {
    to.put("amount", p.amount);
    to.put("settled_at", p.settled_at);
    put_news(to, "corrections", p.corrections);
  }
};

/// Of the row, which alone remembers who has been in the call.
struct write_participant {
  template <class Writer>
  void operator()(Writer &to, const participant &p) const {
    to.put("student", p.student);
    to.put("status", to_string(p.status));
    put_news(to, "in_call", p.in_call);
    put_news(to, "joined", p.joined);
    if (p.written.has_value()) to.object("recap", p.written, write_recap{});
  }
};

template <class Writer> void write_row(Writer &&to, const session &s) {
  to.put("id", s.id);
  to.put("version", s.version);
  to.put("state", to_string(s.status));
  to.put("tutor", s.tutor);
  to.put("course", s.course);
  to.put("program", s.program);
  to.put("modality", to_string(s.how));
  to.put("timezone", s.timezone);
  to.put("starts_at", s.starts_at);
  to.put("deadline", s.deadline);
  to.list("participants", s.participants, write_participant{});
  put_news(to, "tutor_in_call", s.tutor_in_call);
  put_news(to, "tutor_joined", s.tutor_joined);
  put_news(to, "shared_call_us", s.shared_call.count());
  put_news(to, "shared_call_since", s.shared_call_since);
  if (!shared_for_long(s)) put_news(to, "call_shared", s.call_shared);
  if (s.tutor_recap.has_value())
    to.object("tutor_recap", s.tutor_recap, write_recap{});
  put_news(to, "minutes", s.minutes);
  to.list("held", s.usage, write_usage{});
  to.put("rate_per_hour", s.rate_per_hour);
  to.put("currency", s.currency);
  to.put("policy_version", s.policy_version);
  put_news(to, "requested_at", s.requested_at);
  put_news(to, "completed_at", s.completed_at);
  put_news(to, "call_changes", s.call_changes);
  if (s.paid.has_value()) to.object("paid", s.paid, write_payout{});
  if (s.reminders != reminder_progress{})
    to.object("reminders", s.reminders, write_reminders{});
  if (s.miss_told != is_missed(s)) to.put("miss_told", s.miss_told);
  put_flags(to, s.flags);
}

}  // namespace

json::object to_row(const session &s) {
  json::object out;
  write_row(object_writer{out}, s);
  return out;
}

std::string to_row_text(const session &s) {
  std::string out;
  write_row(text_writer{out}, s);
  return out;
}

boost::system::result<session, std::string>
parse_session(const json::value &row) {
  field_error error;
  fields in{row, "row", error};
  session s;
  read_who_and_when(in, s);
  read_call(in, s);
  read_work_and_pay(in, s);
  in.close();
  if (error.any()) return {boost::system::in_place_error, error.text()};
  return s;
}

// ---- the contract's session object -----------------------------------------

namespace {

struct show_participant {
  template <class Writer>
  void operator()(Writer &to, const participant &p) const {
    to.put("student", p.student);
    to.put("status", to_string(p.status));
    to.put("in_call", p.in_call);
    to.object("recap", p.written, write_recap{});
  }
};

struct show_payout {
  template <class Writer> void operator()(Writer &to, const payout &p) const {
    to.put("amount", p.amount);
    to.put("settled_at", p.settled_at);
  }
};

struct stored_participant {
  template <class Writer>
  void operator()(Writer &to, const participant &p) const {
    to.put("student", p.student);
    to.put("status", to_string(p.status));
    put_news(to, "in_call", p.in_call);
  }
};

template <class Writer>
void write_stored(Writer &&to, const session &s, const rules &decided_by,
                  instant now) {
  to.put("state", to_string(s.status));
  to.put("version", s.version);
  to.list("participants", s.participants, stored_participant{});
  put_news(to, "minutes", s.minutes);
  put_news(to, "suggested_minutes", suggested_minutes(s, decided_by, now));
  if (s.paid.has_value()) to.object("payout", s.paid, show_payout{});
  if (const auto timer = next_timer(s, decided_by)) {
    to.put("next_timer", timer->at);
    to.put("next_timer_kind", timer->kind);
  }
  put_flags(to, flags_of(s));
}

template <class Writer>
void write_view(Writer &&to, const session &s, const rules &decided_by,
                instant now) {
  const auto timer = next_timer(s, decided_by);
  to.put("id", s.id);
  to.put("state", to_string(s.status));
  to.put("version", s.version);
  to.put("tutor", s.tutor);
  to.put("course", s.course);
  to.put("program", s.program);
  to.put("modality", to_string(s.how));
  to.put("timezone", s.timezone);
  to.put("starts_at", s.starts_at);
  to.put("deadline", s.deadline);
  to.list("participants", s.participants, show_participant{});
  to.object("tutor_recap", s.tutor_recap, write_recap{});
  to.put("minutes", s.minutes);
  to.put("suggested_minutes", suggested_minutes(s, decided_by, now));
  to.put("rate_per_hour", s.rate_per_hour);
  to.put("currency", s.currency);
  to.object("payout", s.paid, show_payout{});
  to.put("next_timer", timer ? std::optional{timer->at} : std::nullopt);
  to.put("next_timer_kind", timer ? std::optional{timer->kind} : std::nullopt);
  to.put("flags", flags_of(s).names());
  to.put("policy_version", s.policy_version);
}

}  // namespace

json::object to_view(const session &s, const rules &decided_by, instant now) {
  json::object out;
  write_view(object_writer{out}, s, decided_by, now);
  return out;
}

std::string to_view_text(const session &s, const rules &decided_by,
                         instant now) {
  std::string out;
  write_view(text_writer{out}, s, decided_by, now);
  return out;
}

std::string to_stored_outcome(const session &s, const rules &decided_by,
                              instant now) {
  std::string out;
  write_stored(text_writer{out}, s, decided_by, now);
  return out;
}

}  // namespace recapd::workflows
