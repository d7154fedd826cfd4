// Sinks: where each stands, what it holds, and that late savers change nothing.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE sinks
#include "worlds.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;

namespace {

const held_session waits{.session = "a",
                         .position = 7,
                         .message = 2,
                         .tries = 30,
                         .refusals = 19,
                         .refused_since = at(3),
                         .next_try_at = at(5)};
const held_session unanswered{
    .session = "b", .position = 9007199254740993, .next_try_at = at(1)};

/// `POSITION vVERSION: SESSION …`
std::string text(const sink_state &state) {
  auto out = std::to_string(state.position) + " v"
             + std::to_string(state.version) + ":";
  for (const auto &held : state.held)
    out += " " + held.session;
  return out;
}

}  // namespace

STORE_TEST(a sink finds its place where it left it) {
  CAF_CHECK_EQUAL(text(w.s->load_sink("webhook")), "0 v0:");
  CAF_CHECK(w.s->save_sink("webhook", {.version = 0, .position = 7}));
  CAF_CHECK(w.s->save_sink("nats", {.version = 0, .position = 3}));
  CAF_CHECK(
      w.s->save_sink("webhook", {.version = 1, .position = 9007199254740993}));
  const auto other = w.open();
  CAF_CHECK_EQUAL(text(other->load_sink("webhook")), "9007199254740993 v2:");
  CAF_CHECK_EQUAL(text(other->load_sink("nats")), "3 v1:");
}

STORE_TEST(what is held comes back as it was written) {
  CAF_CHECK(w.s->save_sink(
      "webhook", {.version = 0, .position = 9, .held = {unanswered, waits}}));
  const auto found = w.open()->load_sink("webhook");
  CAF_CHECK_EQUAL(text(found), "9 v1: a b");
  CAF_CHECK(found.held.at(0) == waits);
  CAF_CHECK(found.held.at(1) == unanswered);
  CAF_CHECK(w.s->load_sink("nats").held.empty());
}

STORE_TEST(what is held is replaced and released with the cursor) {
  CAF_CHECK(w.s->save_sink(
      "webhook", {.version = 0, .position = 9, .held = {waits, unanswered}}));
  CAF_CHECK(
      w.s->save_sink("nats", {.version = 0, .position = 1, .held = {waits}}));
  auto later = waits;
  later.position = 8;
  later.message = 0;
  later.refused_since.reset();
  CAF_CHECK(w.s->save_sink(
      "webhook",
      {.version = 1, .position = 12, .held = {later}, .released = {"b", "c"}}));
  const auto found = w.s->load_sink("webhook");
  CAF_CHECK_EQUAL(text(found), "12 v2: a");
  CAF_CHECK(found.held.at(0) == later);
  CAF_CHECK_EQUAL(text(w.s->load_sink("nats")), "1 v1: a");
}

STORE_TEST(who saves what another has changed meanwhile writes nothing) {
  CAF_CHECK(w.s->save_sink("webhook",
                           {.version = 0, .position = 9, .held = {waits}}));
  const auto late = w.open();
  for (const std::int64_t version : {0, 2, 7})
    CAF_CHECK(!late->save_sink("webhook", {.version = version,
                                           .position = 50,
                                           .held = {unanswered},
                                           .released = {"a"}}));
  CAF_CHECK(!late->save_sink("nats", {.version = 4, .position = 50}));
  CAF_CHECK_EQUAL(text(late->load_sink("webhook")), "9 v1: a");
  CAF_CHECK_EQUAL(text(late->load_sink("nats")), "0 v0:");
}
