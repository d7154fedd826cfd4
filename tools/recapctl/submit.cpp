// recapctl submit: sends events.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <system_error>

#include "gateway/http/problem.hpp"
#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

namespace {

// The contract's bounds of a batch, with room for the commas.
constexpr std::size_t batch_events = 1000;
constexpr std::size_t batch_bytes = 3'900'000;

struct submit_options {
  std::string file = "-";
  std::string nats;
  config::nats_access access;
  int wait_s = 30;
};

std::string read_all(const std::string &file) try {
  if (file == "-") {
    std::ios::sync_with_stdio(false);
    return {std::istreambuf_iterator<char>{std::cin}, {}};
  }
  if (std::filesystem::is_directory(file))
    throw usage_error{file + " is a directory, not a file of events"};
  std::ifstream in{file, std::ios::binary};
  if (!in) throw usage_error{"cannot read " + file};
  return {std::istreambuf_iterator<char>{in}, {}};
} catch (const std::system_error &e) {
  throw usage_error{(file == "-" ? "cannot read the standard input: "
                                 : "cannot read " + file + ": ")
                    + e.code().message()};
}

/// Reads events; the text it cuts them from must outlive the result.
class event_reader {
public:
  explicit event_reader(std::string_view text) : text_{text} {}

  /// Reads one event, a list of events, or one after the other (JSON lines).
  std::vector<submitted> read() {
    for (skip_space(); at_ < text_.size(); skip_space())
      if (const auto begin = at_; next().parsed.is_array())
        read_list(begin + 1);
      else
        events_.push_back(last_);
    if (events_.empty()) throw usage_error{"there is no event to submit"};
    return std::move(events_);
  }

private:
  void skip_space() {
    at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
  }

  /// Reads the value that begins here.
  const submitted &next() {
    json::stream_parser parser;
    boost::system::error_code ec;
    const auto length = parser.write_some(text_.substr(at_), ec);
    if (!ec && !parser.done()) parser.finish(ec);
    if (ec)
      throw usage_error{fmt::format(
          "the event that begins in line {} is not JSON: {}",
          1 + std::ranges::count(text_.substr(0, at_), '\n'), ec.message())};
    last_ = {.parsed = parser.release(), .text = text_.substr(at_, length)};
    at_ += length;
    return last_;
  }

  /// Reads a list that is known to be JSON, from behind its bracket on.
  void read_list(std::size_t begin) {
    at_ = begin;
    for (skip_space(); text_[at_] != ']'; skip_space())
      if (text_[at_] == ',')
        ++at_;
      else
        events_.push_back(next());
    ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  submitted last_;
  std::vector<submitted> events_;
};

int submit(context &c, const submit_options &o) {
  const auto text = read_all(o.file);
  const auto events = event_reader{text}.read();
  if (!o.nats.empty())
    return print_outcomes(c, events,
                          submit_by_nats(o.nats, o.access, events,
                                         std::chrono::seconds{o.wait_s}));
  json::array outcomes;
  std::vector<std::string_view> batch;
  std::size_t bytes = 0;
  const auto send = [&] {
    for (auto &one : c.node().submit(batch))
      outcomes.push_back(one);
    batch.clear();
    bytes = 0;
  };
  for (const auto &event : events) {
    const auto size = event.text.size() + 1;
    if (!batch.empty()
        && (batch.size() == batch_events || bytes + size > batch_bytes))
      send();
    batch.push_back(event.text);
    bytes += size;
  }
  send();
  return print_outcomes(c, events, outcomes);
}

std::string refusals_of(const json::object &outcome) {
  std::string out;
  const auto *list = outcome.if_contains("refusals");
  if (!list || !list->is_array()) return out;
  for (const auto &one : list->get_array()) {
    if (!one.is_object()) continue;
    const auto text = fmt::format("{}: {}", text_of(one.get_object(), "code"),
                                  text_of(one.get_object(), "detail"));
    if (!out.empty()) out = sentence(out) + " ";
    out += text;
  }
  return out;
}

/// Adds options like the node's settings of these names.
void add_access(CLI::App &to, config::nats_access &a) {
  to.add_option("--nats-ca", a.ca, "With --nats: whom to trust, a PEM file");
  to.add_option("--nats-certificate", a.certificate,
                "With --nats: a certificate of one's own, a PEM file")
      ->needs(to.add_option("--nats-key", a.key, "Its key, a PEM file"));
  to.add_option("--nats-user", a.user, "With --nats: a user's name")
      ->needs(to.add_option("--nats-password-file", a.password_file,
                            "A file with the user's password"));
  to.add_option("--nats-creds", a.creds, "With --nats: a credentials file");
  to.add_option("--nats-nkey-seed-file", a.nkey_seed_file,
                "With --nats: a file with a user's seed");
}

/// Returns true if the node's answer to the command alone is a 403.
bool may_not(const json::object &outcome) {
  const auto *list = outcome.if_contains("refusals");
  const auto *refusals = list ? list->if_array() : nullptr;
  if (!refusals || refusals->empty() || !refusals->front().is_object())
    return false;
  const auto code = workflows::parse_refusal_code(
      text_of(refusals->front().get_object(), "code"));
  return code && gateway::http::status_of(*code) == 403;
}

}  // namespace

int print_outcomes(const context &c, const std::vector<submitted> &events,
                   const json::array &outcomes) {
  table t{{"outcome", "type", "session", "state", "id", "refusals"}};
  t.state_column(0).state_column(3);
  bool all_taken = true;
  bool none_may = true;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const json::object none;
    const auto *outcome = outcomes[i].if_object();
    const auto *event = events[i].parsed.if_object();
    if (!outcome) outcome = &none;
    if (!event) event = &none;
    const auto word = text_of(*outcome, "outcome");
    all_taken = all_taken && word == "accepted";
    none_may = none_may && may_not(*outcome);
    const auto *session = outcome->if_contains("session");
    const auto state = session && session->is_object()
                           ? text_of(session->get_object(), "state")
                           : std::string{};
    const auto *again = outcome->if_contains("duplicate");
    t.add({again && *again == true ? word + " before" : word,
           text_of(*event, "type"), text_of(*event, "subject"), state,
           text_of(*event, "id"), refusals_of(*outcome)});
  }
  if (c.as_json())
    print(outcomes);
  else
    fmt::print("{}", t.text());
  if (all_taken) return done;
  return none_may ? not_admitted : refused;
}

void add_submit(CLI::App &app, context &c) {
  auto [sub, o] = add_command<submit_options>(
      app, "submit",
      "Send events: one, a JSON list, or JSON lines, in order, in batches", c,
      submit);
  sub->add_option("FILE", o.file, "The events' file; - is standard input")
      ->capture_default_str();
  sub->add_option("--nats", o.nats,
                  "Send by this NATS server, nats://HOST:PORT, not by HTTP");
  add_access(*sub, o.access);
  sub->add_option("--wait", o.wait_s,
                  "With --nats: seconds without an outcome until it gives up")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

}  // namespace recapd::tools
