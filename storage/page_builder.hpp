// The page builder: rows in order, as many as the bounds of a page let in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

#include "storage/store.hpp"

namespace recapd::storage {

/// Gathers a page: rows that are added in order, as long as they fit.
template <class T> class page_builder {
public:
  explicit page_builder(page_bounds most) : most_{most} {}

  /// Adds a row; returns false if the page is full and the list goes on.
  bool add(const T &row, std::size_t bytes) {
    page_.more = std::ssize(page_) >= most_.rows
                 || (!page_.empty() && bytes_ >= most_.bytes);
    if (page_.more) return false;
    bytes_ += static_cast<std::int64_t>(bytes);
    page_.push_back(row);
    return true;
  }
  page<T> done() { return std::move(page_); }

private:
  page_bounds most_;
  std::int64_t bytes_ = 0;
  page<T> page_;
};

}  // namespace recapd::storage
