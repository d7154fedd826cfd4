// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json/object.hpp>
#include <memory>

#include "gateway/http/person_erasure.hpp"
#include "gateway/http/person_settings.hpp"
#include "gateway/http/routes.hpp"
#include "gateway/http/target.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/strict_json.hpp"
#include "workflows/session/facts.hpp"

namespace recapd::gateway::http::routes {
namespace {

namespace json = boost::json;
using storage::store;
using workflows::person;
using workflows::role;

/// The most people of whom one request asks.
constexpr std::size_t most_people = 100;
/// The most bytes of a body with a person's settings: of a name of 200
/// characters of emoji with each code point escaped.
constexpr std::size_t person_body = 65'536;

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

/// Returns how much of a person the caller may see: what is theirs alone, and
/// how they are reached, is for them, for those who set it, and in part for
/// staff.
person_part part_for(store &db, const caller &who, const person &other) {
  if (!sees_anybody(who, other) && !meets(db, who, other))
    return person_part::none;
  if (!who.proven || is_person(who, other) || who.has_role(role::system)
      || who.has_role(role::admin))
    return person_part::all;
  return who.sees_all() ? person_part::reach : person_part::name;
}

storage::person_row row_of(store &db, const person &who) {
  return db.load_person(who).value_or(
      storage::person_row{.who = who, .name = {}});
}

/// Answers with those whom no mail reaches, of the caller's programmes.
response unreachable_people(store &db, const caller &who) {
  if (who.proven && !who.sees_all())
    return not_allowed("Whom no mail reaches is for staff.");
  json::array items;
  std::string after;
  while (items.size() < most_people) {
    const auto rows = db.list_unreachable(after, static_cast<int>(most_people));
    for (const auto &row : rows) {
      after = workflows::to_string(row.who);
      const auto part = part_for(db, who, row.who);
      if (part >= person_part::reach && items.size() < most_people)
        items.push_back(person_view(row, std::min(part, person_part::reach)));
    }
    if (rows.size() < most_people) break;
  }
  return json_response({{"items", std::move(items)}});
}

void get_people(services &s, const request_ptr &r, const responder &respond) {
  query q{r->query, r->to->query};
  const bool unreachable = q.flag("unreachable");
  if (unreachable && q.has("who"))
    q.fail("Expected who, or unreachable=true, and not both.");
  const auto people = unreachable ? std::vector<person>{} : people_of(q);
  if (!q.error().empty()) return respond(bad_request(q.error()));
  answer_by_reading(s, r, respond, [r, people, unreachable](store &db) {
    if (unreachable) return unreachable_people(db, r->who);
    json::array items;
    for (const auto &who : people) {
      auto row = row_of(db, who);
      items.push_back(person_view(
          row, std::min(part_for(db, r->who, who), person_part::reach)));
    }
    return json_response({{"items", std::move(items)}});
  });
}

void get_person(services &s, const request_ptr &r, const responder &respond) {
  query q{r->query, r->to->query};
  const auto who = person_of(*r, q);
  if (!q.error().empty()) return respond(bad_request(q.error()));
  answer_by_reading(s, r, respond, [r, who](store &db) {
    const auto part = part_for(db, r->who, who);
    if (part == person_part::none)
      return not_allowed("This person is in no session with you.");
    return json_response(person_view(row_of(db, who), part));
  });
}

/// Refuses, by the head alone, who may not set this name.
std::optional<response> check_naming(const request &r) {
  const auto who = workflows::parse_person(r.params.front());
  const auto &by = r.who;
  if (who && by.proven && !is_person(by, *who) && !by.has_role(role::system)
      && !by.has_role(role::admin))
    return not_allowed("You can change your own name and settings only.");
  return want_json(r);
}

void put_person(services &s, const request_ptr &r, const responder &respond) {
  query q{r->query, r->to->query};
  const auto who = person_of(*r, q);
  const auto change = parse_person_change(who, r->body);
  if (!change.has_value()) q.fail(change.error());
  if (!q.error().empty()) return respond(bad_request(q.error()));
  answer_by_reading(s, r, respond, [change = *change](store &db) {
    db.save_person(change);
    return json_response(person_view(row_of(db, change.who), person_part::all));
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
      {"GET",
       "/v1/people",
       for_everybody,
       small_body,
       get_people,
       {"who", "unreachable"}},
      {"GET", "/v1/people/{}", for_everybody, small_body, get_person},
      {"PUT",
       "/v1/people/{}",
       for_everybody,
       person_body,
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
