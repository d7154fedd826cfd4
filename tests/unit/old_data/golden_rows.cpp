// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE golden_rows

#include "golden.hpp"

#include <boost/json/serialize.hpp>
#include <map>

#include "caf/test/unit_test.hpp"
#include "workflows/json/session.hpp"
#include "workflows/session/evolve.hpp"

using namespace recapd;
using namespace recapd::tests;
namespace wf = workflows;
namespace json = boost::json;

namespace {

/// The sessions whose histories stand in the golden file of a version.
std::map<std::string, wf::session> folded(int version) {
  std::map<std::string, wf::session> out;
  for (const auto &line :
       read_lines("events_v" + std::to_string(version) + ".jsonl")) {
    const std::string id{json::string_view{line.at("session").as_string()}};
    auto &s = out[id];
    s.id = id;
    s = wf::evolve(std::move(s), event_of(line));
  }
  // Events that stand alone have no row.
  std::erase_if(out, [](const auto &s) { return s.second.tutor.empty(); });
  return out;
}

}  // namespace

CAF_TEST(rows say what their history says and are written as they were) {
  const auto sessions = folded(1);
  const auto rows = read_lines("rows_v1.jsonl");
  CAF_REQUIRE_EQUAL(rows.size(), sessions.size());
  for (const auto &row : rows) {
    const auto s = wf::parse_session(row);
    CAF_REQUIRE(s.has_value());
    CAF_MESSAGE(s->id);
    CAF_CHECK(*s == sessions.at(s->id));
    // A row that is written otherwise needs a reader for these: then this
    // compares with a newer file.
    CAF_CHECK_EQUAL(wf::to_row_text(*s), json::serialize(row));
  }
}
