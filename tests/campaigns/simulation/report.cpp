// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <iostream>
#include <utility>
#include <variant>

#include "shrink.hpp"
#include "workflows/json/session.hpp"

namespace recapd::simulation {

namespace {

template <std::size_t... I>
std::vector<std::string> every_event(std::index_sequence<I...>) {
  using workflows::event_body;
  return {std::string{workflows::type_of(
      event_body{std::variant_alternative_t<I, event_body>{}})}...};
}

/// Apart from events and the domain's refusals.
constexpr auto wanted_too = {
    // The journal's own refusals, and answers to what was done before.
    "version_conflict", "duplicate_command", "limit_conflict", "duplicate",
    // Commits, reads and heartbeats that fail or lose their answer.
    "commit_failed", "answer_lost", "answer_lost_unwritten", "read_failed",
    "beat_failed", "beat_answer_lost", "journal_slow",
    // Actors, nodes and clocks.
    "actor_killed", "starved", "process_killed", "paused", "paused_past_lease",
    "cut_off", "clock_forward", "clock_back",
    // Ingress and outbox.
    "redelivered", "broker_lost", "parcel_lost", "parcel_redelivered",
    "sink_failed", "mailer_killed", "mails",
    // Several nodes.
    "forwarded", "lease_lost", "stale_written", "stale_refused", "drained",
    "resharded", "policy_changed",
    // Erasures.
    "erased", "erasure_interrupted",
    // Notifications.
    "tutor_recap_due", "tutor_recap_reminder", "student_recap_request",
    "student_recap_reminder", "tutor_remind_student", "student_recap_overdue",
    "session_missed", "support_requested", "support_reopened", "support_denied",
    "session_completed", "payout_deposited", "payout_corrected",
    "payout_reversed", "session_voided", "session_cancelled",
    "session_disputed", "dispute_decided"};

}  // namespace

void explain(black_box &box, std::uint64_t seed,
             const std::vector<std::string> &failures,
             const std::vector<std::string> &last_steps, const origin &from) {
  std::cout << "seed " << seed << " of commit " << from.commit << " FAILED:\n";
  for (const auto &what : failures)
    std::cout << "  " << what << '\n';
  std::cout << "the last " << last_steps.size() << " steps:\n";
  for (const auto &line : last_steps)
    std::cout << "  " << line << '\n';
  std::cout << "again: " << from.again << " --seed " << seed << " --trace"
            << std::endl;
  const auto least = shrink(box, seed, make_plan(seed), failures.front());
  std::cout << "fails with " << least.smallest.commands.size()
            << " commands too: " << least.failure << '\n';
  for (const auto &c : least.smallest.commands)
    std::cout << "  " << workflows::format_rfc3339(c.at) << ' '
              << describe(c.what) << '\n';
  std::cout.flush();
}

void print_sums(const tally &sums, std::uint64_t violations) {
  std::cout << "steps=" << sums.steps << " commits=" << sums.commits;
  for (const auto &[kind, n] : sums.faults)
    std::cout << ' ' << kind << '=' << n;
  std::cout << '\n';
  for (const auto &[what, n] : sums.met)
    std::cout << what << '=' << n << ' ';
  const auto hours =
      std::chrono::duration_cast<std::chrono::hours>(sums.virtual_time);
  std::cout << "\nsimulated seeds=" << sums.seeds
            << " sessions=" << sums.sessions << " commands=" << sums.commands
            << " faults=" << sums.all_faults()
            << " virtual_hours=" << hours.count()
            << " violations=" << violations << std::endl;
}

std::vector<std::string> not_met(const tally &sums) {
  auto wanted = every_event(
      std::make_index_sequence<std::variant_size_v<workflows::event_body>>{});
  using workflows::refusal_code;
  for (auto code = int(refusal_code::id_reused);
       code <= int(refusal_code::pair_daily_limit); ++code)
    wanted.emplace_back(workflows::to_string(refusal_code(code)));
  wanted.insert(wanted.end(), wanted_too.begin(), wanted_too.end());
  std::erase_if(wanted, [&](const auto &what) {
    return sums.met.contains(what) || sums.faults.contains(what);
  });
  return wanted;
}

}  // namespace recapd::simulation
