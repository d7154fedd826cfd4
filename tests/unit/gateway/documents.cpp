// The published OpenAPI document against the routes that there are.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE documents
#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>
#include <vector>

#include "gateway/http/page_files.hpp"
#include "gateway/http/request.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::gateway;
using namespace recapd::gateway::http;
namespace json = boost::json;

namespace {

/// `/v1/sessions/{id}` as the routes have it, `/v1/sessions/{}`.
std::string pattern_of(std::string path) {
  for (auto open = path.find('{'); open != std::string::npos;
       open = path.find('{', open + 1))
    path.erase(open + 1, path.find('}', open) - open - 1);
  return path;
}

/// What a `$ref` stands for.
const json::value &followed(const json::value &document, const json::value &v) {
  const auto *ref = v.as_object().if_contains("$ref");
  if (ref == nullptr) return v;
  return document.at_pointer(std::string_view{ref->as_string()}.substr(1));
}

std::set<std::string> query_names(const json::value &document,
                                  const json::value &operation) {
  std::set<std::string> names;
  const auto *list = operation.as_object().if_contains("parameters");
  if (list == nullptr) return names;
  for (const auto &one : list->as_array()) {
    const auto &p = followed(document, one);
    if (p.at("in").as_string() == "query")
      names.emplace(p.at("name").as_string());
  }
  return names;
}

/// By method and pattern.
std::map<std::string, json::value> operations(const json::value &document) {
  std::map<std::string, json::value> all;
  for (const auto &[path, item] : document.at("paths").as_object())
    for (const auto &[method, operation] : item.as_object()) {
      std::string name{method};
      std::transform(name.begin(), name.end(), name.begin(),
                     [](char c) { return static_cast<char>(c - 'a' + 'A'); });
      all.emplace(name + " " + pattern_of(std::string{path}), operation);
    }
  return all;
}

/// The routes that are for clients: what nodes say to each other is their own.
std::vector<route> published() {
  auto all = all_routes();
  std::erase_if(all,
                [](const auto &r) { return r.who.of == access::kind::node; });
  return all;
}

std::string_view openapi_document() {
  const auto file =
      std::ranges::find(page_files, "/openapi.json", &page_file::path);
  return file != page_files.end() ? file->plain : "null";
}

struct fixture {
  json::value document = json::parse(openapi_document());
  std::map<std::string, json::value> described = operations(document);

  static std::string name_of(const route &r) {
    return std::string{r.method} + " " + std::string{r.pattern};
  }
};

}  // namespace

CAF_TEST_FIXTURE_SCOPE(document_tests, fixture)

CAF_TEST(every route is described and nothing else is) {
  std::set<std::string> routes, documented;
  for (const auto &r : published())
    routes.insert(name_of(r));
  for (const auto &[name, operation] : described)
    documented.insert(name);
  CAF_CHECK_EQUAL(routes, documented);
}

CAF_TEST(every parameter of a query is described and no other is) {
  for (const auto &r : published()) {
    CAF_MESSAGE(name_of(r));
    CAF_CHECK_EQUAL(query_names(document, described.at(name_of(r))),
                    (std::set<std::string>{r.query.begin(), r.query.end()}));
  }
}

CAF_TEST(who may call a route is described) {
  for (const auto &r : published()) {
    CAF_MESSAGE(name_of(r));
    const auto &answers = described.at(name_of(r)).at("responses").as_object();
    for (const auto *any : {"400", "403", "413", "414", "431", "500"})
      CAF_CHECK(answers.contains(any));
    CAF_CHECK_EQUAL(answers.contains("401"), r.who.of != access::kind::open);
    CAF_CHECK_EQUAL(answers.contains("429"), !r.health);
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
