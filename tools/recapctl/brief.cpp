// recapctl history: an event's data in a line.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <vector>

#include "config/shown.hpp"
#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

namespace {

constexpr std::size_t longest = 60;

/// Returns a transfer as `settlement of 15.00 USD to tutor:ann`; empty for
/// anything else.
std::string transfer_text(const json::object &o) {
  const auto *amount = o.if_contains("amount");
  if (!amount || !amount->is_int64() || !o.contains("currency")) return {};
  return fmt::format("{} of {} to {}", text_of(o, "kind"),
                     human_money(amount->get_int64(), text_of(o, "currency")),
                     text_of(o, "to"));
}

/// Returns what was taken of limits as `tutor_week 60, 2 × pair_day 1`; empty
/// for anything else.
std::string claims_text(const json::array &claims) {
  std::vector<std::pair<std::string, int>> each;
  for (const auto &one : claims) {
    const auto *o = one.if_object();
    if (!o || !o->contains("kind") || !o->contains("amount")) return {};
    const auto text = text_of(*o, "kind") + " " + text_of(*o, "amount");
    const auto at = std::ranges::find(
        each, text, [](const auto &e) -> auto & { return e.first; });
    if (at == each.end())
      each.emplace_back(text, 1);
    else
      ++at->second;
  }
  std::string out;
  for (const auto &[text, times] : each)
    out += fmt::format("{}{}{}", out.empty() ? "" : ", ",
                       times > 1 ? fmt::format("{} × ", times) : "", text);
  return out;
}

std::string value_text(const context &c, const json::value &value,
                       const std::string &zone) {
  if (const auto *s = value.if_string())
    return s->size() > longest ? "…" : c.time(*s, zone);
  std::string told;
  if (const auto *o = value.if_object()) told = transfer_text(*o);
  if (const auto *a = value.if_array()) told = claims_text(*a);
  if (!told.empty()) return told;
  auto text = json::serialize(value);
  if (text.size() <= longest) return text;
  return value.is_array() ? "[…]" : "{…}";
}

}  // namespace

std::string brief(const context &c, const json::value &data,
                  const std::string &zone) {
  const auto *o = data.if_object();
  if (!o) return data.is_null() ? "" : config::printable(json::serialize(data));
  std::string out;
  for (const auto &[key, value] : *o) {
    if (key == "v" || value.is_null()) continue;
    out += fmt::format("{}{}: {}", out.empty() ? "" : ", ",
                       std::string_view{key}, value_text(c, value, zone));
  }
  return config::printable(out);
}

}  // namespace recapd::tools
