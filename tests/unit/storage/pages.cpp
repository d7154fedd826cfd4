// Lists are read by the page: so many rows, so many bytes, one row at least.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE pages
#include "storage/refusal_token.hpp"
#include "worlds.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd::storage;
using namespace recapd::storage::test;

namespace {

/// The rows of a list, read page by page until the last: each page's names and
/// a blank. `read` takes the last row of the page before, or null.
template <class Read, class Name> std::string pages(Read read, Name name) {
  std::string out;
  auto rows = read(nullptr);
  for (;;) {
    for (const auto &row : rows)
      out += name(row);
    if (!rows.more || rows.empty()) return out;
    out += ' ';
    const auto last = rows.back();
    rows = read(&last);
  }
}

std::string text_of(std::size_t bytes) {
  return "\"" + std::string(bytes - 2, 'x') + "\"";
}

std::string history(store &s, page_bounds most) {
  return pages(
      [&](const event_row *last) {
        return s.history("s", last != nullptr ? last->seq : 0, most);
      },
      [](const event_row &e) { return std::to_string(e.seq); });
}

}  // namespace

STORE_TEST(a history is read by rows and by bytes) {
  auto c = moves("s", 1, 7);
  for (auto &e : c.events)
    e.data = text_of(e.seq == 4 ? 5000 : 100);
  CAF_CHECK_EQUAL(append(*w.s, {c, moves("t", 1)}), "ok ok");
  CAF_CHECK_EQUAL(history(*w.s, 1000), "1234567");
  CAF_CHECK_EQUAL(history(*w.s, 7), "1234567");
  CAF_CHECK_EQUAL(history(*w.s, 6), "123456 7");
  CAF_CHECK_EQUAL(history(*w.s, 3), "123 456 7");
  CAF_CHECK_EQUAL(history(*w.s, {9, 200}), "12 34 56 7");
  CAF_CHECK_EQUAL(history(*w.s, {9, 201}), "123 4 567");
  CAF_CHECK_EQUAL(history(*w.s, {9, 1}), "1 2 3 4 5 6 7");
  CAF_CHECK(w.s->history("s", 7, 10).empty());
  CAF_CHECK(!w.s->history("s", 7, 10).more);
  CAF_CHECK(w.s->history("none", 0, 10).empty());
}

STORE_TEST(sessions are read by bytes along every list) {
  std::vector<commit> all;
  for (const auto *id : {"a", "b", "c", "d"}) {
    all.push_back(moves(id, 1));
    all.back().events[0].data = text_of(100);
    all.back().new_students = {"bob"};
  }
  CAF_CHECK_EQUAL(append(*w.s, all), "ok ok ok ok");
  for (const auto &filter : std::vector<session_filter>{
           {}, {.tutor = "ann"}, {.student = "bob"}, {.course = "math"}}) {
    const auto listed = [&](page_bounds most) {
      return pages(
          [&](const session_events *last) {
            auto f = filter;
            f.after = last != nullptr ? last->id : "";
            f.most = most;
            return w.s->list_sessions(f);
          },
          [](const session_events &one) { return one.id; });
    };
    CAF_CHECK_EQUAL(listed(4), "abcd");
    CAF_CHECK_EQUAL(listed(3), "abc d");
    CAF_CHECK_EQUAL(listed({9, 200}), "ab cd");
    CAF_CHECK_EQUAL(listed({9, 1}), "a b c d");
  }
}

STORE_TEST(refused commands are read in order of receipt) {
  CAF_CHECK_EQUAL(
      append(*w.s, {refuses("3", "s1", at(3)), refuses("1", "s1", at(1)),
                    refuses("9", "s2", at(2)), refuses("5", "s1", at(2)),
                    refuses("2", "s1", at(2)), refuses("4", "s1", at(2)),
                    accepts("c0", moves("s3", 1))}),
      "ok ok ok ok ok ok ok");
  const auto listed = [&](page_bounds most) {
    return pages(
        [&](const outcome_row *last) {
          return w.s->refused_outcomes(
              "s1", last != nullptr ? refusal_token(*last) : "", most);
        },
        [](const outcome_row &row) { return row.id; });
  };
  CAF_CHECK_EQUAL(listed(9), "12453");
  CAF_CHECK_EQUAL(listed(2), "12 45 3");
  CAF_CHECK_EQUAL(listed({9, 1}), "1 2 4 5 3");
  CAF_CHECK(w.s->refused_outcomes("s3", "", 9).empty());
  CAF_CHECK_EQUAL(w.s->refused_outcomes("s1", "no token", 9).size(), 5u);
}

CAF_TEST(a refusals token is read as it was written) {
  outcome_row row;
  row.source = "/a.b \xC3\xA9";
  row.id = "x.y";
  row.received_at = at(7);
  const auto token = refusal_token(row);
  CAF_CHECK(is_refusal_token(token));
  CAF_CHECK(read_refusal_token(token) == key_of(row));
  for (const auto *text :
       {"", "1", "1.61", "1.6.61", "x.61.61", "1.61.zz", "1.00.61", "1.61.ff"})
    CAF_CHECK(!is_refusal_token(text));
}

STORE_TEST(dead letters are read by bytes) {
  for (int i = 0; i < 5; ++i)
    w.s->write_dead_letter({.id = 0,
                            .event = text_of(100),
                            .reason = "r",
                            .code = "malformed",
                            .ingress = "inbox",
                            .received_at = at(i),
                            .at = at(i)},
                           std::nullopt);
  const auto listed = [&](page_bounds most) {
    return pages(
        [&](const dead_letter *last) {
          return w.s->list_dead_letters(last != nullptr ? last->id : 0, most);
        },
        [](const dead_letter &) { return "x"; });
  };
  CAF_CHECK_EQUAL(listed(5), "xxxxx");
  CAF_CHECK_EQUAL(listed(2), "xx xx x");
  CAF_CHECK_EQUAL(listed({9, 150}), "xx xx x");
  const auto first = w.s->list_dead_letters(0, 1);
  CAF_CHECK_EQUAL(first.front().event, text_of(100));
}

STORE_TEST(events with notifications are read without the others) {
  auto a = moves("a", 1, 6);
  for (auto &e : a.events)
    if (e.seq % 2 == 0) e.notifications = "[" + text_of(98) + "]";
  auto b = moves("b", 1, 2);
  b.events.back().notifications = "[]";
  CAF_CHECK_EQUAL(append(*w.s, {a, b}), "ok ok");
  const auto listed = [&](const std::string &session, page_bounds most) {
    return pages(
        [&](const feed_row *last) {
          const auto next = last == nullptr   ? 0
                            : session.empty() ? last->position + 1
                                              : last->event.seq + 1;
          return w.s->list_notified({.session = session}, next, most);
        },
        [](const feed_row &row) {
          CAF_CHECK(row.event.data.empty());
          return row.session + std::to_string(row.event.seq);
        });
  };
  CAF_CHECK_EQUAL(listed("", 9), "a2a4a6b2");
  CAF_CHECK_EQUAL(listed("", 3), "a2a4a6 b2");
  CAF_CHECK_EQUAL(listed("a", 2), "a2a4 a6");
  CAF_CHECK_EQUAL(listed("a", {9, 150}), "a2a4 a6");
  CAF_CHECK_EQUAL(listed("none", 9), "");
  CAF_CHECK_EQUAL(w.s->list_notified({.session = "a"}, 4, 9).size(), 2u);
}
