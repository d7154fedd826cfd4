// SPDX-License-Identifier: Apache-2.0
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <mutex>
#include <optional>

#include "actors/outcome_json.hpp"
#include "gateway/http/batch_answer.hpp"
#include "gateway/http/routes.hpp"
#include "gateway/http/target.hpp"
#include "gateway/telemetry/command_log.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/cloudevent.hpp"
#include "gateway/wire/lines.hpp"
#include "gateway/wire/strict_json.hpp"
#include "gateway/wire/text.hpp"
#include "workflows/json/session.hpp"

namespace recapd::gateway::http::routes {
namespace {

namespace json = boost::json;

constexpr std::string_view event_type = "application/cloudevents+json";
constexpr std::string_view batch_type = "application/cloudevents-batch+json";
constexpr std::size_t max_batch_events = 1000;
constexpr auto busy = "The node cannot take it now; send the same again later.";
constexpr auto lost = "Whether it was taken is not known; send the same again, "
                      "nothing happens twice.";

arrival arrival_of(const request &r) {
  return {.who = r.who,
          .received_at = r.received_at,
          .traceparent = r.header("traceparent")};
}

/// Counts and logs an event that does not reach the engine.
void note_rejected(services &s, const rejected &why) {
  s.meters.command_rejected(why.type, workflows::to_string(why.code));
  log_debug("event rejected", {{"code", workflows::to_string(why.code)},
                               {"source", why.source.value_or("")},
                               {"id", why.id.value_or("")}});
}

response outcome_response(const actors::outcome &o) {
  if (o.accepted) return {.body = o.json};
  return refused(json::parse(o.json).as_object(),
                 o.code.value_or(workflows::refusal_code::wrong_state));
}

response unanswered(storage::fault f) {
  return unavailable(f == storage::fault::outcome_unknown ? lost : busy);
}

/// Returns a session as its refusals show it: as it is now, and `null` to a
/// caller who may not read it.
std::string shown_session(services &s, const caller &who, storage::store &db,
                          const std::string &id) {
  const auto found = find_session(db, id);
  if (!found || !who.sees(*found) || !who.programs.includes(found->program))
    return "null";
  return workflows::to_view_text(*found, s.engine.rules_of(*found, db),
                                 s.engine.time().now(),
                                 who.viewer(found->tutor));
}

/// Calls `show` with a store when the request is next. Answers 503 where it
/// cannot: what was decided is durable all the same, and the client asks again.
void answer_showing(services &s, const request &r, const responder &respond,
                    std::function<void(storage::store &)> show) {
  const auto word =
      s.engine.query(r.queue_key, std::move(show),
                     [respond](storage::fault) { respond(unavailable(lost)); });
  if (word != actors::admission::taken) respond(unavailable(lost));
}

void submit_one(services &s, const request_ptr &r, decoded event, bool shown,
                const responder &respond) {
  if (!event.has_value()) {
    const auto &why = event.error();
    note_rejected(s, why);
    return respond(refused(outcome_of(why), why.code));
  }
  actors::reply<actors::outcome> done{[&s, r, shown, respond,
                                       session = (*event).session,
                                       note = note_of(*event)](auto answer) {
    log_outcome(note, answer);
    if (!answer.has_value()) return respond(unanswered(answer.error()));
    if (!shown || (*answer).accepted) return respond(outcome_response(*answer));
    answer_showing(s, *r, respond,
                   [&s, r, session, o = *answer, respond](storage::store &db) {
                     respond(outcome_response(actors::with_session(
                         o, shown_session(s, r->who, db, session))));
                   });
  }};
  // A command that is not taken is answered when its reply is destroyed.
  (void)s.engine.submit(std::move(*event), done);
}

/// Returns what a command would bring about, as far as its sender may know.
json::object effects_of(const actors::preview &p, const workflows::viewer &to) {
  json::array notifications;
  for (const auto &n : p.notifications)
    if (workflows::shows_notification(n.kind, to))
      notifications.push_back(json::object{{"kind", n.kind}, {"to", n.to}});
  return {{"minutes", p.minutes},
          {"money", to.sees_pay() ? json::value(p.money) : json::value()},
          {"notifications", std::move(notifications)}};
}

void preview_one(services &s, const request_ptr &r, decoded event, bool shown,
                 const responder &respond) {
  if (!event.has_value()) {
    auto told = outcome_of(event.error());
    told["effects"] = effects_of({}, {});
    return respond(refused(told, event.error().code));
  }
  answer_by_reading(
      s, r, respond,
      [&s, r, shown, command = std::move(*event)](storage::store &db) {
        auto found = s.engine.preview_of(command, db);
        if (shown && !found.answer.accepted)
          found.answer = actors::with_session(
              found.answer, shown_session(s, r->who, db, command.session));
        auto told = json::parse(found.answer.json).as_object();
        told["effects"] =
            effects_of(found, r->who.proven ? workflows::viewer{command.by}
                                            : workflows::viewer{});
        return found.answer.accepted
                   ? json_response(told)
                   : refused(told, found.answer.code.value_or(
                                       workflows::refusal_code::wrong_state));
      });
}

/// A batch on its way: the slots fill from many threads, the last one answers.
/// Of a session's commands each is handed over when the one before is answered:
/// whatever becomes of nodes meanwhile, none is decided before an earlier one.
/// Behind one that is not answered they are not handed over at all.
class batch : public std::enable_shared_from_this<batch> {
public:
  batch(services &s, request_ptr r, std::size_t size, bool shown,
        std::shared_ptr<void> places, responder respond)
      : services_{s}, request_{std::move(r)}, answer_{size, max_answer_bytes},
        refused_(size), shown_{shown}, waiting_{size},
        respond_{std::move(respond)}, places_{std::move(places)} {}

  /// Takes the command of a slot, before begin().
  void take(std::size_t slot, actors::submission command) {
    const auto session = command.session;
    if (auto first = lines_.enter(session, {slot, std::move(command)}))
      firsts_.push_back(std::move(*first));
  }

  /// Hands over the first command of each session, once all have been taken.
  void begin() {
    for (auto &first : std::exchange(firsts_, {}))
      hand_over(std::move(first));
  }

  /// Fills a slot, once. Where `session` is named the refusal shows it.
  void fill(std::size_t slot, actors::outcome outcome, std::string session) {
    if (!session.empty()) showing_ = true;
    refused_[slot] = std::move(session);
    answer_.put(slot, std::move(outcome));
    count_down();
  }

private:
  struct placed {
    std::size_t slot;
    actors::submission command;
  };

  void hand_over(placed one) {
    actors::reply<actors::outcome> done{
        [self = shared_from_this(), slot = one.slot,
         session = one.command.session,
         note = note_of(one.command)](auto answer) {
          log_outcome(note, answer);
          if (!answer.has_value()) return self->fail_line(session);
          const bool shows = self->shown_ && !(*answer).accepted;
          if (auto next = self->next_of(session))
            self->hand_over(std::move(*next));
          self->fill(slot, std::move(*answer), shows ? session : "");
        }};
    // A command that is not taken is answered when its reply is destroyed.
    (void)services_.engine.submit(std::move(one.command), done);
  }

  std::optional<placed> next_of(const std::string &session) {
    const std::lock_guard lock{mutex_};
    return lines_.leave(session);
  }

  /// Gives up a command of the session, and all behind it.
  void fail_line(const std::string &session) {
    failed_ = true;
    while (next_of(session))
      count_down();
    count_down();
  }

  void count_down() {
    if (waiting_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    if (failed_) return respond_(unavailable(lost));
    if (!showing_) return answer();
    answer_showing(services_, *request_, respond_,
                   [self = shared_from_this()](storage::store &db) {
                     self->show(db);
                     self->answer();
                   });
  }

  void answer() {
    response out{.body = answer_.text()};
    out.reserved =
        services_.engine.reserve_bytes(request_->queue_key, out.body.size());
    respond_(std::move(out));
  }

  void show(storage::store &db) {
    for (std::size_t i = 0; i < refused_.size(); ++i) {
      if (refused_[i].empty()) continue;
      const auto o = answer_.at(i);
      answer_.put(i, answer_.beyond(i)
                         ? actors::without_session(o)
                         : actors::with_session(
                             o, shown_session(services_, request_->who, db,
                                              refused_[i])));
    }
  }

  services &services_;
  request_ptr request_;
  batch_answer answer_;
  std::vector<std::string> refused_;  ///< by slot, the session to be shown
  const bool shown_;                  ///< refusals show their sessions
  std::mutex mutex_;
  lines<placed> lines_;         ///< by session
  std::vector<placed> firsts_;  ///< until they begin
  std::atomic<std::size_t> waiting_;
  std::atomic<bool> showing_{false};
  std::atomic<bool> failed_{false};
  responder respond_;  // owns the server's state, the callers' table too
  std::shared_ptr<void> places_;
};

void submit_slot(services &s, const std::shared_ptr<batch> &whole,
                 std::size_t slot, decoded event) {
  if (!event.has_value()) {
    note_rejected(s, event.error());
    actors::outcome o;
    o.json = json::serialize(outcome_of(event.error()));
    return whole->fill(slot, std::move(o), {});
  }
  whole->take(slot, std::move(*event));
}

void submit_batch(services &s, const request_ptr &r, bool shown,
                  const responder &respond) {
  const auto slices = split_array(r->body, max_batch_events);
  if (!slices.has_value()) return respond(bad_request(slices.error().detail));
  const auto count = (*slices).size();
  if (count == 0) return respond({.body = "[]"});
  if (count > max_batch_events)
    return respond(problem(413, "too-large",
                           "A batch has at most 1000 events; send several."));
  const auto how = arrival_of(*r);
  std::vector<decoded> events;
  events.reserve(count);
  for (const auto slice : *slices) {
    events.push_back(decode_structured(slice, how));
    if (!events.back().has_value() && events.back().error().not_json)
      return respond(bad_request(events.back().error().detail));
  }
  // One caller's batches leave room for everybody else's.
  std::shared_ptr<void> places;
  if (r->who.proven && !(places = s.batches.take(r->queue_key, count)))
    return respond(too_many("Many of your commands are not answered yet; send "
                            "more when they are."));
  if (!s.engine.admits(count)) return respond(unavailable(busy));
  const auto whole =
      std::make_shared<batch>(s, r, count, shown, std::move(places), respond);
  for (std::size_t i = 0; i < count; ++i)
    submit_slot(s, whole, i, std::move(events[i]));
  whole->begin();
}

response unsupported(std::string_view detail) {
  return problem(415, "unsupported-media-type", detail);
}

std::optional<response> wrong_charset(const media_type &media) {
  if (media.charset.empty() || media.charset == "utf-8") return std::nullopt;
  return unsupported("The charset must be utf-8.");
}

bool binary_mode(const request &r) {
  for (const auto &[name, value] : r.headers)
    if (name.size() > 3 && equal_no_case(name.substr(0, 3), "ce-")) return true;
  return false;
}

std::optional<response> check_command_type(const request &r) {
  const auto media = parse_media_type(r.header("content-type"));
  if (auto no = wrong_charset(media)) return no;
  if (media.name == event_type || media.name == batch_type) return std::nullopt;
  if (!json_media(media.name))
    return unsupported("Send application/cloudevents+json, "
                       "application/cloudevents-batch+json, or "
                       "application/json with ce-* headers.");
  if (!binary_mode(r))
    return unsupported("JSON alone is the binary mode, which needs ce-* "
                       "headers; send a whole event as "
                       "application/cloudevents+json.");
  return std::nullopt;
}

void post_commands(services &s, const request_ptr &r,
                   const responder &respond) {
  query q{r->query, r->to->query};
  const bool shown = q.flag("session");
  const bool dry_run = q.flag("dry_run");
  const auto media = parse_media_type(r->header("content-type")).name;
  if (dry_run && media == batch_type)
    q.fail("dry_run: expected one event, no batch.");
  if (!q.error().empty()) return respond(bad_request(q.error()));
  if (media == batch_type) return submit_batch(s, r, shown, respond);
  const auto how = arrival_of(*r);
  auto event = media == event_type ? decode_structured(r->body, how)
                                   : decode_binary(r->headers, r->body, how);
  (dry_run ? preview_one : submit_one)(s, r, std::move(event), shown, respond);
}

}  // namespace

void submit_event(services &s, const request_ptr &r, const std::string &event,
                  const responder &respond) {
  submit_one(s, r, decode_structured(event, arrival_of(*r)), false, respond);
}

std::optional<response> want_json(const request &r) {
  const auto media = parse_media_type(r.header("content-type"));
  if (media.name != "application/json")
    return unsupported("Send application/json.");
  return wrong_charset(media);
}

std::vector<route> command_routes() {
  return {
      {"POST",
       "/v1/commands",
       for_actors,
       max_event_bytes,
       post_commands,
       {"session", "dry_run"},
       false,
       check_command_type},
  };
}

}  // namespace recapd::gateway::http::routes
