// Mail to be sent: which notifications go with which mail, and when.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/store.hpp"

namespace recapd::storage {

/// The sink of the feed that makes notifications mail.
inline constexpr const char *mail_sink = "mail";

/// A notification that is to become mail. What it says is in the journal alone.
struct mail_row {
  std::string id;  ///< the notification's
  std::string to;  ///< `ROLE:ID` or `support`
  std::string kind;
  std::string session;
  int seq = 0;                ///< its event's
  int index = 0;              ///< which of the event's notifications it is
  std::int64_t position = 0;  ///< its event's in the feed: the order in a mail
  instant due_at{};           ///< by the node's clock
  /// The notification that the mail is named by with which it goes; empty: it
  /// is not in one yet.
  std::string letter = {};
  int tries = 0;          ///< of that mail
  instant next_try_at{};  ///< of that mail, by the real time
  bool operator==(const mail_row &) const = default;
};

/// What follows from a mail that is refused for good.
struct mail_refusal {
  std::vector<std::string> ids = {};  ///< the notifications in it
  std::vector<dead_letter> letters = {};
  /// Whom mail does not reach any more at this address; none: it was refused
  /// for what it says.
  std::optional<workflows::person> who = {};
  std::string address;
  unreachable_since since;
};

/// The rows by one connection. Blocking; not thread safe; every call may throw
/// storage_error, and does once its epoch is over.
class mail_store {
public:
  virtual ~mail_store() = default;
  mail_store() = default;
  mail_store(const mail_store &) = delete;
  mail_store &operator=(const mail_store &) = delete;

  /// Returns the token of the epoch in which this store works.
  [[nodiscard]] virtual std::string epoch() = 0;
  /// Moves the sink's place in the feed and adds the rows that lie before it,
  /// in one transaction. Returns false and writes nothing where the place has
  /// another version by now.
  [[nodiscard]] virtual bool take(std::int64_t version, std::int64_t position,
                                  std::span<const mail_row> rows) = 0;

  /// Returns to whom something is due by then that is in no mail, who has
  /// waited longest first.
  [[nodiscard]] virtual std::vector<std::string> due_people(instant until,
                                                            int limit) = 0;
  /// Returns what is for somebody and in no mail yet, in order.
  [[nodiscard]] virtual std::vector<mail_row> waiting_of(std::string_view to,
                                                         int limit) = 0;
  /// Has what is for somebody and in no mail wait until then at least.
  virtual void postpone(std::string_view to, instant until) = 0;
  /// Puts rows that are in no mail into one.
  virtual void join(std::string_view letter,
                    std::span<const std::string> ids) = 0;
  /// Deletes rows: they are sent, or not to be sent any more.
  virtual void remove(std::span<const std::string> ids) = 0;

  /// Returns the rows of the mail whose next try has been due for the longest,
  /// in order; none: none is due. One whose try is further off than `furthest`
  /// counts as due: the clock was set back.
  [[nodiscard]] virtual std::vector<mail_row> next_letter(instant now,
                                                          instant furthest) = 0;
  virtual void try_later(std::string_view letter, int tries,
                         instant next_try_at) = 0;
  /// Writes dead letters and who cannot be reached, and deletes the rows, in
  /// one transaction. A person who has another address by now is left alone.
  virtual void give_up(const mail_refusal &what) = 0;

  /// Returns how many rows there are.
  [[nodiscard]] virtual std::int64_t count() = 0;
};

using mail_store_factory = std::function<std::unique_ptr<mail_store>()>;

}  // namespace recapd::storage
