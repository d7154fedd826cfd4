// Secret keys that all nodes of a database share, and that are renewed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace recapd::storage {

struct secret_key {
  std::string id;
  std::string secret;
  std::chrono::seconds age{0};  ///< by the database's clock
};

/// How long keys last.
struct key_ages {
  std::chrono::seconds renewed;  ///< a newer one is made at this age
  std::chrono::seconds kept;     ///< it is gone from this age on
};

class key_store {
public:
  virtual ~key_store() = default;
  key_store() = default;
  key_store(const key_store &) = delete;
  key_store &operator=(const key_store &) = delete;

  /// Returns the keys, the newest first. Puts `fresh` among them where the
  /// newest is due to be renewed, or there is none, and takes out those that
  /// are not kept. Whatever nodes ask at once, one of them makes a key. Throws
  /// storage_error.
  [[nodiscard]] virtual std::vector<secret_key>
  renewed(const secret_key &fresh, const key_ages &ages) = 0;
};

}  // namespace recapd::storage
