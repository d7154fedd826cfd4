// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE recap_lengths
#include "caf/test/unit_test.hpp"

#include "story.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

int characters(std::string_view text) {
  return measured(text).characters;
}

std::string repeated(int times, std::string_view piece) {
  std::string all;
  for (int i = 0; i < times; ++i)
    all += piece;
  return all;
}

}  // namespace

CAF_TEST(text in ASCII counts each character) {
  CAF_CHECK_EQUAL(characters(""), 0);
  CAF_CHECK_EQUAL(characters("abc"), 3);
  CAF_CHECK_EQUAL(characters("we did fractions."), 17);
  CAF_CHECK_EQUAL(characters(std::string_view{"a\x01\x7f", 3}), 1);
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
  CAF_CHECK_EQUAL(characters("a\u200bb"), 2);
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

CAF_TEST(what nobody sees is not counted) {
  const std::pair<std::string_view, std::string_view> hidden[] = {
      {"\u200b", "a zero width space is a format character"},
      {"\u200c", "a zero width non-joiner by itself"},
      {"\u200d", "a joiner that joins nothing"},
      {"\u2060", "a word joiner"},
      {"\ufeff", "a byte order mark"},
      {"\u00ad", "a soft hyphen"},
      {"\u3164", "a Hangul filler is a letter, but default-ignorable"},
      {"\uffa0", "its half width form"},
      {"\u115f\u1160", "two jamo fillers are one cluster"},
      {"\u2800", "a blank Braille pattern is a symbol without ink"},
      {"\u034f", "a grapheme joiner"},
      {"\ufe0f", "a variation selector by itself"},
      {"\U000e0100", "one of the supplement"},
      {"\U000e0067\U000e0062\U000e007f", "tags that follow no flag"},
      {"\u061c", "an Arabic letter mark"},
      {"\u180e", "a Mongolian vowel separator is no white space"},
      {"\u17b4", "a Khmer inherent vowel"},
      {"\u202e", "a change of direction"},
      {"\u2066", "an isolate"},
      {"\ufff9", "an interlinear annotation is a format character"},
      {"\u0600", "a sign of format, though a font may draw it"},
      {"\x01", "a control character"},
      {"\u0080", "one outside ASCII"},
      {" \u200d", "a joiner on a blank leaves the blank alone"},
      {"\u3164\ufe0f", "a filler with a selector on it"},
  };
  for (const auto &[text, why] : hidden) {
    if (characters(repeated(150, text)) != 0) CAF_ERROR(why);
    const auto within = "a" + std::string{text} + "b";
    const int blank = text.front() == ' ' ? 1 : 0;
    // What clings to a letter is part of it.
    if (characters(within) != 2 + blank) CAF_ERROR(why);
  }
}

CAF_TEST(what is seen is counted though something in it is not ) {
  const std::tuple<std::string_view, int, std::string_view> seen[] = {
      {"\u2764\ufe0f", 1, "a heart with its selector"},
      {"\U0001F3F4\U000e0067\U000e0062\U000e007f", 1, "a flag by tags"},
      {"\u0633\u200c\u0644", 2, "a non-joiner clings to a letter"},
      {"\u1100\u1160", 1, "a jamo with a filler for its vowel"},
      {"\u2800\u0301", 1, "a mark on a blank pattern"},
      {"\ufffc", 1, "an object's place is a symbol"},
      {"\ue000", 1, "a character for private use"},
      {"\u0378", 1, "a character not assigned yet"},
      {" \u0301x", 2, "a mark on a blank, which is trimmed"},
      {"a \u0301x", 3, "a mark on a blank within"},
      {"a  \u0301x", 3, "a run of which the last bears a mark"},
      {"a\n\u0301x", 3, "a line's end becomes a blank, which takes the mark"},
      {"\u0d4e\nb", 2, "a sign that clings to what follows takes the blank"},
      {"e\u200b\u0301", 1, "a mark goes to what is left before it"},
      {"\U0001F1E9\u200b\U0001F1EA", 1, "as does half a flag"},
      {"a \u200b b", 3, "white space is one run without what was in it"},
      {"\u200b a", 1, "trimmed after what is dropped"},
      {"a\u2028\u2029\u1680b", 3, "separators are white space"},
  };
  for (const auto &[text, count, why] : seen)
    if (characters(text) != count)
      CAF_ERROR(why << ": " << characters(text));
    else
      CAF_CHECK(true);
}

CAF_TEST(the widest character is known whether it is seen or not ) {
  CAF_CHECK_EQUAL(measured("").widest, 0);
  CAF_CHECK_EQUAL(measured("ab").widest, 1);
  CAF_CHECK_EQUAL(measured("a" + repeated(31, "\u0301") + "b").widest, 32);
  CAF_CHECK_EQUAL(measured("a" + repeated(32, "\u0301") + "b").widest, 33);
  CAF_CHECK_EQUAL(measured(" " + repeated(32, "\u0301")).widest, 33);
  CAF_CHECK_EQUAL(measured("\u3164" + repeated(40, "\ufe0f")).widest, 41);
}

CAF_TEST(a recap is too long by its bytes or by one character) {
  auto of = [](std::string text) {
    return submit_recap{.written = {.topics_covered = std::move(text)}};
  };
  auto answer = [&](std::string text, int least = 150) {
    story st;
    st.r.min_recap_characters = least;
    st.ready().logged();
    return st.then(of(std::move(text)), ann, start + 1h);
  };
  const std::string_view emoji = "\U0001F600";
  CAF_CHECK_EQUAL(answer(repeated(10'000, emoji)), "tutor_recap.submitted");
  CAF_CHECK_EQUAL(answer(repeated(10'001, emoji)), "refused recap-too-long");
  CAF_CHECK_EQUAL(answer(repeated(6'600, "\u2764\ufe0f")),
                  "tutor_recap.submitted");
  CAF_CHECK_EQUAL(answer(repeated(6'667, "\u2764\ufe0f")),
                  "refused recap-too-long");
  CAF_CHECK_EQUAL(answer(repeated(13'333, "\u200b") + " "),
                  "refused recap-too-short");
  CAF_CHECK_EQUAL(answer(repeated(13'333, "\u200b") + "  "),
                  "refused recap-too-short recap-too-long");
  const auto heap = "a" + repeated(32, "\u0301");
  CAF_CHECK_EQUAL(answer(heap), "refused recap-too-short recap-too-long");
  CAF_CHECK_EQUAL(answer(heap + repeated(149, "x")), "refused recap-too-long");
  CAF_CHECK_EQUAL(answer("a" + repeated(31, "\u0301") + repeated(149, "x")),
                  "tutor_recap.submitted");
}

CAF_TEST(a recap of fewer than eight different words is repetitive) {
  auto of = [](std::string a, std::string b = {}, std::string c = {}) {
    return repetitive(figures_of(recap{.topics_covered = std::move(a),
                                       .how_tutee_did = std::move(b),
                                       .next_steps = std::move(c)}));
  };
  CAF_CHECK(of(""));
  CAF_CHECK(of("one two three four five six seven"));
  CAF_CHECK(!of("one two three four five six seven eight"));
  CAF_CHECK(of("one two three four", "five six", "seven ... !!"));
  CAF_CHECK(!of("one two three four", "five six", "seven 8"));
  CAF_CHECK(of("one two three four five six seven One TWO seven"));
  CAF_CHECK(of("stra\u00dfe STRASSE a b c d e f"));
  CAF_CHECK(of("don't Don't can't I.B.M. a b c d"));
  CAF_CHECK(of(repeated(150, "word ")));
  CAF_CHECK(!of("\u043c\u044b \u0431\u044b\u043b\u0438 \u0442\u0443\u0442 "
                "a b c d e"));
}

CAF_TEST(the three parts count together and each is trimmed by itself) {
  const recap r{.topics_covered = " a b ",
                .how_tutee_did = "\u3000",
                .next_steps = " e\u0301\n"};
  CAF_CHECK_EQUAL(measured(r).characters, 4);
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
