// Texts that are hard to hold.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE texts
#include "storage/storable.hpp"

#include <rapidcheck.h>

#include "caf/test/unit_test.hpp"
#include "worlds.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;

STORE_TEST(quotes and braces and every script come back as they went in) {
  const std::string hard =
      "a\"b\\c{d},e'f\r NULL \x01 \xc3\xa9 \xf0\x9f\x98\x80 $1 %s";
  auto c = accepts("c1", moves("s1", 1));
  c.events[0].data = hard;
  c.events[0].notifications = "NULL";
  c.outcome->outcome = hard + "\n\t";
  CAF_CHECK_EQUAL(append(*w.s, {c}), "ok");
  const auto event = w.s->history("s1").at(0);
  CAF_CHECK_EQUAL(event.data, hard);
  CAF_CHECK_EQUAL(event.notifications, "NULL");
  const auto told = w.s->find_outcomes(std::vector{c.outcome->key()}).at(0);
  CAF_CHECK_EQUAL(told->outcome, hard + "\n\t");
}

STORE_TEST(times are kept to the microsecond) {
  const auto odd = at(0) + std::chrono::microseconds{123457};
  auto c = moves("s1", 1);
  c.events[0].at = odd;
  c.row->starts_at = instant{};
  const auto last = instant{std::chrono::seconds{253402300799}}
                    + std::chrono::microseconds{999999};
  c.after->next_timer = last;
  CAF_CHECK_EQUAL(append(*w.s, {c}), "ok");
  CAF_CHECK(w.s->history("s1").at(0).at == odd);
  const std::vector buckets{recapd::workflows::bucket_of("s1")};
  CAF_CHECK(w.s->load_timers(buckets, last, 9).at(0).at == last);
}

CAF_TEST(what cannot be stored is told and replaced) {
  CAF_CHECK(is_storable(""));
  CAF_CHECK(is_storable("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"));
  for (const auto &bad :
       {std::string("a\0b", 3), std::string("\xff"), std::string("\xc3"),
        std::string("\xc0\x80"), std::string("\xe0\x80\x80"),
        std::string("\xed\xa0\x80"), std::string("\xf4\x90\x80\x80")}) {
    CAF_CHECK(!is_storable(bad));
    CAF_CHECK(is_storable(storable(bad)));
  }
  CAF_CHECK_EQUAL(storable(std::string("a\0b", 3)), "a\xef\xbf\xbd"
                                                    "b");
}

CAF_TEST(any bytes become storable and storable texts stay as they are) {
  CAF_CHECK(rc::check("storable", [](const std::string &bytes) {
    const auto once = storable(bytes);
    RC_ASSERT(is_storable(once));
    RC_ASSERT(storable(once) == once);
    RC_ASSERT((once == bytes) == is_storable(bytes));
  }));
}

STORE_TEST(any letter can be written) {
  dead_letter letter;
  letter.event = std::string("{\"a\":\"\0\"}", 9);
  letter.reason = "x";
  w.s->write_dead_letter(letter, std::nullopt);
  CAF_CHECK_EQUAL(w.s->list_dead_letters(0, 10).size(), 1u);
}
