// Which rows a reader of the inbox asks for, while writers commit in any order.
// SPDX-License-Identifier: Apache-2.0
#define CAF_SUITE inbox_order
#include <algorithm>
#include <limits>
#include <map>
#include <rapidcheck.h>
#include <set>

#include "gateway/inbox/seqs.hpp"

#include "caf/test/unit_test.hpp"

using namespace recapd;
using namespace recapd::gateway;
using namespace std::chrono_literals;

namespace {

/// Writers that each insert some rows, commit, and go on; a reader beside them.
struct pool {
  std::int64_t last = 0;
  std::map<int, std::vector<std::int64_t>> writing;  ///< by writer
  std::map<std::int64_t, int> visible;               ///< writer by seq
  std::map<int, std::vector<std::int64_t>> taken;    ///< by writer
  storage::bucket_set ours = storage::all_buckets;   ///< a writer's is its own
  inbox::seqs seqs;
  inbox::seqs::time_point now{};

  void insert(int writer, int rows) {
    for (int i = 0; i < rows; ++i)
      writing[writer].push_back(++last);
  }

  void commit(int writer) {
    for (const auto seq : writing[writer])
      visible.emplace(seq, writer);
    writing[writer].clear();
  }

  /// What is taken is gone, as after its commit; rows of others' buckets stay.
  /// True: there may be more.
  bool read(std::size_t page) {
    std::size_t rows = 0;
    for (const auto &range : seqs.unseen(ours, now))
      for (auto at = visible.lower_bound(range.low);
           at != visible.end() && at->first <= range.high && rows < page;
           ++rows) {
        const auto [seq, writer] = *at;
        seqs.saw(seq, now);
        if (ours[static_cast<std::size_t>(writer)]) {
          taken[writer].push_back(seq);
          at = visible.erase(at);
        } else {
          ++at;
        }
      }
    return rows == page;
  }
};

}  // namespace

CAF_TEST(a writers rows are taken in order whoever commits and serves them) {
  CAF_CHECK(rc::check("inbox order", [] {
    pool d;
    const auto steps = *rc::gen::container<std::vector<int>>(
        *rc::gen::inRange(1, 200), rc::gen::inRange(0, 1 << 16));
    for (const auto step : steps) {
      const auto writer = step % 4;
      if (step % 5 == 0) d.insert(writer, 1 + (step >> 4) % 2500);
      if (step % 5 == 1) d.commit(writer);
      if (step % 5 == 2) d.ours.flip(static_cast<std::size_t>(writer));
      if (step % 5 > 2) d.read(static_cast<std::size_t>(1 + (step >> 4) % 700));
    }
    for (int writer = 0; writer < 4; ++writer)
      d.commit(writer);
    d.ours.set();
    while (d.read(500)) {
    }
    RC_ASSERT(d.visible.empty());
    for (const auto &[writer, rows] : d.taken)
      RC_ASSERT(std::is_sorted(rows.begin(), rows.end()));
  }));
}

CAF_TEST(few ranges are asked for however many rows are missing) {
  pool d;
  for (int i = 0; i < 5000; ++i) {
    d.insert(0, 1);
    d.insert(1, 1);
  }
  d.commit(1);
  while (d.read(500)) {
  }
  CAF_CHECK(d.seqs.unseen(d.ours, d.now).size() <= inbox::seqs::most_holes + 1);
  d.commit(0);
  while (d.read(500)) {
  }
  CAF_CHECK_EQUAL(d.taken[0].size(), 5000u);
}

CAF_TEST(rows that never come are not asked for for ever) {
  pool d;
  d.insert(0, 10);
  d.insert(1, 1);
  d.commit(1);
  d.read(10);
  CAF_CHECK_EQUAL(d.seqs.unseen(d.ours, d.now).size(), 2u);
  d.now += inbox::seqs::patience + 1s;
  CAF_CHECK_EQUAL(d.seqs.unseen(d.ours, d.now).size(), 1u);
}

CAF_TEST(from the first row again everything is asked for) {
  pool d;
  d.insert(0, 10);
  d.commit(0);
  d.read(10);
  d.seqs.start_over();
  const auto all = d.seqs.unseen(d.ours, d.now);
  CAF_REQUIRE_EQUAL(all.size(), 1u);
  // Rows of any seq may have been there before.
  CAF_CHECK_EQUAL(all[0].low, std::numeric_limits<std::int64_t>::min());
}
