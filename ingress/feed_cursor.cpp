// SPDX-License-Identifier: Apache-2.0
#include "ingress/feed_cursor.hpp"

#include "ingress/reading.hpp"

namespace recapd::ingress {

using storage::feed_place;
using storage::feed_row;
using storage::store;

std::optional<std::int64_t> feed_cursor::position() {
  if (!place_)
    place_at(read_now(engine_, [sink = sink_](store &s) {
      return feed_place{s.epoch(), s.load_cursor(sink)};
    }));
  if (!place_) return std::nullopt;
  return place_->position;
}

std::optional<std::vector<feed_row>> feed_cursor::next(int limit) {
  if (!position()) return std::nullopt;
  const auto rows = read_now(
      engine_,
      [at = *place_, limit](store &s) -> std::optional<std::vector<feed_row>> {
        if (s.epoch() != at.epoch) return std::nullopt;
        return s.read_feed(at.position, limit);
      });
  if (!rows) return std::nullopt;
  if (!*rows) forget();
  return *rows;
}

void feed_cursor::pass(const feed_row &row) {
  place_at(feed_place{place_->epoch, row.position});
}

void feed_cursor::save() {
  if (!place_) return;
  (void)read_now(engine_, [at = *place_, sink = sink_](store &s) {
    if (s.epoch() == at.epoch) s.save_cursor(sink, at.position);
    return true;
  });
}

void feed_cursor::forget() {
  place_at(std::nullopt);
}

void feed_cursor::place_at(std::optional<feed_place> place) {
  place_ = std::move(place);
  meters_.feed_at(sink_,
                  place_ ? std::optional{place_->position} : std::nullopt);
}

}  // namespace recapd::ingress
