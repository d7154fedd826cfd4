// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE golden_events

#include "golden.hpp"

#include <boost/json/serialize.hpp>
#include <set>

#include "caf/test/unit_test.hpp"
#include "workflows/json/session.hpp"

using namespace recapd;
using namespace recapd::tests;
namespace wf = workflows;
namespace json = boost::json;

namespace {

std::string file_of(int version) {
  return "events_v" + std::to_string(version) + ".jsonl";
}

/// The types of all events there are, one a variant's alternative.
template <std::size_t... I>
std::set<std::string> all_types(std::index_sequence<I...>) {
  return {std::string{wf::type_of(
      wf::event_body{std::variant_alternative_t<I, wf::event_body>{}})}...};
}

std::set<std::string> all_types() {
  return all_types(
      std::make_index_sequence<std::variant_size_v<wf::event_body>>{});
}

/// A new version brings a file and a list of its own.
std::vector<wf::event_body> expected(int version) {
  switch (version) {
  case 1:
    return expected_v1();
  default:
    return {};
  }
}

}  // namespace

CAF_TEST(every version of every event says what it said when it was written) {
  for (int version = 1; version <= wf::event_schema; ++version) {
    const auto lines = read_lines(file_of(version));
    const auto meant = expected(version);
    CAF_REQUIRE(!lines.empty());
    CAF_REQUIRE_EQUAL(lines.size(), meant.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      CAF_MESSAGE(file_of(version) << ", line " << i + 1);
      CAF_CHECK_EQUAL(lines[i].at("data").at("v").as_int64(), version);
      CAF_CHECK(body_of(lines[i]) == meant[i]);
    }
  }
}

CAF_TEST(every type of event has a line in the newest version) {
  std::set<std::string> found;
  for (const auto &line : read_lines(file_of(wf::event_schema)))
    found.emplace(json::string_view{line.at("type").as_string()});
  CAF_CHECK(found == all_types());
}

CAF_TEST(what is written today is the newest version to the byte) {
  for (const auto &line : read_lines(file_of(wf::event_schema))) {
    const auto stored = json::serialize(line.at("data"));
    CAF_CHECK_EQUAL(wf::to_text(body_of(line)), stored);
    CAF_CHECK_EQUAL(json::serialize(wf::to_json(body_of(line))), stored);
  }
}

CAF_TEST(a version that is not known yet is refused) {
  for (const auto &line : read_lines(file_of(wf::event_schema))) {
    auto data = line.at("data").as_object();
    data.at("v") = wf::event_schema + 1;
    const auto body =
        wf::parse_event(json::string_view{line.at("type").as_string()}, data);
    CAF_REQUIRE(!body.has_value());
    CAF_CHECK(body.error().find("data.v") != std::string::npos);
  }
}
