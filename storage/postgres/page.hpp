// Lists read by the page: no row behind it, and no long text of one, is touched
// by PostgreSQL or by the node.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "storage/postgres/connection.hpp"
#include "storage/store.hpp"

namespace recapd::storage::postgres {

/// Makes a query of the rows of `list`, which has no order of its own, a column
/// `size` (octet_length of what is long in a row: that reads the length, not
/// the text), and parameters from $3 on. Selects `columns` of `alias`, by
/// `order`.
[[nodiscard]] std::string paged_sql(const std::string &columns,
                                    const std::string &alias,
                                    const std::string &list,
                                    const std::string &order);
[[nodiscard]] prepared_statement paged(const std::string &name,
                                       const std::string &columns,
                                       const std::string &alias,
                                       const std::string &list,
                                       const std::string &order);

/// $1 and $2.
[[nodiscard]] arguments page_args(page_bounds most);

/// `read(rows, row, first)` makes an item of the columns from `first` on.
template <class T, class Read>
[[nodiscard]] page<T> read_page(const result_set &rows, page_bounds most,
                                Read read) {
  page<T> out;
  for (int i = 0; i < rows.size() && i < most.rows; ++i)
    out.push_back(read(rows, i, 1));
  // Column 0 counts what there is, at most one more than the page has.
  out.more = rows.size() > 0
             && rows.number(0, 0) > static_cast<std::int64_t>(out.size());
  return out;
}

}  // namespace recapd::storage::postgres
