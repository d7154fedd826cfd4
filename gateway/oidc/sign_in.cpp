// SPDX-License-Identifier: Apache-2.0
#include "gateway/oidc/sign_in.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>

#include "gateway/oidc/base64url.hpp"
#include "gateway/oidc/code_exchange.hpp"
#include "gateway/oidc/person.hpp"
#include "gateway/oidc/token.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/digest.hpp"
#include "gateway/wire/strict_json.hpp"

namespace recapd::gateway::oidc {

namespace json = boost::json;
using workflows::instant;
using kind = not_signed_in::kind;

/// A sign-in that was begun, as its cookie has it.
struct sign_in::begun_one {
  std::string state, nonce, verifier, path;
};

namespace {

constexpr std::string_view for_sessions = "session";
constexpr std::string_view for_beginnings = "sign-in";
constexpr std::size_t most_waiting = 100;
constexpr std::size_t longest_path = 1024;
/// Browsers keep no longer cookies.
constexpr std::size_t longest_cookie = 3800;
constexpr std::size_t random_bytes = 32;

std::int64_t seconds_of(instant at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch())
      .count();
}

/// Returns a sealed object that has not ended (`e`, in seconds since 1970).
std::optional<json::object> unsealed(key_ring &keys, std::string_view purpose,
                                     std::string_view cookie, instant now) {
  const auto text = keys.open(purpose, cookie);
  if (!text) return std::nullopt;
  auto parsed = parse_strict(*text);
  if (!parsed.has_value() || !(*parsed).is_object()) return std::nullopt;
  auto object = std::move((*parsed).get_object());
  const auto *end = object.if_contains("e");
  if (end == nullptr || !end->is_int64() || end->get_int64() <= seconds_of(now))
    return std::nullopt;
  return object;
}

std::string text_in(const json::object &o, std::string_view name) {
  const auto *v = o.if_contains(name);
  return v != nullptr && v->is_string()
             ? std::string{std::string_view{v->get_string()}}
             : std::string{};
}

json::object session_of(const caller &who, instant until) {
  json::array persons;
  for (const auto &one : who.persons())
    persons.emplace_back(workflows::to_string(one));
  json::object out{{"w", std::move(persons)}, {"e", seconds_of(until)}};
  if (who.programs.only) out["p"] = json::value_from(*who.programs.only);
  if (who.unnamed_programs) out["u"] = true;
  if (!who.name.empty()) out["n"] = who.name;
  return out;
}

not_signed_in not_yet() {
  return {kind::later,
          "Nobody can sign in yet: the OpenID provider or the database was "
          "not read; try again."};
}

/// Returns why nobody is signed in, and logs it with whom the provider named.
not_signed_in refused(kind why, std::string detail,
                      const std::string &who = {}) {
  log_warn("a sign-in was refused", {{"who", who}, {"why", detail}});
  return {why, std::move(detail)};
}

not_signed_in anew(std::string_view why, const std::string &callback) {
  return refused(kind::wrong,
                 "This sign-in " + std::string{why} + ". Begin again at "
                     + callback.substr(0, callback.rfind('/')) + "/login.");
}

std::string with_query(const std::string &at, const std::string &query) {
  return at + (at.find('?') == std::string::npos ? "?" : "&") + query;
}

/// Refuses an ID token that is another client's or another sign-in's.
std::optional<not_signed_in> check_id_token(const json::object &said,
                                            const std::string &client,
                                            const std::string &nonce) {
  if (text_in(said, "nonce") != nonce)
    return refused(kind::wrong,
                   "The provider's answer is another sign-in's (nonce).");
  if (said.contains("azp") && text_in(said, "azp") != client)
    return refused(kind::wrong,
                   "The provider's answer is another client's (azp).");
  return std::nullopt;
}

}  // namespace

bool own_path(std::string_view path) {
  return path.size() <= longest_path && path.starts_with('/')
         && !path.starts_with("//") && std::ranges::all_of(path, [](char c) {
              return c > ' ' && c < 0x7f && c != '\\';
            });
}

sign_in::sign_in(const config::settings &settings,
                 std::shared_ptr<provider> with, std::shared_ptr<key_ring> keys)
    : how_{settings.oidc}, home_{settings.http.base_path},
      site_{to_string(settings.http.public_url.value()) + home_},
      redirect_{site_ + "auth/callback"},
      secure_{settings.http.public_url->tls}, provider_{std::move(with)},
      keys_{std::move(keys)}, thread_{[this] { run(); }} {}

sign_in::~sign_in() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

sign_in::step sign_in::begin(std::string_view path, instant now) {
  const auto facts = provider_->facts();
  if (!facts || facts->authorization_endpoint.empty()) return not_yet();
  const begun_one one{.state = random_hex(random_bytes),
                      .nonce = random_hex(random_bytes),
                      .verifier = random_hex(random_bytes),
                      .path = std::string{path}};
  auto cookie = keys_->seal(
      for_beginnings,
      json::serialize(json::object{{"s", one.state},
                                   {"n", one.nonce},
                                   {"v", one.verifier},
                                   {"r", one.path},
                                   {"e", seconds_of(now + sign_in_takes)}}));
  if (!cookie) return not_yet();
  const auto hash = sha256_of(one.verifier);
  const auto asked = form_of(
      {{"response_type", "code"},
       {"client_id", how_.client_id},
       {"redirect_uri", redirect_},
       {"scope", how_.scopes},
       {"state", one.state},
       {"nonce", one.nonce},
       {"code_challenge",
        base64url({reinterpret_cast<const char *>(hash.data()), hash.size()})},
       {"code_challenge_method", "S256"}});
  return next_step{.location = with_query(facts->authorization_endpoint, asked),
                   .cookie = std::move(*cookie),
                   .state = one.state};
}

std::string sign_in::end() const {
  const auto facts = provider_->facts();
  if (!facts || facts->end_session_endpoint.empty()) return {};
  return with_query(facts->end_session_endpoint,
                    form_of({{"client_id", how_.client_id},
                             {"post_logout_redirect_uri", site_}}));
}

void sign_in::finish(returned what, std::string_view begun, instant now,
                     std::function<void(step)> done) {
  const auto found = unsealed(*keys_, for_beginnings, begun, now);
  if (!found || what.state.empty() || text_in(*found, "s") != what.state)
    return done(anew("was not begun by this browser, or long ago", redirect_));
  if (!what.issuer.empty() && what.issuer != how_.issuer)
    return done(
        refused(kind::wrong, "The answer is another provider's (iss)."));
  if (!what.error.empty())
    return done(refused(kind::nobody,
                        "The provider signed nobody in: " + what.error + "."));
  if (what.code.empty())
    return done(refused(kind::wrong, "The answer has no code."));
  begun_one one{.state = std::move(what.state),
                .nonce = text_in(*found, "n"),
                .verifier = text_in(*found, "v"),
                .path = text_in(*found, "r")};
  const auto state = one.state;
  const auto got =
      enqueue(state, [this, one = std::move(one), code = std::move(what.code),
                      now, done] { done(signed_in(one, code, now)); });
  if (got == place::used_before)
    done(anew("has been ended already", redirect_));
  if (got == place::full)
    done(refused(kind::later, "Too many sign in at once; try again."));
}

sign_in::step sign_in::signed_in(const begun_one &begun,
                                 const std::string &code, instant now) {
  const auto facts = provider_->facts();
  if (stop_ || !facts) return not_yet();
  const auto token = exchange(
      how_, *facts,
      {.text = code, .verifier = begun.verifier, .redirect = redirect_}, stop_);
  if (!token.has_value()) {
    log_warn("a code was not exchanged",
             {{"at", facts->token_endpoint}, {"why", token.error().why}});
    return not_signed_in{token.error().status == 400 ? kind::wrong
                                                     : kind::later,
                         "The provider did not confirm the sign-in; begin "
                         "again. The node's log says why."};
  }
  return admit(*token, begun, *facts, now);
}

sign_in::step sign_in::admit(const std::string &id_token,
                             const begun_one &begun,
                             const provider_facts &facts, instant now) {
  const auto said =
      read_token(id_token, facts.keys,
                 {.issuer = how_.issuer, .audience = how_.client_id}, now);
  if (!said.has_value()) {
    if (said.error().unknown_key) provider_->look_again();
    return refused(said.error().unknown_key ? kind::later : kind::nobody,
                   said.error().detail);
  }
  if (auto no = check_id_token((*said).all, how_.client_id, begun.nonce))
    return std::move(*no);
  const auto named = text_in((*said).all, how_.claims.id);
  const auto who = caller_of(*said, how_);
  if (!who.has_value()) return refused(kind::nobody, who.error().detail, named);
  auto cookie = keys_->seal(
      for_sessions, json::serialize(session_of(*who, now + sign_in_life)));
  if (!cookie) return not_yet();
  if (cookie->size() > longest_cookie)
    return refused(kind::nobody,
                   "This sign-in is for more programmes than a cookie "
                   "holds; give it [\"*\"].",
                   named);
  return next_step{.location = begun.path, .cookie = std::move(*cookie)};
}

identified sign_in::open(std::string_view cookie, instant now) {
  const auto found = unsealed(*keys_, for_sessions, cookie, now);
  const auto *persons = found ? found->if_contains("w") : nullptr;
  caller who;
  if (persons != nullptr && persons->is_array())
    for (const auto &one : persons->get_array()) {
      const auto read = one.is_string()
                            ? workflows::parse_person(one.get_string())
                            : std::nullopt;
      if (!read) continue;
      if (!who.proven) who.proven = *read;
      if (who.proven->as != read->as) who.others.add(read->as);
    }
  if (!who.proven)
    return unknown_caller{"You are not signed in, or no longer: begin at "
                          "/auth/login."};
  if (const auto *only = found->if_contains("p")) {
    who.programs.only.emplace();
    for (const auto &one : only->as_array())
      who.programs.only->emplace_back(std::string_view{one.as_string()});
  }
  who.unnamed_programs = found->contains("u");
  who.until = instant{std::chrono::seconds{found->at("e").get_int64()}};
  who.name = text_in(*found, "n");
  return who;
}

/// Adds a job where there is a place, once for each state.
sign_in::place sign_in::enqueue(const std::string &state, job one) {
  const std::lock_guard lock{mutex_};
  if (states_.has(state)) return place::used_before;
  if (stop_ || jobs_.size() >= most_waiting) return place::full;
  states_.add(state);
  jobs_.push_back(std::move(one));
  changed_.notify_all();
  return place::taken;
}

/// Runs jobs until the end; those that are left then are answered, too.
void sign_in::run() {
  for (;;) {
    job next;
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      next = std::move(jobs_.front());
      jobs_.pop_front();
    }
    next();
  }
}

}  // namespace recapd::gateway::oidc
