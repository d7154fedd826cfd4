// SPDX-License-Identifier: Apache-2.0
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <thread>

#include "actors/whatif.hpp"
#include "gateway/http/answer_stream.hpp"
#include "gateway/http/right_problem.hpp"
#include "gateway/http/routes.hpp"
#include "gateway/telemetry/log.hpp"
#include "gateway/wire/strict_json.hpp"
#include "gateway/wire/text.hpp"

namespace recapd::gateway::http::routes {
namespace {

namespace json = boost::json;
namespace wf = workflows;

/// Each has a connection of its own.
constexpr unsigned most_threads = 4;
using actors::whatif_answer;
using actors::whatif_question;

/// The most bytes of a policy with its courses.
constexpr std::size_t largest_question = 1'048'576;
/// How often the client is told how far it is, at most.
constexpr std::chrono::milliseconds between_reports{100};

/// Reads the members of a question one by one; remembers what is wrong first.
class question_reader {
public:
  explicit question_reader(const json::object &body) : body_{body} {
    for (const auto &member : body)
      if (member.key() != "policy" && member.key() != "from"
          && member.key() != "to" && member.key() != "after")
        fail(std::string{member.key()}
             + ": expected one of policy, from, to, after.");
  }

  [[nodiscard]] const std::string &error() const { return error_; }
  void fail(std::string sentence) {
    if (error_.empty()) error_ = std::move(sentence);
  }

  wf::instant time(const char *name) {
    const auto *v = body_.if_contains(name);
    if (v != nullptr && v->is_string())
      if (const auto at = wf::parse_rfc3339(text_of(*v))) return *at;
    fail(std::string{name} + ": expected RFC 3339 with an offset.");
    return {};
  }
  std::string after() {
    const auto *v = body_.if_contains("after");
    if (v == nullptr || v->is_null()) return {};
    if (v->is_string() && wf::valid_id(text_of(*v)))
      return std::string{text_of(*v)};
    fail("after: expected the id of a session.");
    return {};
  }
  /// Reads the policy as a start would. Hours are counted by the
  /// installation's weeks, which it may not change.
  wf::policy policy(const wf::policy &newest) {
    const auto *v = body_.if_contains("policy");
    wf::policy_error wrong{.path = "policy", .expected = "an object"};
    auto read = v != nullptr && v->is_object()
                    ? wf::parse_policy(v->get_object(), wrong)
                    : std::nullopt;
    if (!read) {
      fail(wrong.path + ": expected " + wrong.expected + ".");
      return {};
    }
    if (read->base.week_starts_on != newest.base.week_starts_on)
      fail("policy.week_starts_on: expected "
           + std::string{wf::weekday_name(newest.base.week_starts_on)}
           + ", by which the hours in this database are counted.");
    return *std::move(read);
  }

private:
  static std::string_view text_of(const json::value &v) {
    return {v.get_string().data(), v.get_string().size()};
  }

  const json::object &body_;
  std::string error_;
};

/// Returns what is asked, or what is wrong with it.
boost::system::result<whatif_question, std::string>
read_question(const services &s, const request &r) {
  const auto parsed = parse_strict(r.body);
  if (!parsed.has_value()) return parsed.error().detail;
  const auto *body = (*parsed).if_object();
  if (body == nullptr) return "Expected an object with policy, from and to.";
  question_reader in{*body};
  whatif_question q{.policy = in.policy(s.engine.newest_policy().second),
                    .from = in.time("from"),
                    .to = in.time("to"),
                    .programs = r.who.programs,
                    .after = in.after(),
                    .now = s.engine.time().now()};
  if (q.from >= q.to) in.fail("to: expected a time after from.");
  if (!in.error().empty()) return in.error();
  return q;
}

/// Returns `{"was","would"}` of what `of` makes of either side.
template <class Side, class Of>
json::object both(const Side &was, const Side &would, Of of) {
  return {{"was", of(was)}, {"would", of(would)}};
}

json::value glimpse_view(const wf::whatif_difference::glimpse &g) {
  if (!g.state) return nullptr;
  json::array refused;
  for (const auto code : g.refused)
    refused.emplace_back(wf::to_string(code));
  json::object out{{"state", wf::to_string(*g.state)},
                   {"minutes", nullptr},
                   {"pay", nullptr},
                   {"currency", g.currency},
                   {"refused", std::move(refused)},
                   {"reminders", g.reminders}};
  if (g.minutes) out["minutes"] = *g.minutes;
  if (g.pay) out["pay"] = *g.pay;
  return out;
}

json::array refusals_view(const wf::whatif_figures &was,
                          const wf::whatif_figures &would) {
  json::array out;
  for (std::size_t i = 0; i < was.refused.size(); ++i)
    if (was.refused.at(i) != 0 || would.refused.at(i) != 0)
      out.push_back(json::object{{"code", wf::to_string(wf::refusal_code(i))},
                                 {"was", was.refused.at(i)},
                                 {"would", would.refused.at(i)}});
  return out;
}

json::object reminders_view(const wf::whatif_figures &of) {
  json::object out;
  for (const auto &kind : wf::reminder_table)
    out[kind.name] = of.reminders[kind.kind];
  return out;
}

json::object pay_view(const wf::whatif_figures &of) {
  json::object out;
  for (const auto &[currency, amount] : of.pay)
    out[currency] = amount;
  return out;
}

json::object answer_view(const whatif_answer &a) {
  using figures = wf::whatif_figures;
  const auto &[sessions, was, would] = a.sums;
  json::array differing;
  for (const auto &d : a.differing)
    differing.push_back(json::object{{"session", d.session},
                                     {"was", glimpse_view(d.was)},
                                     {"would", glimpse_view(d.would)},
                                     {"why", d.why}});
  json::object out{
      {"sessions", sessions},
      {"paid", both(was, would, [](const figures &f) { return f.paid; })},
      {"pay", both(was, would, pay_view)},
      {"minutes", both(was, would, [](const figures &f) { return f.minutes; })},
      {"missed", both(was, would, [](const figures &f) { return f.missed; })},
      {"refused", refusals_view(was, would)},
      {"reminders", both(was, would, reminders_view)},
      {"differing", std::move(differing)},
      {"next", nullptr}};
  if (a.more) out["next"] = a.differing.back().session;
  return out;
}

/// Works a question out and answers, on the desk's thread.
class whatif_job {
public:
  /// Holds its place at the desk until the answer is worked out.
  whatif_job(services &s, std::shared_ptr<void> place, request_ptr r,
             responder respond, whatif_question q,
             std::shared_ptr<answer_stream> stream)
      : s_{s}, place_{std::move(place)}, r_{std::move(r)},
        respond_{std::move(respond)}, q_{std::move(q)}, stream_{std::move(
                                                            stream)} {}

  void work() {
    auto out = worked_out();
    place_.reset();
    if (!stream_) return respond_(std::move(out));
    stream_->send(out.status == 200 ? "result" : "problem", out.body);
    stream_->end();
  }

private:
  response worked_out() {
    try {
      return json_response(answer_view(actors::ask_whatif(
          q_, {.stores = [this] { return s_.engine.open_store(); },
               .threads = static_cast<int>(std::clamp(
                   std::thread::hardware_concurrency(), 1U, most_threads)),
               .progress = [this](auto done, auto of) { report(done, of); },
               .goes_on = [this] { return goes_on(); }})));
    } catch (const actors::whatif_stopped &) {
      return unavailable("The node is going away; try another.");
    } catch (const actors::whatif_too_large &e) {
      return problem(422, "too-many-refusals",
                     "Session " + e.session
                         + " and others of its week were refused more commands "
                           "than are held at once; ask for a shorter range.");
    } catch (const storage::right_missing &e) {
      return without_right(e);
    } catch (const storage::storage_error &) {
      return unavailable("The database cannot be reached; try again.");
    } catch (const std::exception &e) {
      log_warn("a what-if failed", {{"error", e.what()}});
      return problem(500, "internal",
                     "The what-if failed; the log has the reason.");
    }
  }

  bool goes_on() const {
    return !s_.draining && !(stream_ ? stream_->gone() : r_->gone->load());
  }

  /// Called under a lock of the what-if's.
  void report(std::int64_t done, std::int64_t of) {
    if (!stream_) return;
    const auto now = std::chrono::steady_clock::now();
    if (done < of && now < next_report_) return;
    next_report_ = now + between_reports;
    stream_->send("progress",
                  json::serialize(json::object{{"done", done}, {"of", of}}));
  }

  services &s_;
  std::shared_ptr<void> place_;
  request_ptr r_;
  responder respond_;
  whatif_question q_;
  std::shared_ptr<answer_stream> stream_;
  std::chrono::steady_clock::time_point next_report_{};
};

void post_whatif(services &s, const request_ptr &r, const responder &respond) {
  auto q = read_question(s, *r);
  if (!q.has_value()) return respond(bad_request(q.error()));
  auto place = s.whatifs->reserve();
  if (!place)
    return respond(too_many("The node works out another what-if; try again "
                            "when it is done."));
  const bool streams =
      r->header("accept").find("text/event-stream") != std::string_view::npos;
  const auto job = std::make_shared<whatif_job>(
      s, std::move(place), r, respond, *std::move(q),
      streams ? r->open_stream() : nullptr);
  s.whatifs->begin([job] { job->work(); });
}

}  // namespace

std::vector<route> whatif_routes() {
  return {{.method = "POST",
           .pattern = "/v1/policies/whatif",
           .who = for_managers,
           .max_body = largest_question,
           .handle = post_whatif,
           .check = want_json,
           .slow = true}};
}

}  // namespace recapd::gateway::http::routes
