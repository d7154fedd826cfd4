// The stores the suites run against, and what they write.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/mail.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/store.hpp"
#include "workflows/policy.hpp"
#include "workflows/session/changes.hpp"

namespace recapd::storage::test {

/// 2026-11-23T10:00:00Z, and minutes after it.
[[nodiscard]] instant at(int minutes);

/// One database, empty and migrated, for this process; dropped at its end.
/// Needs RECAPD_TEST_POSTGRES, the URL of a server. RECAPD_TEST_ROLE is who
/// owns it and connects to it; without it, who made it.
class pg_database {
public:
  /// The process's own, emptied.
  static pg_database &emptied();
  /// One more, not migrated, dropped with the object.
  explicit pg_database(const std::string &name);
  ~pg_database();
  pg_database(const pg_database &) = delete;
  pg_database &operator=(const pg_database &) = delete;

  [[nodiscard]] const std::string &url() const { return url_; }
  [[nodiscard]] const std::string &name() const { return name_; }
  /// The URL for another role, with further parameters of the URL.
  [[nodiscard]] std::string as(const std::string &role,
                               const std::string &more = "") const;
  /// The URL of the database the server's own commands are sent to.
  [[nodiscard]] static std::string server();

private:
  std::string name_;
  std::string url_;
};

/// A store on an empty database, which more stores may be opened on.
struct world {
  std::string_view kind;  ///< `memory` or `postgres`
  store_factory open;
  mail_store_factory open_mail;
  std::unique_ptr<store> s;
};

/// Runs the body once with each implementation.
void with_each_store(const std::function<void(world &)> &body);

/// A test of CAF's whose body, with that parameter, is run by `with_each`.
#define TEST_WITH_EACH(with_each, parameter, name)                             \
  static void CAF_UNIQUE(body)(parameter);                                     \
  CAF_TEST(name) {                                                             \
    with_each(CAF_UNIQUE(body));                                               \
  }                                                                            \
  static void CAF_UNIQUE(body)(parameter)

/// A test that is run once with each implementation, as `w`.
#define STORE_TEST(name) TEST_WITH_EACH(with_each_store, world &w, name)

/// A commit of `count` events from `first` on, of a session that stays
/// scheduled.
[[nodiscard]] commit moves(const std::string &session, int first,
                           int count = 1);
/// The commit `c` with an outcome: the command `(app, id)` accepted.
[[nodiscard]] commit accepts(const std::string &id, commit c);
/// A refused command: an outcome and nothing else.
[[nodiscard]] commit refuses(const std::string &id, const std::string &session,
                             instant received_at = at(0));
[[nodiscard]] commit raises(commit c, const workflows::usage_key &key,
                            int delta, std::optional<int> cap);
[[nodiscard]] commit pays(commit c, workflows::transfer_kind kind,
                          std::int64_t amount = 1500);
/// A correction by `change`, down where that is negative.
[[nodiscard]] commit corrects(commit c, int n, std::int64_t change);

[[nodiscard]] workflows::usage_key week(const std::string &tutor);

/// `ok` or the faults' names, with blanks between.
[[nodiscard]] std::string append(store &s, const std::vector<commit> &commits);

[[nodiscard]] std::int64_t used(store &s, const workflows::usage_key &key);
/// The session's version; 0 where there is none.
[[nodiscard]] int version_of(store &s, const std::string &id);

/// The sessions' ids with blanks between.
[[nodiscard]] std::string ids(const std::vector<session_events> &all);

}  // namespace recapd::storage::test
