// SPDX-License-Identifier: Apache-2.0
#include "gateway/nats/sweeper.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "gateway/telemetry/log.hpp"
#include "gateway/wire/text.hpp"

namespace recapd::gateway::nats {
namespace {

namespace json = boost::json;
using step = deliveries::step;

// The marks stand in an answer's subject between a consumer's name and a
// number, so that no answer is taken for another consumer's.
constexpr std::string_view count_mark = "-count-";
constexpr std::string_view remove_mark = "-remove-";

/// The server's codes for a message that is not in the stream.
constexpr std::int64_t sequence_not_found = 10043;
constexpr std::int64_t delete_failed = 10057;

std::string api(std::string_view call) {
  return "$JS.API.STREAM." + std::string{call} + "."
         + std::string{command_stream};
}

/// Reads an object; returns nothing where there is none.
std::optional<json::object> parse(std::string_view text) {
  boost::system::error_code failed;
  auto value = json::parse({text.data(), text.size()}, failed);
  if (failed || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

std::optional<std::uint64_t> number_in(const json::object &o,
                                       std::string_view name) {
  const auto *value = o.if_contains({name.data(), name.size()});
  if (value == nullptr) return std::nullopt;
  boost::system::error_code failed;
  const auto n = value->to_number<std::uint64_t>(failed);
  if (failed) return std::nullopt;
  return n;
}

bool succeeded(const json::object &answer) {
  const auto *said = answer.if_contains("success");
  return said != nullptr && said->is_bool() && said->get_bool();
}

bool says_not_there(const json::object &answer) {
  const auto *error = answer.if_contains("error");
  if (error == nullptr || !error->is_object()) return false;
  const auto code = number_in(error->get_object(), "err_code");
  return code == sequence_not_found || code == delete_failed;
}

struct addressed {
  std::string_view consumer;
  std::string_view mark;
  std::uint64_t number = 0;
};

std::optional<addressed> parse_address(std::string_view what) {
  for (const auto mark : {count_mark, remove_mark}) {
    const auto at = what.find(mark);
    if (at == what.npos) continue;
    const auto n = parse_integer<std::uint64_t>(what.substr(at + mark.size()));
    if (!n) return std::nullopt;
    return addressed{
        .consumer = what.substr(0, at), .mark = mark, .number = *n};
  }
  return std::nullopt;
}

}  // namespace

std::string filter_of(unsigned partition) {
  return std::string{command_prefix} + std::to_string(partition) + ".*";
}

std::optional<stream_count> parse_stream_count(std::string_view answer) {
  const auto read = parse(answer);
  const auto *state = read ? read->if_contains("state") : nullptr;
  if (state == nullptr || !state->is_object()) return std::nullopt;
  const auto last = number_in(state->get_object(), "last_seq");
  if (!last) return std::nullopt;
  stream_count made{.messages = 0, .last_seq = *last};
  std::uint64_t told = 0;
  // The member is absent when there are no messages.
  if (const auto *subjects = state->get_object().if_contains("subjects");
      subjects != nullptr && !subjects->is_null()) {
    if (!subjects->is_object()) return std::nullopt;
    for (const auto &member : subjects->get_object()) {
      const auto n = number_in(subjects->get_object(), member.key());
      if (!n) return std::nullopt;
      made.messages += *n;
      ++told;
    }
  }
  if (number_in(*read, "total").value_or(told) != told) return std::nullopt;
  return made;
}

bool sweeper::sweep(partition_map &all, const std::string &inbox,
                    time_point now, bool paused) {
  recheck_one(all, now);
  bool halted = false;
  // The partition behind the one counted last comes first.
  const auto first = all.upper_bound(last_counted_);
  for (auto at = first; at != all.end(); ++at)
    halted = sweep_one(at->first, at->second, inbox, now, paused) || halted;
  for (auto at = all.begin(); at != first; ++at)
    halted = sweep_one(at->first, at->second, inbox, now, paused) || halted;
  return halted;
}

/// Rechecks the next partition, for what was passed over where all is quiet.
void sweeper::recheck_one(partition_map &all, time_point now) {
  if (all.empty() || now < recheck_at_) return;
  recheck_at_ = now + times_.recheck;
  auto at = all.upper_bound(last_rechecked_);
  if (at == all.end()) at = all.begin();
  last_rechecked_ = at->first;
  at->second.delivered().recheck();
}

bool sweeper::sweep_one(unsigned number, partition &p, const std::string &inbox,
                        time_point now, bool paused) {
  if (p.halted()) return false;
  const deliveries::times times{.every = times_.every,
                                .answer = times_.answer,
                                .patience = times_.patience};
  const auto reply = inbox + "." + p.consumer();
  switch (p.delivered().next(now, times, p.busy() || paused, may_count(now))) {
  case step::none:
    break;
  case step::count:
    count(number, reply, now);
    break;
  case step::anew:
    log_warn("the stream has messages that NATS does not deliver; the "
             "partition is begun anew",
             {{"partition", std::to_string(number)}});
    p.halt({});
    return true;
  }
  for (const auto seq : p.delivered().to_remove(now, times))
    remove(seq, reply);
  return false;
}

void sweeper::count(unsigned number, const std::string &reply, time_point now) {
  counting_ = ++serial_;
  count_until_ = now + times_.answer;
  last_counted_ = number;
  publish_({.subject = api("INFO"),
            .reply = reply + std::string{count_mark} + std::to_string(serial_),
            .data = json::serialize(
                json::object{{"subjects_filter", filter_of(number)}})});
}

void sweeper::remove(std::uint64_t seq, const std::string &reply) {
  publish_({.subject = api("MSG.DELETE"),
            .reply = reply + std::string{remove_mark} + std::to_string(seq),
            .data = json::serialize(
                json::object{{"seq", seq}, {"no_erase", true}})});
}

bool sweeper::on_answer(partition_map &all, std::string_view what,
                        std::string_view answer, time_point now) {
  const auto to = parse_address(what);
  if (!to) return false;
  if (to->mark == count_mark) {
    if (counting_ != to->number) return true;
    counting_.reset();
  }
  for (auto &[number, p] : all) {
    if (p.halted() || p.consumer() != to->consumer) continue;
    if (to->mark == count_mark) {
      if (const auto count = parse_stream_count(answer))
        p.delivered().counted(*count, now);
      else
        p.delivered().not_counted();
      break;
    }
    // Any other answer is no answer: the request is repeated.
    const auto read = parse(answer);
    if (!read) break;
    if (succeeded(*read) || says_not_there(*read))
      p.delivered().removed(to->number, succeeded(*read));
    break;
  }
  return true;
}

}  // namespace recapd::gateway::nats
