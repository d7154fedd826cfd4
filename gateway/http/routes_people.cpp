// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/object.hpp>
#include <memory>

#include "gateway/http/person_erasure.hpp"
#include "gateway/http/routes.hpp"
#include "gateway/http/target.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/strict_json.hpp"
#include "workflows/person_name.hpp"
#include "workflows/session/facts.hpp"

namespace recapd::gateway::http::routes {
namespace {

namespace json = boost::json;
using storage::store;
using workflows::person;
using workflows::role;

/// The most people of whom one request asks.
constexpr std::size_t most_people = 100;
/// The most bytes of a body with a name: of 200 characters of emoji with each
/// code point escaped.
constexpr std::size_t name_body = 65'536;

json::object person_view(const person &who, const std::string &name) {
  return {{"who", workflows::to_string(who)},
          {"name", name.empty() ? json::value() : json::value(name)}};
}

/// Returns the person that the path names; else an error is in the query.
person person_of(const request &r, query &q) {
  auto who = workflows::parse_person(r.params.front());
  if (!who) q.fail("The path names no person, ROLE:ID.");
  return who.value_or(person{});
}

/// Returns the people whom a list names, with commas between; else an error is
/// in the query.
std::vector<person> people_of(query &q) {
  std::vector<person> people;
  const auto list = q.text("who");
  for (std::size_t at = 0; at <= list.size();) {
    const auto end = std::min(list.find(',', at), list.size());
    const auto one = workflows::parse_person(list.substr(at, end - at));
    if (!one) {
      q.fail("who: expected people, ROLE:ID, with commas between.");
      return {};
    }
    people.push_back(*one);
    at = end + 1;
  }
  if (people.size() > most_people) q.fail("who: expected at most 100 people.");
  return people;
}

/// Reads a body `{"name":"…"}` whose one member is a text, or says what is
/// wrong.
std::string only_text(const request &r, std::string_view name, query &q) {
  const auto parsed = parse_strict(r.body);
  if (!parsed.has_value()) {
    q.fail(parsed.error().detail);
    return {};
  }
  const auto *object = (*parsed).if_object();
  if (object == nullptr || object->size() != 1 || object->begin()->key() != name
      || !object->begin()->value().is_string()) {
    q.fail("Expected {\"" + std::string{name} + "\":\"…\"} and nothing else.");
    return {};
  }
  const std::string_view text = object->begin()->value().get_string();
  return std::string{text};
}

/// Returns true for the person in any of their roles.
bool is_person(const caller &who, const person &other) {
  return std::ranges::any_of(
      who.persons(), [&other](const person &one) { return one == other; });
}

/// Returns true for callers who may see the person's name whatever sessions
/// there are.
bool sees_anybody(const caller &who, const person &other) {
  return !who.proven || is_person(who, other)
         || (who.sees_all() && !who.programs.only);
}

/// Returns true for callers in one of whose programmes' sessions the person is;
/// tutors and students have to be in it, too.
bool meets(store &db, const caller &who, const person &other) {
  if (who.sees_all()) return db.takes_part(other, std::nullopt, who.programs);
  return std::ranges::any_of(who.persons(), [&](const person &one) {
    return db.takes_part(other, one, who.programs);
  });
}

bool sees(store &db, const caller &who, const person &other) {
  return sees_anybody(who, other) || meets(db, who, other);
}

std::string name_of(store &db, const person &who) {
  const auto row = db.load_person(who);
  return row ? row->name : std::string{};
}

void get_people(services &s, const request_ptr &r, const responder &respond) {
  query q{r->query, r->to->query};
  const auto people = people_of(q);
  if (!q.error().empty()) return respond(bad_request(q.error()));
  answer_by_reading(s, r, respond, [r, people](store &db) {
    json::array items;
    for (const auto &who : people)
      items.push_back(
          person_view(who, sees(db, r->who, who) ? name_of(db, who) : ""));
    return json_response({{"items", std::move(items)}});
  });
}

void get_person(services &s, const request_ptr &r, const responder &respond) {
  query q{r->query, r->to->query};
  const auto who = person_of(*r, q);
  if (!q.error().empty()) return respond(bad_request(q.error()));
  answer_by_reading(s, r, respond, [r, who](store &db) {
    if (!sees(db, r->who, who))
      return not_allowed("This person is in no session with you.");
    return json_response(person_view(who, name_of(db, who)));
  });
}

/// Refuses, by the head alone, who may not set this name.
std::optional<response> check_naming(const request &r) {
  const auto who = workflows::parse_person(r.params.front());
  const auto &by = r.who;
  if (who && by.proven && !is_person(by, *who) && !by.has_role(role::system)
      && !by.has_role(role::admin))
    return not_allowed("You can change your own name only.");
  return want_json(r);
}

void put_person(services &s, const request_ptr &r, const responder &respond) {
  query q{r->query, r->to->query};
  const auto who = person_of(*r, q);
  const auto name = only_text(*r, "name", q);
  if (const auto fault = workflows::name_fault(name); !fault.empty())
    q.fail(fault);
  if (!q.error().empty()) return respond(bad_request(q.error()));
  answer_by_reading(s, r, respond, [who, name](store &db) {
    db.save_person({.who = who, .name = name});
    return json_response(person_view(who, name));
  });
}

/// Answers the status of a step behind which another comes.
constexpr unsigned goes_on = 102;

void erase_on(services &s, const request_ptr &r, const responder &respond,
              const std::shared_ptr<person_erasure> &work) {
  const auto next = [&s, r, respond, work](response out) {
    if (out.status == goes_on) return erase_on(s, r, respond, work);
    respond(std::move(out));
  };
  answer_by_reading(s, r, next, [r, work](store &db) -> response {
    if (work->step(db)) return {.status = goes_on, .body = {}};
    log_info("what a person wrote is erased",
             {{"who", workflows::to_string(work->what().who)},
              {"by", workflows::to_string(work->what().by)},
              {"sessions", std::to_string(work->sessions())}});
    return json_response({{"sessions", work->sessions()}});
  });
}

void erase_person(services &s, const request_ptr &r, const responder &respond) {
  query q{r->query, r->to->query};
  const auto who = person_of(*r, q);
  const auto note = only_text(*r, "note", q);
  if (!q.error().empty()) return respond(bad_request(q.error()));
  if (r->who.programs.only)
    return respond(not_allowed("An erasure is of all programmes; yours are "
                               "some."));
  // Where nobody is proven nobody is known to have asked.
  const auto by = r->who.proven.value_or(workflows::engine_itself);
  log_info("what a person wrote is being erased",
           {{"who", workflows::to_string(who)},
            {"by", workflows::to_string(by)},
            {"note", note}});
  erase_on(s, r, respond,
           std::make_shared<person_erasure>(storage::erasure{
               .who = who, .by = by, .at = s.engine.time().now()}));
}

}  // namespace

std::vector<route> people_routes() {
  return {
      {"GET", "/v1/people", for_everybody, small_body, get_people, {"who"}},
      {"GET", "/v1/people/{}", for_everybody, small_body, get_person},
      {"PUT",
       "/v1/people/{}",
       for_everybody,
       name_body,
       put_person,
       {},
       false,
       check_naming},
      {"POST",
       "/v1/people/{}/erase",
       for_admins,
       small_body,
       erase_person,
       {},
       false,
       want_json},
  };
}

}  // namespace recapd::gateway::http::routes
