// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE json_texts
#include "gateway/wire/strict_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <rapidcheck.h>

#include "caf/test/dsl.hpp"

using namespace recapd::gateway;
namespace json = boost::json;
using kind = json_fault::kind;

namespace {

bool taken(std::string_view text) {
  return parse_strict(text).has_value();
}

bool refused_as(kind k, std::string_view text) {
  const auto r = parse_strict(text);
  return !r.has_value() && r.error().what == k && !r.error().detail.empty();
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

CAF_TEST(plain JSON is taken) {
  CAF_CHECK(taken(R"( {"a":[1,2.5,-3,true,null,"ü"],"b":{"a":{}}} )"));
  CAF_CHECK(taken(R"({"a":{"x":1},"b":{"x":1}})"));
  CAF_CHECK(taken(R"("\ud83d\ude00")"));
}

CAF_TEST(what is no JSON is said to be none) {
  for (const auto *text : {"", " ", "{", "{}x", "{} {}", "[1,]", "{'a':1}",
                           "nul", "// c\n{}", R"({"a":01})", "\"tab\there\""})
    CAF_CHECK(refused_as(kind::not_json, text));
}

CAF_TEST(a member that appears twice is refused at any depth) {
  CAF_CHECK(refused_as(kind::not_taken, R"({"a":1,"a":1})"));
  CAF_CHECK(refused_as(kind::not_taken, R"({"x":[{"a":1,"b":2,"a":3}]})"));
  CAF_CHECK(refused_as(kind::not_taken, R"({"a":{"b":{}},"a":1})"));
  CAF_CHECK(refused_as(kind::not_taken, R"({"a":1,"\u0061":2})"));
}

CAF_TEST(thirty two levels are taken and no more) {
  CAF_CHECK(taken(nested(32)));
  CAF_CHECK(refused_as(kind::not_taken, nested(33)));
  CAF_CHECK(refused_as(kind::not_taken, nested(100000)));
}

CAF_TEST(text that a database cannot hold is refused) {
  CAF_CHECK(refused_as(kind::not_taken, R"({"a":"x\u0000"})"));
  CAF_CHECK(refused_as(kind::not_taken, R"({"\u0000":1})"));
  CAF_CHECK(refused_as(kind::not_taken, R"(["\ud800"])"));
  CAF_CHECK(refused_as(kind::not_taken, R"(["\ud800\u0041"])"));
  CAF_CHECK(refused_as(kind::not_taken, R"(["\udc00"])"));
  CAF_CHECK(refused_as(kind::not_taken, "\"\xff\""));
  CAF_CHECK(refused_as(kind::not_taken, "\"\xc0\x80\""));
  CAF_CHECK(refused_as(kind::not_taken, "\"\xed\xa0\x80\""));
}

CAF_TEST(a number beyond a double is refused) {
  CAF_CHECK(refused_as(kind::not_taken, "1e400"));
  CAF_CHECK(refused_as(kind::not_taken, "[-1e400]"));
}

CAF_TEST(an array falls into its elements) {
  const auto r = split_array(R"( [ {"a":"],[\"{"} , [1,[2]],3 , "x" ] )", 10);
  CAF_REQUIRE(r.has_value());
  CAF_REQUIRE_EQUAL((*r).size(), 4u);
  CAF_CHECK_EQUAL((*r)[0], R"({"a":"],[\"{"})");
  CAF_CHECK_EQUAL((*r)[1], "[1,[2]]");
  CAF_CHECK_EQUAL((*r)[2], "3");
  CAF_CHECK_EQUAL((*split_array("[]", 10)).size(), 0u);
}

CAF_TEST(what is no array is refused whole) {
  for (const auto *text : {"", "{}", "[", "[1", "[1,", "[1,]", "[,1]", "[1]]",
                           "[1] x", "[\"]", "[{]", "[}", "[\"\\\"]"})
    CAF_CHECK(!split_array(text, 10).has_value() || !taken(text));
  for (const auto *text : {"", "{}", "[", "[1", "[1,", "[1,]", "[,1]", "[1] x"})
    CAF_CHECK(!split_array(text, 10).has_value());
}

CAF_TEST(no more elements are looked for than one past the limit) {
  CAF_CHECK_EQUAL((*split_array("[1,2,3,4,5]", 2)).size(), 3u);
}

CAF_TEST(every serialised array of texts comes back element by element) {
  CAF_CHECK(rc::check("split and parse", [](const std::vector<std::string> &v) {
    json::array array;
    for (const auto &s : v) {
      json::string clean;
      for (const char c : s)
        if (c > 0) clean.push_back(c);
      array.emplace_back(json::object{{"text", clean}});
    }
    const auto text = json::serialize(array);
    const auto slices = split_array(text, 1000);
    RC_ASSERT(slices.has_value());
    RC_ASSERT((*slices).size() == array.size());
    for (std::size_t i = 0; i < array.size(); ++i) {
      const auto back = parse_strict((*slices)[i]);
      RC_ASSERT(back.has_value());
      RC_ASSERT(*back == array[i]);
    }
  }));
}

CAF_TEST(no text at all makes the reader fall over) {
  CAF_CHECK(rc::check("any bytes", [](const std::string &s) {
    (void)parse_strict(s);
    (void)split_array(s, 10);
    (void)split_array("[" + s + "]", 10);
  }));
}
