// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE delivery_rules
#include "gateway/feed/delivery_rules.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::gateway;
using namespace recapd::gateway::feed;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

const retry_pauses usual{.first = 1s, .last = 5min};

workflows::instant start() {
  return *workflows::parse_rfc3339("1994-11-06T08:49:30Z");
}

/// How many tries a message has when it is given up that is answered so every
/// `between`; 0: it is not within 500.
int tries_of(int status, std::chrono::seconds between) {
  storage::held_session held;
  auto now = start();
  for (int i = 1; i <= 500; ++i, now += between)
    if (note_failure(held, classify(status), std::nullopt, now, usual))
      return i;
  return 0;
}

milliseconds wait_of(storage::held_session held, delivery_result what,
                     std::optional<milliseconds> wish = std::nullopt) {
  (void)note_failure(held, what, wish, start(), usual);
  return std::chrono::duration_cast<milliseconds>(held.next_try_at - start());
}

}  // namespace

CAF_TEST(an answer is final or not by its status alone) {
  for (int status : {200, 202, 204, 299})
    CAF_CHECK(classify(status) == delivery_result::taken);
  for (int status : {0, 101, 301, 302, 408, 429, 500, 502, 503, 599, 700})
    CAF_CHECK(classify(status) == delivery_result::again);
  for (int status : {400, 401, 403, 404, 409, 411, 413, 422, 499})
    CAF_CHECK(classify(status) == delivery_result::refused);
  CAF_CHECK(classify(410) == delivery_result::gone);
}

CAF_TEST(a pause doubles up to the last) {
  milliseconds expected = 1s;
  storage::held_session held;
  for (; held.tries < 40;
       expected = std::min<milliseconds>(expected * 2, 5min)) {
    CAF_CHECK(wait_of(held, delivery_result::again) == expected);
    ++held.tries;
  }
  held.tries = 1'000'000'000;
  CAF_CHECK(wait_of(held, delivery_result::again) == 5min);
}

CAF_TEST(what the receiver asks for lengthens a pause and never shortens it) {
  CAF_CHECK(wait_of({}, delivery_result::again, 30s) == 30s);
  CAF_CHECK(wait_of({}, delivery_result::refused, 30s) == 30s);
  CAF_CHECK(wait_of({}, delivery_result::again, 0s) == 1s);
  CAF_CHECK(wait_of({.session = {}, .tries = 40}, delivery_result::again, 30s)
            == 5min);
}

CAF_TEST(what the receiver asks for is seconds or a date and an hour at most) {
  const auto wish = [](std::string_view text) {
    return wish_of(text, start()).value_or(milliseconds{-1});
  };
  CAF_CHECK(wish("0") == 0s);
  CAF_CHECK(wish("120") == 2min);
  CAF_CHECK(wish("3600") == 1h);
  CAF_CHECK(wish("3601") == 1h);
  CAF_CHECK(wish("99999999999999999999999") == 1h);
  CAF_CHECK(wish("-5") == 0s);
  CAF_CHECK(wish("Sun, 06 Nov 1994 08:49:37 GMT") == 7s);
  CAF_CHECK(wish("Sun, 06 Nov 1994 08:49:07 GMT") == 0s);
  CAF_CHECK(wish("Mon, 07 Nov 1994 08:49:37 GMT") == 1h);
  for (const auto *text : {"", "soon", "1.5", "5 s"})
    CAF_CHECK(wish(text) == -1ms);
}

CAF_TEST(a refusal is given up after both twenty of them and an hour) {
  CAF_CHECK_EQUAL(tries_of(422, 5min), 20);
  CAF_CHECK_EQUAL(tries_of(400, 1h), 20);
  CAF_CHECK_EQUAL(tries_of(400, 1min), 61);
  CAF_CHECK_EQUAL(tries_of(404, 190s), 20);
  CAF_CHECK_EQUAL(tries_of(404, 189s), 21);
}

CAF_TEST(what is gone is given up at once and no answer never) {
  CAF_CHECK_EQUAL(tries_of(410, 1s), 1);
  for (int status : {0, 302, 408, 429, 500, 503})
    CAF_CHECK_EQUAL(tries_of(status, 1h), 0);
}

CAF_TEST(only refusals count as such) {
  storage::held_session held;
  auto now = start();
  for (int i = 0; i < 100; ++i, now += 1h)
    CAF_CHECK(!note_failure(held, delivery_result::again, {}, now, usual));
  for (int i = 0; i < 19; ++i, now += 1h)
    CAF_CHECK(!note_failure(held, delivery_result::refused, {}, now, usual));
  CAF_CHECK(!note_failure(held, delivery_result::again, {}, now, usual));
  CAF_CHECK(note_failure(held, delivery_result::refused, {}, now, usual));
  CAF_CHECK(*held.refused_since == start() + 100h);
}

CAF_TEST(a try is due at its time and when a clock was set back) {
  storage::held_session held;
  held.next_try_at = start();
  CAF_CHECK(is_due(held, start()));
  CAF_CHECK(is_due(held, start() + 1s));
  CAF_CHECK(!is_due(held, start() - 1us));
  CAF_CHECK(!is_due(held, start() - 1h));
  CAF_CHECK(is_due(held, start() - 1h - 1us));
}
