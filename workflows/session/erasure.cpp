// SPDX-License-Identifier: Apache-2.0
#include "workflows/session/erasure.hpp"

#include <string>
#include <utility>
#include <variant>

namespace recapd::workflows {

namespace json = boost::json;

namespace {

/// The members of notifications, and of recaps, that people wrote.
constexpr auto texts_told = {"reason", "message", "note"};
constexpr auto recap_parts = {"topics_covered", "how_tutee_did", "next_steps"};

bool erase(std::string &text) {
  if (text.empty() || text == erased_text) return false;
  text = erased_text;
  return true;
}

/// Goes through the members of an event or a recap, and erases the texts of
/// people. A text within a claim or a transfer names an account or an owner.
class text_eraser {
public:
  bool done = false;

  void text(std::string_view, std::string &v) { done = erase(v) || done; }
  void object(std::string_view, recap &v) { recap::each_member(*this, v); }
  void object(std::string_view, const auto &) {}

  static bool optional(std::string_view) { return true; }
  static bool there(std::string_view, const auto &) { return true; }
  void id(const auto &...) {}
  void currency(const auto &...) {}
  void time_zone(const auto &...) {}
  void students(const auto &...) {}
  void participant(const auto &...) {}
  void whoever(const auto &...) {}
  void flags(const auto &...) {}
  void time(const auto &...) {}
  void named(const auto &...) {}
  void count(const auto &...) {}
  void count_or_null(const auto &...) {}
  void whole(const auto &...) {}
  void clamped(const auto &...) {}
  void boolean(const auto &...) {}
  void object_or_null(const auto &...) {}
  void list(const auto &...) {}
};

template <class Event> void note_figures(Event &e) {
  if constexpr (requires { e.figures; })
    if (e.figures == text_figures{}) e.figures = figures_of(e.written);
}

bool erase_members(json::object &from,
                   std::initializer_list<const char *> names) {
  bool done = false;
  for (const auto *name : names) {
    auto *member = from.if_contains(name);
    auto *text = member != nullptr ? member->if_string() : nullptr;
    if (text == nullptr || text->empty() || *text == erased_text) continue;
    *text = erased_text;
    done = true;
  }
  return done;
}

bool erase_recap(json::object &from, std::string_view name) {
  auto *member = from.if_contains(name);
  auto *written = member != nullptr ? member->if_object() : nullptr;
  return written != nullptr && erase_members(*written, recap_parts);
}

bool erase_recap(boxed<recap> &of) {
  if (!of) return false;
  auto written = *of;
  text_eraser eraser;
  recap::each_member(eraser, written);
  if (eraser.done) of = std::move(written);
  return eraser.done;
}

}  // namespace

bool erase_texts(event_body &what) {
  return std::visit(
      [](auto &e) {
        auto erased = e;
        text_eraser eraser;
        std::decay_t<decltype(e)>::each_member(eraser, erased);
        if (!eraser.done) return false;
        note_figures(e);
        if constexpr (requires { e.figures; }) erased.figures = e.figures;
        e = std::move(erased);
        return true;
      },
      what);
}

bool erase_texts(json::object &notification) {
  return erase_members(notification, texts_told);
}

bool erase_recaps(session &s, const person &who) {
  bool done = who == person{.as = role::tutor, .id = s.tutor}
              && erase_recap(s.tutor_recap);
  if (who.as != role::student) return done;
  for (auto &p : s.participants)
    if (p.student == who.id) done = erase_recap(p.written) || done;
  return done;
}

bool erase_recaps(json::object &view, const person &who) {
  const auto names = [&who](const json::object &of, std::string_view member) {
    const auto *id = of.if_contains(member);
    return id != nullptr && id->is_string() && id->get_string() == who.id;
  };
  if (who.as == role::tutor)
    return names(view, "tutor") && erase_recap(view, "tutor_recap");
  auto *all = view.if_contains("participants");
  if (who.as != role::student || all == nullptr || !all->is_array())
    return false;
  bool done = false;
  for (auto &one : all->get_array())
    if (auto *p = one.if_object(); p != nullptr && names(*p, "student"))
      done = erase_recap(*p, "recap") || done;
  return done;
}

}  // namespace recapd::workflows
