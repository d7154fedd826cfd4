// People: their names, and who is in sessions with whom.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE people
#include "worlds.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;
using recapd::workflows::person;
using recapd::workflows::role;

STORE_TEST(a name is what was written last until it is deleted) {
  const person ann{role::tutor, "ann"};
  CAF_CHECK(!w.s->load_person(ann));
  w.s->save_person({ann, "Ann"});
  w.s->save_person({ann, "Änn \"O'Hara\" 🙂"});
  w.s->save_person({{role::student, "ann"}, "Another"});
  CAF_CHECK_EQUAL(w.open()->load_person(ann).value_or(person_row{}).name,
                  "Änn \"O'Hara\" 🙂");
  w.s->delete_person(ann);
  w.s->delete_person(ann);
  CAF_CHECK(!w.s->load_person(ann));
  CAF_CHECK(w.s->load_person({role::student, "ann"}).has_value());
}

STORE_TEST(settings of mail stay until they are changed) {
  const person ann{role::tutor, "ann"};
  w.s->save_person({.who = ann,
                    .address = "ann@example.edu",
                    .timezone = "Asia/Kolkata",
                    .language = "en",
                    .mute = std::vector<std::string>{"a_kind", "another"}});
  w.s->save_person({.who = ann, .name = "Ann"});
  person_row all{.who = ann,
                 .name = "Ann",
                 .address = "ann@example.edu",
                 .timezone = "Asia/Kolkata",
                 .language = "en",
                 .mute = {"a_kind", "another"}};
  CAF_CHECK(w.open()->load_person(ann) == all);
  w.s->save_person({.who = ann,
                    .timezone = "",
                    .mute = std::vector<std::string>{"another"}});
  all.timezone = "";
  all.mute = {"another"};
  CAF_CHECK(w.s->load_person(ann) == all);
  w.s->save_person(
      {.who = ann, .address = "", .mute = std::vector<std::string>{}});
  all.address = "";
  all.mute = {};
  CAF_CHECK(w.s->load_person(ann) == all);
  CAF_CHECK(w.s->list_unreachable("", 10).empty());
  w.s->delete_person(ann);
  CAF_CHECK(!w.s->load_person(ann));
}

STORE_TEST(with a person the notes of their policies go) {
  (void)w.s->save_policy({.body = "1", .by = "admin:ada", .note = "mine"});
  (void)w.s->save_policy({.body = "2", .by = "admin:bea", .note = "hers"});
  (void)w.s->save_policy({.body = "3", .by = "admin:ada", .note = ""});
  w.s->delete_person({role::admin, "ada"});
  const auto all = w.s->load_policies();
  CAF_REQUIRE_EQUAL(all.size(), 3u);
  CAF_CHECK_EQUAL(all[0].note, "[erased]");
  CAF_CHECK_EQUAL(all[1].note, "hers");
  CAF_CHECK_EQUAL(all[2].note, "");
}

STORE_TEST(people meet in sessions of a programme) {
  auto first = moves("s1", 1);
  first.row->tutor = "ann";
  first.row->program = "day";
  first.new_students = {"bob", "cal"};
  auto second = moves("s2", 1);
  second.row->tutor = "zoe";
  second.row->program = "night";
  second.new_students = {"bob"};
  CAF_REQUIRE_EQUAL(append(*w.s, {first, second}), "ok ok");
  const person ann{role::tutor, "ann"}, zoe{role::tutor, "zoe"},
      bob{role::student, "bob"}, cal{role::student, "cal"},
      eve{role::support, "eve"}, not_bob{role::tutor, "bob"};
  const auto meet = [&w](const person &one, const std::optional<person> &other,
                         const recapd::workflows::program_set &among = {}) {
    return w.s->takes_part(one, other, among);
  };
  for (const auto &[one, other] :
       {std::pair{ann, bob}, {bob, ann}, {cal, bob}, {zoe, bob}, {ann, ann}})
    CAF_CHECK(meet(one, other));
  for (const auto &[one, other] : {std::pair{ann, zoe},
                                   {zoe, cal},
                                   {eve, bob},
                                   {bob, eve},
                                   {ann, not_bob}})
    CAF_CHECK(!meet(one, other));
  CAF_CHECK(meet(bob, std::nullopt));
  CAF_CHECK(!meet(eve, std::nullopt));
  const recapd::workflows::program_set night{std::vector<std::string>{"night"}};
  CAF_CHECK(meet(bob, std::nullopt, night));
  CAF_CHECK(meet(bob, zoe, night));
  CAF_CHECK(!meet(bob, ann, night));
  CAF_CHECK(!meet(cal, std::nullopt, night));
}
