// SPDX-License-Identifier: Apache-2.0
#include "golden.hpp"

namespace recapd::tests {

using namespace workflows;

namespace {

instant at(std::string_view text) {
  return parse_rfc3339(text).value();
}

session_scheduled scheduled(std::vector<std::string> students, modality how) {
  return {.what = {.tutor = "ann",
                   .course = "math",
                   .starts_at = at("2026-11-23T14:00:00Z"),
                   .how = how,
                   .students = std::move(students),
                   .program = "default",
                   .rate_per_hour = 1500,
                   .currency = "USD",
                   .timezone = "America/New_York"},
          .deadline = at("2026-11-26T14:00:00Z"),
          .policy_version = 1};
}

claim claimed(limit_kind kind, std::string owner, std::string item, int period,
              int amount, std::optional<int> cap) {
  return {.key = {.kind = kind,
                  .owner = std::move(owner),
                  .item = std::move(item),
                  .period = period},
          .amount = amount,
          .cap = cap};
}

const person tutor{.as = role::tutor, .id = "ann"};
const person student{.as = role::student, .id = "bob"};

/// 20783 is Thursday 2026-11-26, 20780 the Monday of that week.
std::vector<event_body> paid_and_voided() {
  return {
      scheduled({"bob", "eve"}, modality::online),
      participant_invited{"dan"},
      invitation_accepted{"bob"},
      invitation_accepted{"eve"},
      invitation_declined{"dan"},
      call_joined{tutor},
      call_joined{student},
      call_left{student},
      participant_removed{"eve"},
      reminder_sent{.kind = reminder_kind::tutor_recap_due, .count = 1},
      time_logged{
          .minutes = 60,
          .given = 58,
          .leave_call = true,
          .claims = {claimed(limit_kind::tutor_week, "ann", "", 20783, 60, 900),
                     claimed(limit_kind::student_course_week, "math", "bob",
                             20783, 60, 180),
                     claimed(limit_kind::course_week, "math", "", 20783, 60,
                             std::nullopt),
                     claimed(limit_kind::pair_day, "ann", "bob", 20780, 1, 1)}},
      tutor_recap_submitted{
          {.topics_covered = "Integration by parts: ∫u dv = uv − ∫v du",
           .how_tutee_did = "Well 👩‍🎓, \"at last\"\nand \\ with ease",
           .next_steps = ""}},
      reminder_sent{.kind = reminder_kind::student_recap_reminder, .count = 1},
      reminder_sent{.kind = reminder_kind::tutor_remind_student, .count = 1},
      student_recap_submitted{.student = "bob",
                              .written = {.topics_covered = "Integrals",
                                          .how_tutee_did = "I did well",
                                          .next_steps = "Series"}},
      session_completed{.automatic = false},
      session_paid{{.kind = transfer_kind::settlement,
                    .from = "program:default",
                    .to = "tutor:ann",
                    .amount = 1500,
                    .currency = "USD"}},
      session_voided{.note = "It never took place",
                     .reversal = transfer{.kind = transfer_kind::reversal,
                                          .from = "tutor:ann",
                                          .to = "program:default",
                                          .amount = 1500,
                                          .currency = "USD"}}};
}

std::vector<event_body> missed_and_cancelled() {
  const auto held = claimed(limit_kind::tutor_week, "ann", "", 20783, 90, 900);
  return {
      scheduled({"bob"}, modality::in_person),
      invitation_accepted{"bob"},
      time_logged{
          .minutes = 90, .given = 90, .leave_call = false, .claims = {held}},
      reminder_sent{.kind = reminder_kind::tutor_recap_reminder, .count = 3},
      session_missed{},
      miss_lifted{.claims = {held}},
      session_missed{},
      support_requested{"I was ill"},
      update_denied{"No proof"},
      session_reopened{.hours = 24,
                       .note = "Proof came",
                       .deadline = at("2026-11-28T10:00:00Z"),
                       .reminders = {.over = {1, 3}}},
      session_cancelled{"It did not take place"}};
}

std::vector<event_body> confirmed_by_silence() {
  return {
      scheduled({"bob"}, modality::in_person),
      invitation_accepted{"bob"},
      time_logged{.minutes = 5, .given = 1, .leave_call = false, .claims = {}},
      tutor_recap_submitted{},
      reminder_sent{.kind = reminder_kind::student_recap_overdue, .count = 1},
      session_completed{.automatic = true},
      session_voided{.note = "", .reversal = std::nullopt}};
}

std::vector<event_body> logged_in_call() {
  return {scheduled({"bob"}, modality::online), invitation_accepted{"bob"},
          call_joined{student}, call_joined{tutor},
          time_logged{.minutes = 60,
                      .given = 60,
                      .leave_call = false,
                      .claims = {claimed(limit_kind::tutor_week, "ann", "",
                                         20783, 60, 900),
                                 claimed(limit_kind::pair_day, "ann", "bob",
                                         20780, 1, std::nullopt)}}};
}

std::vector<event_body> paid() {
  return {scheduled({"bob"}, modality::in_person), invitation_accepted{"bob"},
          session_paid{{.kind = transfer_kind::settlement,
                        .from = "program:default",
                        .to = "tutor:ann",
                        .amount = 0,
                        .currency = "USD"}}};
}

std::vector<event_body> corrected() {
  return {time_corrected{.minutes = 65,
                         .was = 60,
                         .given = 61,
                         .note = "She stayed",
                         .claims = {claimed(limit_kind::tutor_week, "ann", "",
                                            20783, 5, 900)},
                         .released = {},
                         .payment = transfer{.kind = transfer_kind::correction,
                                             .from = "program:default",
                                             .to = "tutor:ann",
                                             .amount = 125,
                                             .currency = "USD",
                                             .n = 1}},
          time_corrected{
              .minutes = 60,
              .was = 65,
              .given = 60,
              .note = "",
              .claims = {},
              .released = {counted_usage{.key = {.kind = limit_kind::tutor_week,
                                                 .owner = "ann",
                                                 .item = "",
                                                 .period = 20783},
                                         .amount = 5}},
              .payment = std::nullopt},
          person_erased{.who = {role::support, "eve"}}};
}

std::vector<event_body> disputed() {
  return {session_disputed{.reason = "It was less"},
          session_upheld{.note = "The call was an hour"}};
}

}  // namespace

std::vector<event_body> expected_v1() {
  auto all = paid_and_voided();
  for (auto *more : {&missed_and_cancelled, &confirmed_by_silence,
                     &logged_in_call, &paid, &corrected, &disputed})
    for (auto &body : more())
      all.push_back(std::move(body));
  return all;
}

}  // namespace recapd::tests
