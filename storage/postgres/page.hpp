// Pages of lists, of which nothing is read that is behind the page.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "storage/postgres/connection.hpp"
#include "storage/store.hpp"

namespace recapd::storage::postgres {

/// Returns the query of a page. `list` is a query without an order; its rows
/// have a column `size` (octet_length of what is long in a row, which reads the
/// length, not the text), its parameters go from $3 on. The page has `columns`
/// of `alias`, by `order`.
[[nodiscard]] std::string paged_sql(const std::string &columns,
                                    const std::string &alias,
                                    const std::string &list,
                                    const std::string &order);
[[nodiscard]] prepared_statement paged(const std::string &name,
                                       const std::string &columns,
                                       const std::string &alias,
                                       const std::string &list,
                                       const std::string &order);

/// Returns a condition: the session whose id is `session` is of one of the
/// programmes in a parameter, text[].
[[nodiscard]] std::string among_sql(const std::string &session,
                                    const std::string &parameter);

/// Returns the parameters $1 and $2.
[[nodiscard]] arguments page_args(page_bounds most);

/// Reads a page; `read(rows, row, first)` reads the columns from `first` on.
template <class T, class Read>
[[nodiscard]] page<T> read_page(const result_set &rows, page_bounds most,
                                Read read) {
  page<T> out;
  for (int i = 0; i < rows.size() && i < most.rows; ++i)
    out.push_back(read(rows, i, 1));
  // Column 0 counts the rows there are, at most one more than the page has.
  out.more = rows.size() > 0
             && rows.number(0, 0) > static_cast<std::int64_t>(out.size());
  return out;
}

}  // namespace recapd::storage::postgres
