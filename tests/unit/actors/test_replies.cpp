// Replies and tickets that cannot be forgotten.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE replies
#include "actors/reply.hpp"
#include "actors/ticket.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd::actors;
using recapd::storage::fault;

CAF_TEST(a reply answers once) {
  std::vector<int> got;
  reply<int> r{[&](answer<int> a) { got.push_back(*a); }};
  r(1);
  r(2);
  CAF_CHECK_EQUAL(got, std::vector<int>{1});
}

CAF_TEST(the last copy that goes unanswered answers with its fault) {
  std::vector<fault> got;
  {
    reply<int> r{[&](answer<int> a) { got.push_back(a.error()); },
                 fault::outcome_unknown};
    const auto copy = r;
    r = reply<int>{};
    CAF_CHECK(got.empty());
  }
  CAF_CHECK_EQUAL(got.size(), 1u);
  CAF_CHECK(got.front() == fault::outcome_unknown);
}

CAF_TEST(a ticket that is dropped says so) {
  auto got = grant_fate::committed;
  {
    const ticket t{[&](grant_fate f) { got = f; }};
  }
  CAF_CHECK(got == grant_fate::dropped);
}

CAF_TEST(a ticket tells the fate it was given) {
  auto got = grant_fate::dropped;
  {
    ticket t{[&](grant_fate f) { got = f; }};
    t.set(grant_fate::committed);
  }
  CAF_CHECK(got == grant_fate::committed);
}
