// The mailer: from the feed to mail, step by step.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/clock.hpp"
#include "config/mail.hpp"
#include "gateway/mail/smtp_answer.hpp"
#include "gateway/mail/templates.hpp"
#include "storage/mail.hpp"

namespace recapd::gateway::mail {

/// What a mailer works with.
struct mailer_parts {
  config::mail settings;
  std::string site;  ///< the pages' URL, with a slash at its end
  std::shared_ptr<const templates> words;
  storage::mail_store_factory open;
  /// Calls a function with a store. Returns false where there is none now.
  std::function<bool(const std::function<void(storage::store &)> &)> read;
  /// Hands a mail in.
  std::function<smtp_answer(const std::string &to, const std::string &mail)>
      send;
  /// Returns the URL by which somebody (`ROLE:ID`) wants no more mail of these
  /// kinds; empty where none can be made now.
  std::function<std::string(const std::string &to,
                            const std::vector<std::string> &kinds)>
      unsubscribe;
  /// Hears what became of each try.
  std::function<void(mail_result)> told = [](mail_result) {};
  std::shared_ptr<const actors::clock> time;  ///< the node's
  std::shared_ptr<const actors::clock> real;  ///< by which tries are due
};

/// Reads the feed, gathers what is for one person into mails, and sends them.
/// Every step may be the last: what is stored says how to go on, and a mail
/// that may have been sent is sent again as it was named. Not thread safe. Each
/// call may throw storage_error; forget() comes before the next then.
class mailer {
public:
  explicit mailer(mailer_parts p);

  /// Does what is next: reads a page of the feed, puts what is due for one
  /// person into a mail, tries one mail. Returns false where nothing more is to
  /// be done at this moment.
  bool step();
  /// Forgets what is known of the store, since it may be another by now.
  void forget();

  /// Returns up to where the feed is read; nothing where that is not known.
  [[nodiscard]] std::optional<std::int64_t> position() const;
  /// Returns why mail does not go, as a server said it last; empty where it
  /// goes.
  [[nodiscard]] const std::string &trouble() const { return trouble_; }
  /// Returns how many notifications wait to be sent; asks the store.
  [[nodiscard]] std::int64_t waiting();

private:
  struct place {
    std::string epoch;
    std::int64_t position = 0;
    std::int64_t version = 0;
  };
  /// A notification that is to be told.
  struct item {
    storage::mail_row row;
    boost::json::object event;  ///< its CloudEvent
    std::string zone;           ///< its session's
  };
  /// What is to be said to somebody.
  struct plan {
    std::string address;  ///< empty: they have none
    std::string zone, language, name;
    std::optional<storage::unreachable_since> unreachable;
    std::vector<item> items;
    std::vector<std::string> gone;  ///< rows that are not to be sent any more
  };

  [[nodiscard]] storage::mail_store &mails();
  [[nodiscard]] bool find_place();
  bool read_on();
  void add_rows(const storage::feed_row &from,
                std::vector<storage::mail_row> &to) const;
  bool gather();
  [[nodiscard]] bool gather_for(const std::string &to);
  bool send_next();
  void send(const std::vector<storage::mail_row> &rows, const plan &what);
  void conclude(const std::vector<storage::mail_row> &rows, const plan &what,
                const smtp_answer &answer);
  void give_up(const plan &what, bool address, const std::string &words);

  [[nodiscard]] std::optional<plan>
  plan_for(const std::string &to, const std::vector<storage::mail_row> &rows);
  void plan_with(storage::store &s, const std::string &to,
                 const std::vector<storage::mail_row> &rows, plan &into) const;
  [[nodiscard]] std::optional<workflows::instant>
  quiet_end(const std::string &to, const plan &what) const;
  [[nodiscard]] std::optional<std::string>
  mail_of(const std::string &letter, const std::string &to, const plan &what);
  [[nodiscard]] bool too_many_now();

  mailer_parts parts_;
  std::unique_ptr<storage::mail_store> mails_;
  std::optional<place> at_;
  std::string trouble_;
  int server_tries_ = 0;
  workflows::instant server_next_{};
  std::deque<workflows::instant> sent_;  ///< within the last minute
};

/// Returns the pause before a mail's next try, by how often it was tried.
[[nodiscard]] std::chrono::milliseconds pause_after(int tries);

}  // namespace recapd::gateway::mail
