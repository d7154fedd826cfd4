// A request and how it is answered: between the connections, which know
// sockets, and the routes, which know the engine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/engine/engine.hpp"
#include "gateway/http/caller_places.hpp"
#include "gateway/http/database_gauges.hpp"
#include "gateway/http/problem.hpp"
#include "gateway/http/shares.hpp"
#include "gateway/http/shell.hpp"
#include "gateway/http/sites.hpp"
#include "gateway/http/whatif_desk.hpp"
#include "gateway/http/wrong_tokens.hpp"
#include "gateway/mail/replies.hpp"
#include "gateway/oidc/sign_in.hpp"
#include "gateway/relay/relay.hpp"
#include "gateway/telemetry/metrics.hpp"
#include "gateway/wire/auth.hpp"

namespace recapd::gateway::http {

/// How many sign-ins one address may have under way at the provider.
inline constexpr std::size_t most_sign_ins_of_address = 20;

/// What every route may use; lives as long as the server.
struct services {
  actors::engine &engine;
  metrics &meters;
  authenticator auth;
  wrong_tokens guesses{};
  std::atomic<bool> draining{false};
  database_gauges gauges{};
  sites where{};
  /// How many commands one caller may have on their way in batches.
  caller_places batches{std::numeric_limits<std::size_t>::max()};
  /// Signs people in by their browsers; null: nobody.
  oidc::sign_in *sign_in = nullptr;
  /// Sign-ins that each address has under way at the provider.
  shares sign_ins{most_sign_ins_of_address};
  /// Carries commands between nodes; null: other nodes are not heard.
  std::shared_ptr<relay::relay> between = {};
  std::unique_ptr<whatif_desk> whatifs = std::make_unique<whatif_desk>();
  /// The documents that browsers open; null: there are none.
  std::unique_ptr<shell> documents = {};
  /// The segments of the path below which people reach the node.
  std::vector<std::string> base = {};
  /// Takes what comes back of mail; null: no mail is sent.
  std::shared_ptr<mail::replies> mail = {};
  bool log_requests = false;
};

/// The most bytes of an answer that is made of items.
inline constexpr std::size_t max_answer_bytes = 8'388'608;

/// Returns the time by which tokens expire: the node's clock, or the real time
/// where a manual one is behind it.
[[nodiscard]] workflows::instant token_time(const services &s);

struct route;
class answer_stream;

/// One request, complete. `keep` owns what the views point into.
struct request {
  std::string method;
  const route *to = nullptr;
  std::vector<std::string> params;  ///< the path's variable segments
  std::string query;
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  std::string_view body;
  workflows::instant received_at;
  caller who;
  config::address from = {};  ///< the client's; behind proxies the forwarded
  /// The caller among whose reads it waits: a person, or the connection.
  std::string queue_key;
  std::shared_ptr<const void> keep;

  // Of slow routes only.
  /// True once the client is gone.
  std::shared_ptr<std::atomic<bool>> gone = {};
  /// Takes the connection over for an answer that comes in parts; the responder
  /// is not called then. Only while the request is handled.
  std::function<std::shared_ptr<answer_stream>()> open_stream = {};

  /// Returns the value of the first field of that name, or an empty one.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};
using request_ptr = std::shared_ptr<const request>;

/// Answers a request, once, from any thread.
using responder = std::function<void(response)>;

/// Who may call a route at all. Where nobody is proven (mode `trusted`)
/// everybody may, except what is for nodes.
struct access {
  enum class kind : unsigned char {
    open,   ///< anybody, even without a token
    known,  ///< callers of these roles; the route looks closer
    node,   ///< another node of the same database
  };
  kind of = kind::known;
  role_set roles = {};
};
inline constexpr access open_to_all{.of = access::kind::open};
inline constexpr access for_nodes{.of = access::kind::node};
inline constexpr access for_everybody{
    .roles = {workflows::role::tutor, workflows::role::student,
              workflows::role::support, workflows::role::system,
              workflows::role::manager, workflows::role::admin}};
inline constexpr access for_actors{
    .roles = {workflows::role::tutor, workflows::role::student,
              workflows::role::support, workflows::role::system}};
inline constexpr access for_support{.roles = {workflows::role::support,
                                              workflows::role::system,
                                              workflows::role::admin}};
inline constexpr access for_staff{
    .roles = {workflows::role::support, workflows::role::system,
              workflows::role::manager, workflows::role::admin}};
inline constexpr access for_managers{
    .roles = {workflows::role::manager, workflows::role::admin}};
inline constexpr access for_operators{
    .roles = {workflows::role::system, workflows::role::admin}};
inline constexpr access for_admins{.roles = {workflows::role::admin}};

struct route {
  std::string_view method;
  std::string_view pattern;  ///< `/v1/sessions/{}`
  access who;
  std::size_t max_body;  ///< bytes
  /// Answers; null for the event stream, which takes over the connection.
  void (*handle)(services &, const request_ptr &, const responder &);
  /// The names of the query's parameters; any other is refused.
  std::vector<std::string_view> query = {};
  bool health = false;  ///< answered also when all connections are taken
  /// Refuses by the header fields, before the body is read; null: any are fine.
  std::optional<response> (*check)(const request &) = nullptr;
  bool csv = false;   ///< answers with CSV where the request prefers it
  bool slow = false;  ///< is told when its client is gone, and may stream
  bool page = false;  ///< is opened by people: any query is the page's own
};

/// Returns all routes of the node.
[[nodiscard]] const std::vector<route> &all_routes();

/// Where a method and a path lead: a route with its parameters, or a response
/// that says why there is none (404, or 405 with Allow). HEAD leads to GET.
/// What no route has is a page's, whose parameter is the whole path, where it
/// is a file's path, or has no dot in its last segment and does not begin as a
/// route, or as a version of the API.
struct destination {
  const route *to = nullptr;
  std::vector<std::string> params;
  response otherwise;
};
[[nodiscard]] destination find_route(std::string_view method,
                                     const std::vector<std::string> &path);

/// What a request proves its caller by.
struct proof {
  std::string_view authorization;  ///< the field's value
  std::string_view cookie = {};    ///< of a sign-in, where it counts
};

/// Returns nothing if the caller may use the route, else 401, 403 or 503. Sets
/// `who`. A token counts before a cookie.
[[nodiscard]] std::optional<response> admit(const services &s, const route &to,
                                            const proof &by, caller &who);

/// Answers with what `task` makes of a store, on a reader's thread, when the
/// request is next; with 503 when the store or the engine cannot, and 429 when
/// too many of the same caller's requests wait.
void answer_by_reading(services &s, const request_ptr &r,
                       const responder &respond,
                       std::function<response(storage::store &)> task);

/// Answers as answer_by_reading does, about the session whose id is the first
/// parameter, if it exists and the caller may see it; else with 404 or 403.
void answer_about_session(
    services &s, const request_ptr &r, const responder &respond,
    std::function<response(storage::store &, const workflows::session &)> task);

/// Returns the state of a session; nothing where there is none of that id.
[[nodiscard]] std::optional<workflows::session>
find_session(storage::store &store, const std::string &id);

/// Returns the session that its events make. Throws std::runtime_error where
/// they cannot be read.
[[nodiscard]] workflows::session session_of(const storage::session_events &of);

}  // namespace recapd::gateway::http
