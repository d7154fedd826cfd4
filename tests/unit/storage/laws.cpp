// Whatever is appended, both stores answer and hold the same.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE laws
#include <rapidcheck.h>

#include <array>

#include "caf/test/unit_test.hpp"
#include "worlds.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;
using recapd::workflows::transfer_kind;

namespace {

using versions = std::map<std::string, int>;

std::string one_of(const char *prefix, int count) {
  return prefix + std::to_string(*rc::gen::inRange(0, count));
}

/// Where every session stands at a version.
standing standing_at(int version) {
  constexpr std::array states{"scheduled", "missed", "paid"};
  const auto n = static_cast<std::size_t>(version / 2) % states.size();
  return {.state = states[n],
          .next_timer = n == 0 ? std::optional{at(version % 5)} : std::nullopt};
}

commit any_moves(const std::string &session, int first, int count) {
  auto c = moves(session, first, count);
  if (c.before) c.before = standing_at(first - 1);
  c.after = standing_at(first + count - 1);
  return c;
}

/// Follows on the version it guesses, most of the time.
commit any_commit(versions &guessed) {
  const auto session = one_of("s", 4);
  if (*rc::gen::inRange(0, 6) == 0) {
    auto c = refuses(one_of("c", 30), session);
    if (*rc::gen::arbitrary<bool>())
      c.base_version = std::max(0, guessed[session] + *rc::gen::inRange(-1, 1));
    return c;
  }
  const int count = *rc::gen::inRange(1, 4);
  const int skip = *rc::gen::weightedElement<int>({{9, 0}, {1, 1}, {1, -1}});
  const int first = std::max(1, guessed[session] + 1 + skip);
  auto c = any_moves(session, first, count);
  guessed[session] = first + count - 1;
  if (*rc::gen::arbitrary<bool>()) c = accepts(one_of("c", 30), c);
  for (int n = *rc::gen::inRange(0, 3); n > 0; --n)
    c = raises(c, week(one_of("t", 2)), *rc::gen::inRange(-40, 60),
               *rc::gen::element<std::optional<int>>(60, 100, std::nullopt));
  const auto payment = *rc::gen::inRange(0, 12);
  if (payment < 2) c = pays(c, transfer_kind::settlement);
  if (payment == 2)
    c = pays(c, transfer_kind::reversal, *rc::gen::element(1500, 1500, 1400));
  if (payment == 3 || payment == 4)
    c = corrects(c, *rc::gen::element(1, 1, 2, 0),
                 *rc::gen::element(100, -100, -1600, 0));
  return c;
}

std::string feed(store &s) {
  std::string out;
  for (const auto &row : s.read_feed(0, 10000))
    out += row.session + "/" + std::to_string(row.event.seq) + " ";
  return out;
}

std::string everything(store &s) {
  std::string out;
  for (const auto *state : {"", "scheduled", "missed", "paid"}) {
    out += state;
    for (const auto &one : s.list_sessions({.state = state}))
      out += " " + one.id + "." + std::to_string(one.events.size());
  }
  std::vector<unsigned> buckets;
  for (const auto *session : {"s0", "s1", "s2", "s3"})
    buckets.push_back(recapd::workflows::bucket_of(session));
  for (const auto &timer : s.load_timers(buckets, at(9), 9))
    out +=
        " " + timer.session + "@" + recapd::workflows::format_rfc3339(timer.at);
  for (auto used : s.load_usage(std::vector{week("t0"), week("t1")}))
    out += "| " + std::to_string(used) + " ";
  for (const auto &e : s.account("tutor:ann", "", 100).entries)
    out +=
        e.session + std::to_string(e.amount) + "." + std::to_string(e.n) + " ";
  for (const auto &session : {"s0", "s1", "s2", "s3"})
    for (const auto &e : s.history(session))
      out += std::to_string(e.seq) + e.command_id + ",";
  return out;
}

}  // namespace

CAF_TEST(both stores give the same answers and hold the same afterwards) {
  CAF_CHECK(rc::check("twins", [] {
    std::vector<std::vector<std::string>> answers;
    std::vector<std::string> held;
    std::vector<std::vector<commit>> calls;
    versions guessed;
    for (int n = *rc::gen::inRange(1, 6); n > 0; --n) {
      std::vector<commit> call;
      for (int m = *rc::gen::inRange(1, 8); m > 0; --m)
        call.push_back(any_commit(guessed));
      calls.push_back(call);
    }
    with_each_store([&](world &w) {
      auto &mine = answers.emplace_back();
      for (const auto &call : calls)
        mine.push_back(append(*w.s, call));
      held.push_back(everything(*w.s));
    });
    RC_ASSERT(answers[0] == answers[1]);
    RC_ASSERT(held[0] == held[1]);
  }));
}

CAF_TEST(one call or many for the same commits makes the same feed per session) {
  CAF_CHECK(rc::check("calls", [] {
    std::vector<commit> commits;
    versions guessed;
    for (int n = *rc::gen::inRange(1, 12); n > 0; --n) {
      const auto session = one_of("s", 3);
      commits.push_back(any_moves(session, ++guessed[session], 1));
    }
    with_each_store([&](world &w) {
      (void)w.s->append(commits);
      const auto together = w.s->read_feed(0, 1000);
      RC_ASSERT(together.size() == commits.size());
      versions seen;
      for (const auto &row : together)
        RC_ASSERT(row.event.seq == ++seen[row.session]);
      RC_ASSERT(!feed(*w.s).empty());
    });
  }));
}
