// Lists as answers: items one after the other, bounded in bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <string_view>

#include "gateway/http/request.hpp"
#include "storage/store.hpp"

namespace recapd::gateway::http {

/// Writes `{"NAME":[…],"next":…}` of at most max_answer_bytes; the first item
/// always has room.
class page_writer {
public:
  explicit page_writer(std::string_view name);

  /// Adds an item. Returns false where it has no room: the page ends before it.
  [[nodiscard]] bool add(std::string_view item);
  [[nodiscard]] bool add(const boost::json::object &item) {
    return add(boost::json::serialize(item));
  }
  /// Returns the page; `next` is the token of the next page, or null.
  [[nodiscard]] response answer(const boost::json::value &next) &&;

private:
  std::string body_;
  bool empty_ = true;
};

/// Returns a page of rows, each shown by `view`, the next page's token made by
/// `token` of the last that is shown.
template <class Row, class View, class Token>
[[nodiscard]] response answer_page(std::string_view name,
                                   const storage::page<Row> &rows, View view,
                                   Token token) {
  page_writer out{name};
  std::size_t seen = 0;
  while (seen < rows.size() && out.add(view(rows[seen])))
    ++seen;
  const bool more = rows.more || seen < rows.size();
  return std::move(out).answer(more ? boost::json::value(token(rows[seen - 1]))
                                    : boost::json::value());
}

}  // namespace recapd::gateway::http
