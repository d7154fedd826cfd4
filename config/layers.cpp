#include "config/layers.hpp"
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <boost/json.hpp>
#include <cctype>
#include <charconv>

namespace recapd::config {

namespace json = boost::json;

namespace {

constexpr std::array all_scalars = std::to_array<scalar>({
    {"node.listen"},
    {"node.name"},
    {"node.lease_ms", shape::number},
    {"node.max_clock_skew_ms", shape::number},
    {"node.data"},
    {"node.clock"},
    {"database.url"},
    {"database.statement_ms", shape::number},
    {"ingress.kind"},
    {"ingress.nats_url"},
    {"ingress.nats_ca"},
    {"ingress.nats_certificate"},
    {"ingress.nats_key"},
    {"ingress.nats_user"},
    {"ingress.nats_password_file"},
    {"ingress.nats_creds"},
    {"ingress.nats_nkey_seed_file"},
    {"ingress.nats_partitions", shape::number},
    {"ingress.nats_replicas", shape::number},
    {"auth.mode"},
    {"auth.tokens", shape::json},
    {"auth.tokens_file"},
    {"policy.recap.min_characters", shape::number},
    {"policy.recap.max_characters", shape::number},
    {"policy.log_window"},
    {"policy.duration.step_minutes", shape::number},
    {"policy.duration.max_minutes", shape::number},
    {"policy.calls.max_per_session", shape::number},
    {"policy.limits.tutor_minutes_per_week", shape::nullable_number},
    {"policy.limits.student_course_minutes_per_week", shape::nullable_number},
    {"policy.limits.course_minutes_per_week", shape::nullable_number},
    {"policy.limits.pair_sessions_per_day", shape::nullable_number},
    {"policy.week_starts_on"},
    {"policy.timezone"},
    {"policy.confirmation"},
    {"policy.auto_confirm_after", shape::nullable_text},
    {"policy.pay.rate_per_hour", shape::number},
    {"policy.pay.currency"},
    {"policy.reminders.tutor_recap_due", shape::nullable_text},
    {"policy.reminders.tutor_recap_reminder", shape::json},
    {"policy.reminders.student_recap_reminder", shape::json},
    {"policy.reminders.tutor_remind_student", shape::json},
    {"policy.reminders.student_recap_overdue", shape::nullable_text},
    {"policy.courses", shape::json},
    {"engine.shards", shape::number},
    {"engine.workers", shape::number},
    {"engine.journals", shape::number},
    {"engine.readers", shape::number},
    {"engine.max_in_flight", shape::number},
    {"engine.max_batch", shape::number},
    {"engine.max_resident_sessions", shape::number},
    {"engine.session_idle_ms", shape::number},
    {"http.max_connections", shape::number},
    {"http.max_connections_per_address", shape::number},
    {"http.hosts", shape::json},
    {"http.origins", shape::json},
    {"http.public_url"},
    {"http.trusted_proxies", shape::json},
    {"http.header_timeout_ms", shape::number},
    {"http.idle_timeout_ms", shape::number},
    {"webhook.url"},
    {"webhook.secret"},
    {"webhook.timeout_ms", shape::number},
    {"log.level"},
});

json::value number_of(const std::string &name, std::string_view text) {
  std::int64_t n = 0;
  const auto end = text.data() + text.size();
  const auto [at, ec] = std::from_chars(text.data(), end, n);
  if (ec != std::errc{} || at != end)
    throw config_error{name, "a whole number"};
  return n;
}

json::value json_of(const std::string &name, std::string_view text) {
  try {
    return parse_json(text);
  } catch (const config_error &e) {
    throw config_error{name, std::string{"JSON; in it "} + e.what()};
  }
}

json::value value_of(const std::string &name, shape form,
                     const std::string &text) {
  const bool nullable =
      form == shape::nullable_text || form == shape::nullable_number;
  if (nullable && text == "null") return nullptr;
  switch (form) {
  case shape::number:
  case shape::nullable_number:
    return number_of(name, text);
  case shape::json:
    return json_of(name, text);
  case shape::text:
  case shape::nullable_text:
    break;
  }
  return json::string{text};
}

/// What a variable or an option says is shown, logged and stored as JSON.
void require_utf8(const std::string &name, const std::string &text) {
  boost::system::error_code ec;
  static_cast<void>(json::parse(json::serialize(json::string{text}), ec));
  if (ec) throw config_error{name, "valid UTF-8"};
}

void put_option(tree &t, std::string_view path, const char *option,
                const std::optional<std::string> &value) {
  if (!value) return;
  require_utf8(option, *value);
  t.put(path, json::string{*value}, option);
}

}  // namespace

std::span<const scalar> scalars() {
  return all_scalars;
}

std::string variable_of(std::string_view path) {
  std::string name{"RECAPD_"};
  for (const char c : path)
    name +=
        c == '.'
            ? '_'
            : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::string tree::blame(std::string_view path) const {
  for (auto part = path; !part.empty();
       part = part.substr(0, part.find_last_of(".[") + 1)) {
    if (part.ends_with('.') || part.ends_with('[')) part.remove_suffix(1);
    const auto found = origins.find(part);
    if (found != origins.end())
      return found->second + std::string{path.substr(part.size())};
  }
  return std::string{path};
}

void tree::put(std::string_view path, json::value v, std::string origin) {
  json::object *at = &root;
  std::string_view rest = path;
  for (auto dot = rest.find('.'); dot != std::string_view::npos;
       dot = rest.find('.')) {
    auto &next = (*at)[rest.substr(0, dot)];
    if (next.is_null()) next.emplace_object();
    // A section of the wrong type is the reader's to refuse.
    if (!next.is_object()) return;
    at = &next.get_object();
    rest.remove_prefix(dot + 1);
  }
  (*at)[rest] = std::move(v);
  origins.insert_or_assign(std::string{path}, std::move(origin));
}

tree layered(std::string_view text, const environment &env,
             const overrides &options) {
  tree t{.root = parse_file(text), .origins = {}};
  for (const auto &s : scalars()) {
    auto name = variable_of(s.path);
    const auto found = env(name);
    if (!found || found->empty()) continue;
    require_utf8(name, *found);
    auto value = value_of(name, s.form, *found);
    t.put(s.path, std::move(value), std::move(name));
  }
  put_option(t, "node.listen", "--listen", options.listen);
  put_option(t, "node.data", "--data", options.data);
  put_option(t, "node.clock", "--clock", options.clock);
  put_option(t, "database.url", "--database", options.database);
  put_option(t, "ingress.kind", "--ingress", options.ingress);
  return t;
}

}  // namespace recapd::config
