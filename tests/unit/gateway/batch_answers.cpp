// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE batch_answers
#include "gateway/http/batch_answer.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <numeric>
#include <random>

#include "actors/outcome_json.hpp"
#include "workflows/refusal.hpp"

#include "caf/test/dsl.hpp"

using namespace recapd;
using gateway::http::batch_answer;
namespace json = boost::json;

namespace {

actors::outcome accepted(std::size_t number, std::size_t session_bytes) {
  return actors::make_outcome("a", std::to_string(number),
                              "\"" + std::string(session_bytes - 2, 'x') + "\"",
                              {});
}

actors::outcome refused(std::size_t number) {
  return actors::make_outcome(
      "a", std::to_string(number), "null",
      {{.code = workflows::refusal_code::wrong_state, .detail = "d"}});
}

/// Which of the outcomes, in order, have their session; an omitted one says so.
std::string sessions_in(const std::string &text) {
  std::string out;
  std::size_t number = 0;
  const auto all = json::parse(text);
  for (const auto &o : all.as_array()) {
    const auto &object = o.as_object();
    CAF_CHECK_EQUAL(object.at("id").as_string(), std::to_string(number++));
    const bool there = !object.at("session").is_null();
    const auto *omitted = object.if_contains("session_omitted");
    CAF_CHECK(omitted == nullptr || (omitted->as_bool() && !there));
    out += there ? 's' : omitted != nullptr ? '-' : '.';
  }
  return out;
}

}  // namespace

CAF_TEST(what fits is answered whole) {
  batch_answer answer{3, 10'000};
  answer.put(2, accepted(2, 1000));
  answer.put(0, accepted(0, 1000));
  answer.put(1, refused(1));
  CAF_CHECK_EQUAL(sessions_in(answer.text()), "s.s");
}

CAF_TEST(the bound is exact and sessions beyond it are omitted in any order) {
  std::vector<std::size_t> order(8);
  std::iota(order.begin(), order.end(), 0U);
  std::mt19937 random{7};
  for (int round = 0; round < 50; ++round) {
    std::shuffle(order.begin(), order.end(), random);
    batch_answer answer{order.size(), 5'000};
    for (const auto i : order)
      answer.put(i, i == 3 ? refused(i) : accepted(i, i == 1 ? 2000 : 1000));
    const auto text = answer.text();
    CAF_CHECK_LESS_OR_EQUAL(text.size(), 5'000U);
    const auto shown = sessions_in(text);
    CAF_CHECK_EQUAL(shown.substr(0, 4), "sss.");
    CAF_CHECK_EQUAL(shown.substr(4).find('s'), std::string::npos);
  }
}

CAF_TEST(a bound that is just reached omits nothing) {
  const auto size = 1 + 2 * (accepted(0, 500).json.size() + 1);
  for (const auto less : {0U, 1U}) {
    batch_answer answer{2, size - less};
    answer.put(1, accepted(1, 500));
    answer.put(0, accepted(0, 500));
    CAF_CHECK_EQUAL(sessions_in(answer.text()), less == 0 ? "ss" : "s-");
    CAF_CHECK_LESS_OR_EQUAL(answer.text().size(), size - less);
  }
}

CAF_TEST(a refusal that is shown its session later is under the same bound) {
  batch_answer answer{3, 2'000};
  answer.put(0, refused(0));
  answer.put(1, accepted(1, 800));
  answer.put(2, accepted(2, 500));
  CAF_CHECK_EQUAL(sessions_in(answer.text()), ".ss");
  answer.put(0, actors::with_session(answer.at(0),
                                     "\"" + std::string(600, 'x') + "\""));
  CAF_CHECK_EQUAL(sessions_in(answer.text()), "ss-");
  CAF_CHECK(answer.beyond(2) && !answer.beyond(1));
}
