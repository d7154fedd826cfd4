// SPDX-License-Identifier: Apache-2.0
#include "tools/bench/report.hpp"
#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value_from.hpp>
#include <cmath>
#include <fmt/format.h>
#include <unistd.h>

#include "tools/common/terminal.hpp"

namespace recapd::bench {

namespace {

constexpr const char *throughput = "lifecycles/s";

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto n = values.size();
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

/// The least a throughput must be of each baseline.
struct share {
  const char *scenario;
  double of_limit;
  double of_by_hand;
};
constexpr std::array<share, 3> shares{
    {{"batches", 0.40, 3.0}, {"single", 0, 1.0}, {"inbox", 0.30, 0}}};

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
                     double bound) {
  for (auto &f : figures_)
    if (f.scenario == scenario && f.what == what) f.bound = bound;
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
  std::vector<double> values;
  for (const auto &s : f.samples)
    values.push_back(s.value);
  if (f.bound)
    return result{fmt::format("at most {}", number(*f.bound)),
                  median(std::move(values)) <= *f.bound};
  if (f.unit != throughput) return std::nullopt;
  for (const auto &s : shares) {
    if (f.scenario != s.scenario) continue;
    const auto limit = ratio(f, "limit");
    const auto hand = ratio(f, "by-hand");
    result v{"", true};
    if (s.of_limit > 0 && limit) {
      v.text = fmt::format("at least {:.2f} of the limit", s.of_limit);
      v.met = *limit >= s.of_limit;
    }
    if (s.of_by_hand > 0 && hand) {
      v.text +=
          fmt::format("{}{} {:.1f} of by hand", v.text.empty() ? "" : ", ",
                      v.text.empty() ? "at least" : "and", s.of_by_hand);
      v.met = v.met && *hand >= s.of_by_hand;
    }
    if (!v.text.empty()) return v;
  }
  return std::nullopt;
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
