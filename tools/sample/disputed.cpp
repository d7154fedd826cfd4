// Sessions of a course whose settlement waits for disputes (campus.json).
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <chrono>

#include "tools/sample/campus.hpp"

namespace recapd::sample {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view course = "PHIL150";

}  // namespace

void campus::dispute(const session &s, instant at, const std::string &by,
                     std::string_view reason) {
  add(at, s, "session.dispute", by, {{"reason", reason}});
}

void campus::plan_disputed(instant now) {
  const auto held = [this](session s) {
    s.minutes = 60;
    hold(s);
    complete(s, s.starts_at + 75min, s.minutes);
    return s;
  };
  const auto upheld =
      held(book_special("phil-osopher", course, 0, {"ida-plato"}));
  students_recap(upheld, upheld.starts_at + 2h);
  dispute(upheld, upheld.starts_at + 30h, "student:ida-plato",
          "I remember half an hour.");
  add(upheld.starts_at + 50h, upheld, "support.uphold", support,
      {{"note", "The call lasted an hour."}});
  const auto corrected =
      held(book_special("phil-osopher", course, 1, {"ned-kant"}));
  dispute(corrected, corrected.starts_at + 20h, "student:ned-kant",
          "We were done after half an hour.");
  add(corrected.starts_at + 30h, corrected, "recap.submit", "student:ned-kant",
      {{"recap", recap()}});
  add(corrected.starts_at + 44h, corrected, "support.correct", support,
      {{"minutes", 30}, {"note", "The tutor agrees."}});

  const auto waits =
      held(book_today("phil-osopher", course, now - 30h, {"ida-plato"}));
  add(now - 20h, waits, "recap.submit", "student:ida-plato",
      {{"recap", recap()}});
  const auto confirmed =
      held(book_today("phil-osopher", course, now - 28h, {"ned-kant"}));
  add(now - 20h, confirmed, "recap.submit", "student:ned-kant",
      {{"recap", recap()}});
  dispute(confirmed, now - 2h, "tutor:phil-osopher",
          "It was an hour and a half; I logged the wrong figure.");
  const auto silent =
      held(book_today("phil-osopher", course, now - 26h, {"lou-hegel"}));
  dispute(silent, now - 3h, "student:lou-hegel",
          "We met for a quarter of an hour only.");
}

}  // namespace recapd::sample
