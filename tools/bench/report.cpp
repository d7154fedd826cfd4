// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/report.hpp"
#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value_from.hpp>
#include <cmath>
#include <fmt/format.h>
#include <string_view>
#include <unistd.h>

#include "tools/common/terminal.hpp"

namespace recapd::bench {

namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

std::string number(double v) {
  const auto size = std::abs(v);
  if (size >= 1000) {
    const auto digits = fmt::format("{:.0f}", v);
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
      if (i > 0 && digits[i - 1] != '-' && (digits.size() - i) % 3 == 0)
        text += ',';
      text += digits[i];
    }
    return text;
  }
  return size >= 100  ? fmt::format("{:.0f}", v)
         : size >= 10 ? fmt::format("{:.1f}", v)
                      : fmt::format("{:.2f}", v);
}

std::string optional_number(const std::optional<double> &v) {
  return v ? fmt::format("{:.2f}", *v) : "";
}

}  // namespace

void report::add(const std::string &scenario, const std::string &what,
                 const std::string &unit, double value) {
  auto it = std::find_if(figures_.begin(), figures_.end(), [&](const auto &f) {
    return f.scenario == scenario && f.what == what;
  });
  if (it == figures_.end())
    it = figures_.insert(figures_.end(), {scenario, what, unit, {}, {}});
  it->samples.push_back({round_, value});
}

void report::at_most(const std::string &scenario, const std::string &what,
                     double bound, const char *of) {
  set(scenario, what, {.least = false, .bound = bound, .of = of});
}

void report::at_least(const std::string &scenario, const std::string &what,
                      double bound, const char *of) {
  set(scenario, what, {.least = true, .bound = bound, .of = of});
}

void report::set(const std::string &scenario, const std::string &what,
                 const target &t) {
  for (auto &f : figures_)
    if (f.scenario == scenario && f.what == what) {
      std::erase_if(f.targets, [&](const target &known) {
        return known.of == nullptr
                   ? t.of == nullptr
                   : t.of != nullptr && std::string_view{known.of} == t.of;
      });
      f.targets.push_back(t);
    }
}

const report::figure *report::find(const std::string &scenario,
                                   const std::string &what) const {
  for (const auto &f : figures_)
    if (f.scenario == scenario && f.what == what) return &f;
  return nullptr;
}

std::optional<double> report::ratio(const figure &f,
                                    const char *baseline) const {
  const auto *base = find(baseline, f.what);
  if (base == nullptr || base == &f) return std::nullopt;
  std::vector<double> ratios;
  for (const auto &s : f.samples)
    for (const auto &b : base->samples)
      if (s.round == b.round) ratios.push_back(s.value / b.value);
  if (ratios.empty()) return std::nullopt;
  return median(std::move(ratios));
}

std::optional<report::result> report::compare(const figure &f) const {
  if (!targets_) return std::nullopt;
  result out{"", true};
  for (const auto &t : f.targets) {
    std::vector<double> values;
    for (const auto &s : f.samples)
      values.push_back(s.value);
    const auto value =
        t.of != nullptr ? ratio(f, t.of) : median(std::move(values));
    if (!value) continue;
    out.text +=
        fmt::format("{}{} {}{}{}", out.text.empty() ? "" : ", ",
                    t.least ? "at least" : "at most", number(t.bound),
                    t.of != nullptr ? " of " : "", t.of != nullptr ? t.of : "");
    out.met = out.met && (t.least ? *value >= t.bound : *value <= t.bound);
  }
  return out.text.empty() ? std::nullopt : std::optional{out};
}

void report::progress(const std::string &step, const std::string &how_far) {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  if (terminal)
    fmt::print(stderr, "\r\033[K{} {}", step, how_far);
  else if (step != step_)
    fmt::print(stderr, "{}\n", step);
  std::fflush(stderr);
  step_ = step;
}

void report::clear_progress() {
  if (::isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r\033[K");
}

std::string report::table() const {
  tools::table t{{"scenario", "figure", "median", "unit", "least", "most",
                  "of limit", "of by hand", "of rows", "target", "met"}};
  for (const std::size_t c : {2U, 4U, 5U, 6U, 7U, 8U})
    t.right(c);
  for (const auto &f : figures_) {
    std::vector<double> values;
    for (const auto &s : f.samples)
      values.push_back(s.value);
    const auto [least, most] =
        std::minmax_element(values.begin(), values.end());
    const auto v = compare(f);
    t.add({f.scenario, f.what, number(median(values)), f.unit,
           values.size() > 1 ? number(*least) : "",
           values.size() > 1 ? number(*most) : "",
           optional_number(ratio(f, "limit")),
           optional_number(ratio(f, "by-hand")),
           optional_number(ratio(f, "rows")), v ? v->text : "",
           v ? (v->met ? "yes" : "NO") : ""});
  }
  return t.text();
}

boost::json::value report::json() const {
  namespace json = boost::json;
  json::array all;
  for (const auto &f : figures_) {
    std::vector<double> values;
    for (const auto &s : f.samples)
      values.push_back(s.value);
    json::object o{{"scenario", f.scenario},
                   {"figure", f.what},
                   {"unit", f.unit},
                   {"median", median(values)},
                   {"samples", json::value_from(values)}};
    if (const auto r = ratio(f, "limit")) o["of_limit"] = *r;
    if (const auto r = ratio(f, "by-hand")) o["of_by_hand"] = *r;
    if (const auto r = ratio(f, "rows")) o["of_rows"] = *r;
    if (const auto v = compare(f)) {
      o["target"] = v->text;
      o["met"] = v->met;
    }
    all.push_back(std::move(o));
  }
  return json::object{{"rounds", round_}, {"figures", std::move(all)}};
}

}  // namespace recapd::bench
