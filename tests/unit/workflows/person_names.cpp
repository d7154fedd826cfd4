// What may be a person's name.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE person_names
#include "workflows/person_name.hpp"

#include <string>

#include "caf/test/unit_test.hpp"

using recapd::workflows::name_fault;

namespace {

bool taken(const std::string &name) {
  return name_fault(name).empty();
}

std::string many(int times, const std::string &piece) {
  std::string all;
  while (times-- > 0)
    all += piece;
  return all;
}

}  // namespace

CAF_TEST(a name has 1 to 200 characters as people count them) {
  CAF_CHECK(taken("A"));
  CAF_CHECK(taken("Änn O'Hara-Łuk \"x\" 李"));
  CAF_CHECK(taken(many(200, "👩‍👩‍👧")));
  CAF_CHECK(!taken(many(201, "a")));
  CAF_CHECK(!taken(many(200, "👩‍👩‍👧") + "a"));
  CAF_CHECK(!taken("a" + many(200, " ")));
  CAF_CHECK(!taken("a" + many(40, "\u0301")));
}

CAF_TEST(a name that nobody sees is none) {
  for (const auto *name : {"", " ", "\u200b\u2060", "\u2800", "\u00a0"})
    CAF_CHECK(!taken(name));
}

CAF_TEST(control characters and line ends are in no name) {
  for (const auto *name : {"a\nb", "a\tb", "a\x1b[31mb",
                           "\x7f"
                           "a",
                           "a\u0085", "a\u2028", "a\u2029"})
    CAF_CHECK(!taken(name));
}
