// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/page.hpp"

#include <algorithm>

namespace recapd::storage::postgres {

std::string paged_sql(const std::string &columns, const std::string &alias,
                      const std::string &list, const std::string &order) {
  return "SELECT " + alias + ".there, " + columns
         + " FROM (SELECT f.*, count(*) OVER () AS there,"
           " sum(f.size) OVER (ORDER BY "
         + order + " ROWS UNBOUNDED PRECEDING) - f.size AS ahead FROM (" + list
         + " ORDER BY " + order + " LIMIT $1::int4 + 1) AS f) AS " + alias
         + " WHERE " + alias + ".ahead < $2::int8 ORDER BY " + order;
}

prepared_statement paged(const std::string &name, const std::string &columns,
                         const std::string &alias, const std::string &list,
                         const std::string &order) {
  return {name, paged_sql(columns, alias, list, order)};
}

std::string among_sql(const std::string &session,
                      const std::string &parameter) {
  return "EXISTS (SELECT FROM sessions AS among WHERE among.id = " + session
         + " AND among.program = ANY (" + parameter + "::text[]))";
}

arguments page_args(page_bounds most) {
  arguments args;
  args.int4(std::max(1, most.rows)).int8(most.bytes);
  return args;
}

}  // namespace recapd::storage::postgres
