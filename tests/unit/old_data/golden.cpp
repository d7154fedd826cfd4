// SPDX-License-Identifier: Apache-2.0
#include "golden.hpp"

#include <boost/json/parse.hpp>
#include <fstream>
#include <stdexcept>

#include "workflows/json/session.hpp"

namespace recapd::tests {

namespace json = boost::json;

namespace {

std::string text_at(const json::value &line, const char *name) {
  return std::string{json::string_view{line.at(name).as_string()}};
}

}  // namespace

std::vector<json::value> read_lines(const std::string &file) {
  std::ifstream in{RECAPD_OLD_DATA "/" + file};
  std::vector<json::value> out;
  for (std::string line; std::getline(in, line);)
    out.push_back(json::parse(line));
  return out;
}

workflows::event_body body_of(const json::value &line) {
  auto body = workflows::parse_event(text_at(line, "type"), line.at("data"));
  if (!body.has_value())
    throw std::runtime_error{text_at(line, "type") + ": " + body.error()};
  return std::move(*body);
}

workflows::event event_of(const json::value &line) {
  return {.seq = static_cast<int>(line.at("seq").as_int64()),
          .at = workflows::parse_rfc3339(text_at(line, "at")).value(),
          .by = workflows::parse_person(text_at(line, "by")).value(),
          .what = body_of(line)};
}

}  // namespace recapd::tests
