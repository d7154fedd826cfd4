// Erasure: of every text, and of nothing else.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE erasures
#include "workflows/session/erasure.hpp"

#include <boost/json/serialize.hpp>

#include "caf/test/unit_test.hpp"
#include "story.hpp"
#include "workflows/json/session.hpp"
#include "workflows/session/evolve.hpp"

using namespace recapd::workflows;
using namespace recapd::workflows::test;

namespace {

const std::string word = "Wörter von Menschen";

/// One of each event with texts, each text `word`.
std::vector<event_body> written() {
  const recap all{word, word, word};
  time_corrected corrected;
  corrected.note = word;
  student_recap_submitted students;
  students.student = "bob";
  students.written = all;
  tutor_recap_submitted tutors;
  tutors.written = all;
  session_reopened reopened;
  reopened.hours = 1;
  reopened.note = word;
  session_voided voided;
  voided.note = word;
  return {corrected,
          tutors,
          students,
          session_cancelled{.reason = word},
          session_disputed{.reason = word},
          session_upheld{.note = word},
          support_requested{.message = word},
          reopened,
          update_denied{.note = word},
          voided};
}

}  // namespace

CAF_TEST(every text of an event is erased once) {
  for (auto e : written()) {
    CAF_CHECK(erase_texts(e));
    CAF_CHECK(to_text(e).find(word) == std::string::npos);
    CAF_CHECK(to_text(e).find(erased_text) != std::string::npos);
    CAF_CHECK(!erase_texts(e));
    const auto again = parse_event(type_of(e), to_json(e));
    CAF_REQUIRE(again.has_value());
    CAF_CHECK(*again == e);
  }
}

CAF_TEST(a recap that had no figures has those of its text) {
  const recap all{word, "", word};
  event_body e = tutor_recap_submitted{.written = all};
  CAF_CHECK(erase_texts(e));
  const auto &erased = std::get<tutor_recap_submitted>(e);
  CAF_CHECK(erased.figures == figures_of(all));
  CAF_CHECK_EQUAL(erased.written.how_tutee_did, "");
  CAF_CHECK_EQUAL(erased.written.next_steps, erased_text);
}

CAF_TEST(a claim and a transfer name no text) {
  event_body e =
      session_voided{.note = "",
                     .reversal = transfer{.kind = transfer_kind::reversal,
                                          .from = "tutor:ann",
                                          .to = "program:default",
                                          .amount = 5,
                                          .currency = "USD"}};
  const auto before = e;
  CAF_CHECK(!erase_texts(e));
  CAF_CHECK(e == before);
}

CAF_TEST(the text of each notification is erased) {
  session before;
  before.id = "s1";
  before.version = 1;
  before.tutor = "ann";
  before.paid = payout{.amount = 5, .settled_at = {}};
  before.participants = {{.student = "bob", .status = participation::going}};
  int told = 0;
  for (auto e : written()) {
    if (auto *c = std::get_if<time_corrected>(&e)) c->payment = transfer{};
    if (auto *v = std::get_if<session_voided>(&e)) v->reversal = transfer{};
    auto s = before;
    const event one{
        .seq = 2, .at = {}, .by = {role::support, "eve"}, .what = e};
    for (auto &n : happen(s, one).notifications) {
      const auto has_word = [&n] {
        return boost::json::serialize(n.data).find(word) != std::string::npos;
      };
      CAF_CHECK_EQUAL(has_word(), erase_texts(n.data));
      CAF_CHECK(!has_word());
      ++told;
    }
  }
  CAF_CHECK(told >= 8);
}

CAF_TEST(the state and what is shown of it lose the persons recaps alone) {
  session s;
  s.version = 1;
  s.tutor = "ann";
  s.tutor_recap = recap{word, word, ""};
  s.participants = {{.student = "ann", .written = recap{word}},
                    {.student = "bob", .written = recap{"others"}}};
  const auto shown = [](const session &of) {
    return to_view(of, rules{}, instant{});
  };
  for (const auto &[who, left] : {std::pair{person{role::tutor, "ann"}, 1},
                                  {person{role::student, "ann"}, 1},
                                  {person{role::student, "bob"}, 2},
                                  {person{role::support, "ann"}, 2}}) {
    auto view = shown(s);
    auto state = s;
    CAF_CHECK_EQUAL(erase_recaps(view, who), erase_recaps(state, who));
    CAF_CHECK(view == shown(state));
    CAF_CHECK(
        state
        == evolve(s,
                  {.seq = 1, .at = {}, .by = {}, .what = person_erased{who}}));
    CAF_CHECK_EQUAL(
        int(state.tutor_recap->topics_covered == word)
            + int(state.participants[0].written->topics_covered == word),
        left);
    CAF_CHECK_EQUAL(state.participants[1].written->topics_covered == "others",
                    who.id != "bob");
  }
}
