// SPDX-License-Identifier: Apache-2.0
#include "gateway/http/accepting.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "gateway/wire/text.hpp"

namespace recapd::gateway::http {
namespace {

constexpr int whole_weight = 1000;

/// Reads `0.5` as 500; what is no weight counts as 1.
int weight_of(std::string_view text) {
  const auto whole = parse_integer<int>(take_part(text, '.'));
  if (!whole || *whole < 0 || *whole > 1 || text.size() > 3)
    return whole_weight;
  const auto digits = std::string{text} + std::string(3 - text.size(), '0');
  const auto part = parse_integer<int>(digits);
  return part && *part >= 0 ? std::min(whole_weight, 1000 * *whole + *part)
                            : whole_weight;
}

/// Returns the weight of the element of that name; nothing where none has it.
std::optional<int> weight_named(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    auto element = take_part(list, ',');
    if (equal_no_case(take_part(element, ';'), name)) return weight_in(element);
  }
  return std::nullopt;
}

}  // namespace

std::string_view take_part(std::string_view &text, char mark) {
  const auto end = std::min(text.find(mark), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trim(part);
}

int weight_in(std::string_view parameters) {
  int weight = whole_weight;
  while (!parameters.empty()) {
    auto one = take_part(parameters, ';');
    if (equal_no_case(take_part(one, '='), "q")) weight = weight_of(one);
  }
  return weight;
}

coding wanted_coding(std::string_view accept_encoding, bool has_gzip,
                     bool has_brotli) {
  const auto any = weight_named(accept_encoding, "*");
  const auto wish = [&](std::string_view name) {
    return weight_named(accept_encoding, name).value_or(any.value_or(0));
  };
  const int brotli = has_brotli ? wish("br") : 0;
  const int gzip = has_gzip ? wish("gzip") : 0;
  // Unless it is named it is there for who wants none of the others.
  const int plain = weight_named(accept_encoding, "identity").value_or(0);
  if (brotli > 0 && brotli >= std::max(gzip, plain)) return coding::brotli;
  if (gzip > 0 && gzip >= plain) return coding::gzip;
  return coding::plain;
}

}  // namespace recapd::gateway::http
