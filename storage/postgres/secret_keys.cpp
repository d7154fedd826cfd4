// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/secret_keys.hpp"

#include <algorithm>

#include "storage/postgres/link.hpp"

namespace recapd::storage::postgres {

namespace {

const prepared_statement lock_keys{
    "key_lock", "SELECT pg_advisory_xact_lock(7236218450114)"};
const prepared_statement all_keys{
    "secret_keys", "SELECT id, secret,"
                   " extract(epoch FROM clock_timestamp() - made_at)::int8"
                   " FROM secret_keys WHERE purpose = $1::text"
                   " ORDER BY made_at DESC, id"};
const prepared_statement add_key{"add_secret_key",
                                 "INSERT INTO secret_keys (id, secret, purpose)"
                                 " VALUES ($1::text, $2::text, $3::text)"};
const prepared_statement drop_keys{
    "drop_secret_keys",
    "DELETE FROM secret_keys WHERE purpose = $2::text"
    " AND made_at <= clock_timestamp() - $1::int8 * interval '1 second'"};

std::vector<secret_key> read_keys(connection &c, const std::string &purpose) {
  const auto rows = c.run(all_keys, arguments{}.text(purpose));
  std::vector<secret_key> keys;
  for (int i = 0; i < rows.size(); ++i)
    keys.push_back({.id = rows.text(i, 0),
                    .secret = rows.text(i, 1),
                    .age = std::chrono::seconds{rows.number(i, 2)}});
  return keys;
}

bool renewal_due(const std::vector<secret_key> &keys, const key_ages &ages) {
  return keys.empty() || keys.front().age >= ages.renewed
         || keys.back().age >= ages.kept;
}

class sql_keys final : public key_store, private link {
public:
  sql_keys(endpoint to, std::string purpose)
      : link{std::move(to)}, purpose_{std::move(purpose)} {}

  std::vector<secret_key> renewed(const secret_key &fresh,
                                  const key_ages &ages) override {
    return with([&](connection &c) {
      auto keys = read_keys(c, purpose_);
      if (!renewal_due(keys, ages)) return keys;
      c.in_transaction([&] {
        c.run(lock_keys);
        keys = read_keys(c, purpose_);
        if (keys.empty() || keys.front().age >= ages.renewed)
          c.run(add_key,
                arguments{}.text(fresh.id).text(fresh.secret).text(purpose_));
        c.run(drop_keys, arguments{}.int8(ages.kept.count()).text(purpose_));
        keys = read_keys(c, purpose_);
      });
      return keys;
    });
  }

private:
  std::string purpose_;
};

}  // namespace

std::unique_ptr<key_store> open_secret_keys(const endpoint &to,
                                            const std::string &purpose) {
  return std::make_unique<sql_keys>(to, purpose);
}

}  // namespace recapd::storage::postgres
