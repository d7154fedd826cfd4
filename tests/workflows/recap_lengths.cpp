// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE recap_lengths
#include "caf/test/unit_test.hpp"

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

CAF_TEST(text in ASCII counts each character) {
  CAF_CHECK_EQUAL(characters(""), 0);
  CAF_CHECK_EQUAL(characters("abc"), 3);
  CAF_CHECK_EQUAL(characters("we did fractions."), 17);
  CAF_CHECK_EQUAL(characters(std::string_view{"a\x01\x7f", 3}), 3);
}

CAF_TEST(white space is trimmed and inner runs count as one) {
  CAF_CHECK_EQUAL(characters("   "), 0);
  CAF_CHECK_EQUAL(characters(" \t\n\v\f\r"), 0);
  CAF_CHECK_EQUAL(characters("  a  "), 1);
  CAF_CHECK_EQUAL(characters("a  \n\t b"), 3);
  CAF_CHECK_EQUAL(characters("a\r\nb"), 3);
  CAF_CHECK_EQUAL(characters("a\r\n\r\nb\r\n"), 3);
}

CAF_TEST(white space outside ASCII folds as well) {
  CAF_CHECK_EQUAL(characters("\u00a0a\u00a0\u00a0b\u3000"), 3);
  CAF_CHECK_EQUAL(characters("a \u3000\u2003\u2028\u0085\u202f b"), 3);
  CAF_CHECK_EQUAL(characters("\u3000\u00a0"), 0);
  CAF_CHECK_EQUAL(characters("\u00e9\r\n\u00e9"), 3);
  // A zero width space is no white space, nor part of a letter's cluster.
  CAF_CHECK_EQUAL(characters("a\u200bb"), 3);
}

CAF_TEST(a cluster is one character however many code points it has) {
  CAF_CHECK_EQUAL(characters("\u00e9"), 1);
  CAF_CHECK_EQUAL(characters("e\u0301"), 1);
  CAF_CHECK_EQUAL(characters("e\u0301\u0323\u0302"), 1);
  // A family of four, joined.
  CAF_CHECK_EQUAL(
      characters("\U0001F468\u200d\U0001F469\u200d\U0001F467\u200d\U0001F466"),
      1);
  CAF_CHECK_EQUAL(characters("\U0001F44D\U0001F3FD"), 1);
  // Two flags: Germany, France.
  CAF_CHECK_EQUAL(characters("\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7"), 2);
  // Devanagari: na, ma with a vowel, ta with a vowel sign.
  CAF_CHECK_EQUAL(characters("\u0928\u0941"), 1);
  CAF_CHECK_EQUAL(characters("\u0928\u093f\u0928\u093f"), 2);
  // Hangul, composed of three letters each.
  CAF_CHECK_EQUAL(characters("\u1112\u1161\u11ab\u1100\u1173\u11af"), 2);
  CAF_CHECK_EQUAL(characters("\u0e01\u0e33"), 1);
}

CAF_TEST(the three parts count together and each is trimmed by itself) {
  const recap r{.topics_covered = " a b ",
                .how_tutee_did = "\u3000",
                .next_steps = " e\u0301\n"};
  CAF_CHECK_EQUAL(characters(r), 4);
}

CAF_TEST(149 characters are too few and 150 enough) {
  auto with = [](int count, std::string_view character) {
    recap r;
    for (int i = 0; i < count; ++i)
      (i % 2 == 0 ? r.topics_covered : r.next_steps) += character;
    return submit_recap{.written = r};
  };
  for (std::string_view c :
       {"x", "e\u0301", "\U0001F468\u200d\U0001F469\u200d\U0001F467"}) {
    story st;
    st.ready().logged();
    CAF_CHECK_EQUAL(st.then(with(149, c), ann, start + 1h),
                    "refused recap-too-short");
    CAF_CHECK_EQUAL(st.then(with(10'001, c), ann, start + 1h),
                    "refused recap-too-long");
    CAF_CHECK_EQUAL(st.then(with(150, c), ann, start + 1h),
                    "tutor_recap.submitted");
  }
}
