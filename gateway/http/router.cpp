// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <stdexcept>

#include "gateway/http/request.hpp"
#include "gateway/http/right_problem.hpp"
#include "gateway/http/routes.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/text.hpp"
#include "storage/event_reading.hpp"

namespace recapd::gateway::http {
namespace {

/// Matches a path against a pattern; its `{}` segments become parameters.
bool matches(std::string_view pattern, const std::vector<std::string> &path,
             std::vector<std::string> &params) {
  params.clear();
  for (const auto &segment : path) {
    if (pattern.empty()) return false;
    pattern.remove_prefix(1);
    const auto part = pattern.substr(0, pattern.find('/'));
    if (part == "{}" && !segment.empty())
      params.push_back(segment);
    else if (part != segment)
      return false;
    pattern.remove_prefix(part.size());
  }
  return pattern.empty();
}

response try_task(const std::function<response(storage::store &)> &task,
                  storage::store &store) {
  try {
    return task(store);
  } catch (const storage::right_missing &e) {
    return without_right(e);
  } catch (const storage::storage_error &) {
    throw;
  } catch (const std::exception &e) {
    log_warn("a request failed", {{"error", e.what()}});
    return problem(500, "internal",
                   "The request failed; the log has the reason.");
  }
}

response unauthenticated(std::string_view detail) {
  auto out = problem(401, "unauthenticated", detail);
  out.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"recapd\"");
  return out;
}

/// Returns the roles' names, as `support, manager, admin`.
std::string names_of(const role_set &roles) {
  using workflows::role;
  std::string out;
  for (const auto one : {role::tutor, role::student, role::support,
                         role::manager, role::admin, role::system})
    if (roles.has(one))
      out += (out.empty() ? "" : ", ") + std::string{workflows::to_string(one)};
  return out;
}

response unknown(const unknown_caller &who) {
  using kind = unknown_caller::kind;
  if (who.why == kind::forbidden) return not_allowed(who.detail);
  if (who.why == kind::later) return unavailable(who.detail);
  auto out = unauthenticated(who.detail);
  out.guessed = who.guessed;
  return out;
}

/// Returns true for `v1`, `v2` and so on.
bool names_version(std::string_view segment) {
  return segment.size() > 1 && segment.front() == 'v'
         && std::all_of(segment.begin() + 1, segment.end(),
                        [](char c) { return c >= '0' && c <= '9'; });
}

/// Returns true where a first segment is the API's, not a page's.
bool of_the_api(std::string_view segment) {
  return names_version(segment)
         || std::ranges::any_of(all_routes(), [&](const route &r) {
              const auto first = r.pattern.substr(1);
              return !r.page && first.substr(0, first.find('/')) == segment;
            });
}

/// Returns true for the path of a page; only its last segment may be empty, and
/// the first begins with no dot, as `.well-known` does.
bool of_a_page(const std::vector<std::string> &path) {
  return !of_the_api(path.front()) && !path.front().starts_with('.')
         && std::none_of(
             path.begin(), path.end() - 1,
             [](const auto &s) { return s.empty() || s == "." || s == ".."; })
         && path.back().find('.') == std::string::npos;
}

/// Returns the route of the pages with the path as its parameter, if it is a
/// page's or a file's.
const route *page_at(const std::vector<std::string> &path,
                     std::vector<std::string> &params) {
  std::string whole;
  for (const auto &segment : path)
    whole += "/" + segment;
  const bool there = std::ranges::any_of(
      page_files, [&](const page_file &f) { return f.path == whole; });
  if (!there && !of_a_page(path)) return nullptr;
  params = {std::move(whole)};
  return &*std::ranges::find_if(
      all_routes(), [](const route &r) { return r.page && r.pattern == "/"; });
}

}  // namespace

std::string_view request::header(std::string_view name) const {
  for (const auto &[key, value] : headers)
    if (equal_no_case(key, name)) return trim(value);
  return {};
}

const std::vector<route> &all_routes() {
  static const auto all = [] {
    std::vector<route> rows;
    for (const auto &group :
         {routes::command_routes(), routes::session_routes(),
          routes::explain_routes(), routes::limit_routes(),
          routes::record_routes(), routes::disbursement_routes(),
          routes::report_routes(), routes::people_routes(),
          routes::policy_routes(), routes::operation_routes(),
          routes::node_routes(), routes::me_routes(), routes::mail_routes(),
          routes::auth_routes(), routes::relay_routes(),
          routes::whatif_routes(), routes::page_routes()})
      rows.insert(rows.end(), group.begin(), group.end());
    return rows;
  }();
  return all;
}

destination find_route(std::string_view method,
                       const std::vector<std::string> &path) {
  destination out;
  std::string allowed;
  const auto fixed = [](const route &r) {
    return r.pattern.find("{}") == std::string_view::npos;
  };
  // A path that is named as it is leads nowhere else.
  const bool named = std::ranges::any_of(all_routes(), [&](const route &r) {
    return fixed(r) && matches(r.pattern, path, out.params);
  });
  for (const auto &r : all_routes()) {
    if (named && !fixed(r)) continue;
    if (!matches(r.pattern, path, out.params)) continue;
    if (r.method == method || (r.method == "GET" && method == "HEAD")) {
      out.to = &r;
      return out;
    }
    allowed += allowed.empty() ? "" : ", ";
    allowed += r.method == "GET" ? "GET, HEAD" : std::string{r.method};
  }
  const auto *page = allowed.empty() ? page_at(path, out.params) : nullptr;
  if (page != nullptr && (method == "GET" || method == "HEAD")) {
    out.to = page;
    return out;
  }
  if (page != nullptr) allowed = "GET, HEAD";
  if (allowed.empty()) {
    out.otherwise = problem(404, "not-found", "There is nothing at this path.");
  } else {
    out.otherwise = problem(405, "method-not-allowed",
                            "This path answers to " + allowed + ".");
    out.otherwise.headers.emplace_back("Allow", allowed);
  }
  return out;
}

workflows::instant token_time(const services &s) {
  return std::max(s.engine.time().now(), actors::wall_clock{}.now());
}

std::optional<response> admit(const services &s, const route &to,
                              const proof &by, caller &who) {
  if (to.who.of == access::kind::open) return std::nullopt;
  if (to.who.of == access::kind::node) {
    if (s.between && s.between->knows(by.authorization)) return std::nullopt;
    return unauthenticated("This is for recapd's nodes.");
  }
  const auto known = by.authorization.empty() && !by.cookie.empty()
                         ? s.sign_in->open(by.cookie, token_time(s))
                         : s.auth.identify(by.authorization, token_time(s));
  if (!known.has_value()) return unknown(known.error());
  who = *known;
  if (!who.act_as_one_of(to.who.roles))
    return not_allowed("Your role may not use this: "
                       + std::string{workflows::to_string(who.proven->as)}
                       + "; it is for " + names_of(to.who.roles) + ".");
  return std::nullopt;
}

void answer_by_reading(services &s, const request_ptr &r,
                       const responder &respond,
                       std::function<response(storage::store &)> task) {
  const auto word = s.engine.query(
      r->queue_key,
      [&s, r, respond, task = std::move(task)](storage::store &store) {
        auto out = try_task(task, store);
        out.reserved = s.engine.reserve_bytes(r->queue_key, out.body.size());
        respond(std::move(out));
      },
      [respond](storage::fault) {
        respond(unavailable("The database cannot be reached; try again."));
      });
  if (word == actors::admission::caller_full)
    respond(too_many("Too many of your requests wait already; try again when "
                     "they are answered."));
  else if (word == actors::admission::full)
    respond(unavailable("Too many requests wait already; try again."));
}

void answer_about_session(
    services &s, const request_ptr &r, const responder &respond,
    std::function<response(storage::store &, const workflows::session &)>
        task) {
  answer_by_reading(
      s, r, respond, [r, task = std::move(task)](storage::store &store) {
        const auto &id = r->params.front();
        const auto session = find_session(store, id);
        if (!session || !r->who.programs.includes(session->program))
          return unknown_session(id);
        if (!r->who.sees(*session))
          return not_allowed("This session is somebody else's.");
        return task(store, *session);
      });
}

std::optional<workflows::session> find_session(storage::store &store,
                                               const std::string &id) {
  if (!workflows::valid_id(id)) return std::nullopt;
  const storage::session_version which{.session = id};
  const auto found = store.load_events({&which, 1}).front();
  if (found.events.empty()) return std::nullopt;
  return session_of(found);
}

workflows::session session_of(const storage::session_events &of) {
  auto s = storage::fold(of);
  if (!s.has_value())
    throw std::runtime_error{"session " + of.id + ": " + s.error()};
  return std::move(*s);
}

}  // namespace recapd::gateway::http
