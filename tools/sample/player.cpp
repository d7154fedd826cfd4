// SPDX-License-Identifier: Apache-2.0
#include "tools/sample/player.hpp"
#include <boost/json.hpp>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

#include "tools/common/terminal.hpp"

namespace recapd::sample {

namespace {

constexpr std::size_t batch_events = 1000;

/// A progress bar on a terminal's standard error; nothing elsewhere.
class progress_bar {
public:
  explicit progress_bar(std::size_t total)
      : total_{total}, wanted_{isatty(STDERR_FILENO) == 1} {}
  ~progress_bar() {
    if (wanted_) fmt::print(stderr, "\r\033[K");
  }
  progress_bar(const progress_bar &) = delete;
  progress_bar &operator=(const progress_bar &) = delete;

  void show(std::size_t done, instant at) const {
    if (!wanted_) return;
    constexpr std::size_t width = 40;
    const auto full = total_ ? done * width / total_ : width;
    fmt::print(stderr, "\r[{:=<{}}{: <{}}] {:3} %  {}\033[K", "", full, "",
               width - full, total_ ? done * 100 / total_ : 100,
               tools::human_time(workflows::format_rfc3339(at)));
    std::fflush(stderr);
  }

private:
  std::size_t total_;
  bool wanted_;
};

void set_clock(tools::client &node, instant to) {
  const json::object body{{"set", workflows::format_rfc3339(to)}};
  const auto a =
      node.post("/v1/clock", json::serialize(body), "application/json");
  if (!a.ok()) throw tools::problem{a.status, tools::problem_text(a)};
}

void count(const json::value &outcome, tally &t) {
  ++t.commands;
  const auto &o = outcome.as_object();
  if (o.at("duplicate") == true) ++t.duplicates;
  if (tools::text_of(o, "outcome") == "accepted") {
    ++t.accepted;
    return;
  }
  ++t.refused;
  for (const auto &r : o.at("refusals").as_array())
    ++t.codes[tools::text_of(r.as_object(), "code")];
}

/// Returns the name that an id stands for: `Ava Lopez` for `ava-lopez`.
std::string name_of(std::string id) {
  bool starts = true;
  for (auto &c : id) {
    if (starts && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    starts = c == '-';
    if (starts) c = ' ';
  }
  return id;
}

}  // namespace

instant node_time(tools::client &node) {
  const auto a = node.get("/v1/clock");
  if (a.status == 401)
    throw tools::problem{
        401,
        "the node asks for tokens; the sample plays everybody's part, for "
        "which "
        "the node has to run with auth.mode trusted (./tools/run --sample)"};
  if (a.status == 404)
    throw tools::problem{
        404,
        "the node runs on the system's clock; the sample needs one started "
        "with --clock manual (./tools/run --sample does it all)"};
  if (!a.ok()) throw tools::problem{a.status, tools::problem_text(a)};
  const auto now =
      workflows::parse_rfc3339(tools::text_of(a.body.as_object(), "now"));
  if (!now) throw tools::problem{a.status, "the node's clock is not a time"};
  return *now;
}

tally play(tools::client &node, const std::vector<step> &steps, instant end) {
  tally t;
  const progress_bar bar{steps.size()};
  for (std::size_t at = 0; at < steps.size();) {
    const auto moment = steps[at].at;
    bar.show(at, moment);
    set_clock(node, moment);
    std::vector<std::string> events;
    while (at < steps.size() && steps[at].at == moment
           && events.size() < batch_events)
      events.push_back(json::serialize(steps[at++].event));
    for (const auto &outcome : node.submit({events.begin(), events.end()}))
      count(outcome, t);
  }
  // The clock moves by days: the bar's date moves, and no request takes long.
  for (auto day = node_time(node); day < end;) {
    day = std::min(end, day + std::chrono::hours{24});
    bar.show(steps.size(), day);
    set_clock(node, day);
  }
  return t;
}

void name_people(tools::client &node, const std::set<std::string> &people) {
  for (const auto &who : people) {
    if (who.starts_with("system:")) continue;
    const json::object body{{"name", name_of(who.substr(who.find(':') + 1))}};
    const auto a = node.put("/v1/people/" + tools::encoded(who),
                            json::serialize(body), "application/json");
    if (!a.ok()) throw tools::problem{a.status, tools::problem_text(a)};
  }
}

}  // namespace recapd::sample
