// The event codec with its versions, the fold, the session's view, text forms.
//   h LINES  a history: {"type","at","by","data"} a line, as golden files are
//   t TEXT   a time, a duration, a person, a zone, a recap
// SPDX-License-Identifier: Apache-2.0
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "gateway/wire/strict_json.hpp"
#include "oracle.hpp"
#include "workflows/json/session.hpp"
#include "workflows/recap.hpp"
#include "workflows/session/evolve.hpp"

namespace recapd::fuzz {
namespace {

namespace json = boost::json;
using namespace workflows;

constexpr int most_events = 200;

const rules &some_rules() {
  static const rules r = [] {
    rules made;
    made.auto_confirm_after = std::chrono::hours{72};
    return made;
  }();
  return r;
}

/// Whatever is folded can be shown and waited for.
void check_session(const session &s, instant now) {
  const auto view = text_of(to_view(s, some_rules(), now));
  require(view == to_view_text(s, some_rules(), now),
          "both writers write the same view", view);
  static_cast<void>(json::parse(view));
  if (const auto timer = next_timer(s, some_rules()))
    require(timer->fires_at >= timer->at, "a timer fires when it is due");
}

void check_body(const event_body &body) {
  const auto text = text_of(to_json(body));
  require(text == to_text(body), "both writers write the same event", text);
  const auto again = parse_event(type_of(body), json::parse(text));
  require(again.has_value(), "a written event is read", text);
  require(*again == body, "an event read again is the same", text);
}

void check_effects(const effects &e) {
  for (const auto &n : e.notifications) {
    require(!n.kind.empty() && !n.to.empty(), "a notification is for somebody");
    static_cast<void>(json::parse(text_of(n.data)));
  }
}

/// Nothing unless the line is an event's; times that run back are moved up.
std::optional<event> read_event(std::string_view line, const session &before,
                                instant last) {
  json::error_code ec;
  const auto parsed = json::parse(line, ec);
  const auto *o = ec ? nullptr : parsed.if_object();
  if (o == nullptr) return std::nullopt;
  const auto text = [o](const char *name) -> std::string_view {
    const auto *v = o->if_contains(name);
    return v != nullptr && v->is_string() ? std::string_view{v->get_string()}
                                          : std::string_view{};
  };
  const auto *data = o->if_contains("data");
  if (data == nullptr) return std::nullopt;
  auto body = parse_event(text("type"), *data);
  if (!body.has_value()) {
    require(!body.error().empty(), "an error has a sentence", line);
    return std::nullopt;
  }
  check_body(*body);
  return event{.seq = before.version + 1,
               .at = std::max(parse_rfc3339(text("at")).value_or(last), last),
               .by = parse_person(text("by")).value_or(person{}),
               .what = std::move(*body)};
}

void history(std::string_view text) {
  session s;
  s.id = "fuzzed";
  instant last = *parse_rfc3339("2026-11-23T14:30:00Z");
  for (int i = 0; i < most_events && !text.empty(); ++i) {
    const auto e = read_event(take_line(text), s, last);
    // A history begins with its session, and no other begins within it.
    if (!e || s.exists() == holds_alternative<session_scheduled>(e->what))
      continue;
    last = e->at;
    check_effects(happen(s, *e));
    require(s.version == e->seq, "an event is its session's version");
  }
  if (s.exists()) check_session(s, last);
}

void texts(std::string_view text) {
  if (const auto t = parse_rfc3339(text))
    require(parse_rfc3339(format_rfc3339(*t)) == t, "a time is read again",
            format_rfc3339(*t));
  if (const auto d = parse_duration(text)) {
    require(d->count() > 0, "a duration is positive", text);
    require(parse_duration(format_duration(*d)) == d, "a duration, too",
            format_duration(*d));
  }
  if (const auto p = parse_person(text))
    require(to_string(*p) == text, "a person is written as read", text);
  if (known_time_zone(text))
    for (const auto *at : {"1970-01-01T00:00:00Z", "2026-11-23T14:30:00Z",
                           "9999-12-31T23:59:59Z"}) {
      const auto day = local_day(*parse_rfc3339(at), text);
      const auto thursday = week_thursday(day, 1);
      require(iso_weekday(thursday) == 4 && std::abs(day - thursday) < 7,
              "a week is known by its Thursday", day_name(day));
      require(!week_name(thursday).empty(), "a week has a name");
    }
  if (!utf8(text)) return;
  const auto n = measured(text).characters;
  require(n >= 0 && n <= static_cast<int>(text.size()),
          "characters are no more than bytes", text);
  // A mark at the front would cling to the blank.
  require(measured("\n" + std::string{text} + "\n").characters == n,
          "white space around a text is not counted", text);
  require(measured(std::string{text} + "\u200b").characters == n,
          "nor is what nobody sees", text);
}

}  // namespace

void try_input(char mode, std::string_view rest) {
  if (mode == 'h') history(rest);
  if (mode == 't') texts(rest);
}

}  // namespace recapd::fuzz
