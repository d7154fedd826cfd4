// What was measured: samples by round, medians, ratios and targets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace recapd::bench {

/// Gathers figures, and shows them as a table or as JSON. A figure that a
/// baseline has too is given as a ratio to it, within the same round.
class report {
public:
  /// Compares figures with their targets if `targets` is true.
  explicit report(bool targets) : targets_{targets} {}

  void begin_round() { ++round_; }
  /// Returns the present round, from 1 on.
  [[nodiscard]] int round() const { return round_; }
  /// Adds a sample of `what` in this round. Throughputs have the unit
  /// `lifecycles/s`.
  void add(const std::string &scenario, const std::string &what,
           const std::string &unit, double value);
  /// Sets a target of a figure's median: the most or the least that it may be,
  /// as it is or as a ratio to a baseline's figure.
  void at_most(const std::string &scenario, const std::string &what,
               double bound, const char *of = nullptr);
  void at_least(const std::string &scenario, const std::string &what,
                double bound, const char *of = nullptr);

  /// Shows a line, which is written over on a terminal, else shown at most once
  /// for each step.
  void progress(const std::string &step, const std::string &how_far = {});
  void clear_progress();

  [[nodiscard]] std::string table() const;
  [[nodiscard]] boost::json::value json() const;

private:
  struct sample {
    int round = 0;
    double value = 0;
  };
  struct target {
    bool least = false;
    double bound = 0;
    const char *of = nullptr;  ///< a baseline; null: the figure as it is
  };
  struct figure {
    std::string scenario;
    std::string what;
    std::string unit;
    std::vector<sample> samples;
    std::vector<target> targets;
  };
  /// What comes of the comparison with a target: how it is shown, and whether
  /// it is met.
  struct result {
    std::string text;
    bool met = false;
  };

  void set(const std::string &scenario, const std::string &what,
           const target &t);
  [[nodiscard]] const figure *find(const std::string &scenario,
                                   const std::string &what) const;
  [[nodiscard]] std::optional<double> ratio(const figure &f,
                                            const char *baseline) const;
  [[nodiscard]] std::optional<result> compare(const figure &f) const;

  bool targets_;
  int round_ = 0;
  std::string step_;
  std::vector<figure> figures_;
};

}  // namespace recapd::bench
