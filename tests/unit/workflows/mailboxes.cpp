// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE mailboxes
#include "workflows/mailbox.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::workflows;

CAF_TEST(an address is one local part of words at one domain) {
  for (const auto *good :
       {"ann@example.edu", "a.b+c@x", "tutor-7_x@mail.example.edu",
        "o'hara@xn--nxasmq6b.example", "-x@example.edu"})
    CAF_CHECK(valid_mailbox(good));
  for (const auto *bad : {"",
                          "@",
                          "ann",
                          "ann@",
                          "@example.edu",
                          "a b@x",
                          "a@b@c",
                          ".a@x",
                          "a.@x",
                          "a..b@x",
                          "a@x.",
                          "a@.x",
                          "a@-x",
                          "a@x-",
                          "a@x y",
                          "<a@x>",
                          "a@x,b@x",
                          "a@x\r\nBcc: b@x",
                          "\"a b\"@x",
                          "a@[127.0.0.1]",
                          "änn@example.edu",
                          "a@exämple.edu"})
    CAF_CHECK(!valid_mailbox(bad));
}

CAF_TEST(a local part has 64 characters and an address 254) {
  const std::string local(64, 'a'), label(63, 'x');
  CAF_CHECK(valid_mailbox(local + "@x"));
  CAF_CHECK(!valid_mailbox(local + "a@x"));
  CAF_CHECK(!valid_mailbox("a@" + label + "x"));
  std::string address = "a@" + label + "." + label + "." + label + ".";
  address.append(254 - address.size(), 'y');
  CAF_CHECK(valid_mailbox(address));
  CAF_CHECK(!valid_mailbox(address + "y"));
}

CAF_TEST(a mailbox may have a name) {
  const auto named = parse_mailbox("Récaps, daily <r@example.edu>");
  CAF_REQUIRE(named.has_value());
  CAF_CHECK_EQUAL(named->name, "Récaps, daily");
  CAF_CHECK_EQUAL(named->address, "r@example.edu");
  CAF_CHECK_EQUAL(to_string(*named), "Récaps, daily <r@example.edu>");
  CAF_CHECK(parse_mailbox("r@x") == mailbox{.address = "r@x"});
  for (const auto *bad :
       {"<r@x>", "a\nb <r@x>", "a <r@x", "a <r>", "\xff <r@x>"})
    CAF_CHECK(!parse_mailbox(bad));
}
