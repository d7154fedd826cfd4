// recapctl's commands: each file adds its own to the command line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "config/nats.hpp"
#include "storage/fault.hpp"
#include "tools/common/client.hpp"

namespace recapd::tools {

/// The exit codes.
enum status : int {
  done = 0,
  refused = 1,
  usage = 2,
  no_answer = 3,
  not_admitted = 4,
  unwritten = 5,
};

/// Reports wrong input that the option parser cannot see. Exit code 2.
class usage_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// What all commands share. The options are bound to its members.
struct context {
  std::string url = "http://127.0.0.1:8080";
  std::string token;
  std::string output = "table";
  bool utc = false;  ///< times are in UTC, not in a session's time zone
  /// Runs the command that was chosen; returns the exit code.
  std::function<int()> chosen;

  [[nodiscard]] bool as_json() const { return output == "json"; }
  [[nodiscard]] bool as_csv() const { return output == "csv"; }
  /// Returns a time for people: in a time zone, or, where wanted, in UTC.
  [[nodiscard]] std::string time(std::string_view rfc3339,
                                 const std::string &zone) const;
  [[nodiscard]] client &node();

private:
  std::unique_ptr<client> node_;
};

/// Adds a command; the caller binds its options to the struct that is returned
/// (shared with the command, so keep no pointer to it).
template <class Options>
std::pair<CLI::App *, Options &>
add_command(CLI::App &parent, const std::string &name, const std::string &what,
            context &c, int (*run)(context &, const Options &)) {
  auto *sub = parent.add_subcommand(name, what);
  auto options = std::make_shared<Options>();
  sub->final_callback([&c, options, run] {
    if (!c.chosen) c.chosen = [&c, options, run] { return run(c, *options); };
  });
  return {sub, *options};
}

/// Returns true where a database answers and has no tables of recapd.
[[nodiscard]] bool lacks_tables(const std::string &database);

/// Returns `f()`, which works on a database. Throws usage_error where it fails
/// since recapd's tables are not there, else what `f` throws.
template <class F> auto with_tables(const std::string &database, F f) {
  try {
    return f();
  } catch (const storage::storage_error &) {
    if (!lacks_tables(database)) throw;
    throw usage_error{"this database has no tables of recapd: name another with"
                      " --database, or run `recapd migrate`"};
  }
}

void add_submit(CLI::App &app, context &c);
void add_reads(CLI::App &app, context &c);
void add_list(CLI::App &app, context &c);
void add_queues(CLI::App &app, context &c);
void add_money(CLI::App &app, context &c);
void add_disbursements(CLI::App &app, context &c);
void add_report(CLI::App &app, context &c);
void add_export(CLI::App &app, context &c);
void add_explain(CLI::App &app, context &c);
void add_support(CLI::App &app, context &c);
void add_whatif(CLI::App &app, context &c);

void add_operations(CLI::App &app, context &c);
void add_policy(CLI::App &app, context &c);
void add_people(CLI::App &app, context &c);
void add_mail(CLI::App &app, context &c);
void add_nodes(CLI::App &app, context &c);
void add_completion(CLI::App &app, context &c);

/// Returns what was probably meant by words that no command or option is
/// called: a sentence, or empty where the words are not at fault.
[[nodiscard]] std::string what_was_meant(const CLI::App &app);

/// Checks that an option's value is more than blanks.
inline const CLI::Validator not_empty{
    [](const std::string &given) {
      return given.find_first_not_of(' ') == std::string::npos
                 ? std::string{"expected some text"}
                 : std::string{};
    },
    {}};

/// Returns a day as the time at which it begins in UTC, a time as it is, and
/// nothing of nothing. Throws usage_error, which names the option.
[[nodiscard]] std::string moment_of(const std::string &text,
                                    const char *option);
/// Returns the day in UTC, `2026-11-23`, by the node's clock.
[[nodiscard]] std::string today_of(client &node);

/// Returns what is said of an empty answer about a programme: that it has none,
/// and where no policy and no session names it, that nobody knows it.
[[nodiscard]] std::string none_of_program(context &c,
                                          const std::string &program);

/// Has somebody at a terminal type a word to agree to what it says before; it
/// is asked beside the output, which may go through a pager.
[[nodiscard]] bool typed(const std::string &word, const std::string &to_do);

/// Says on a table's end, or beside other output, how a list goes on.
void print_more(const context &c, const std::string &next);

/// Prints one line of JSON.
void print(const json::value &v);

/// An event to send, as it came: the node says what is wrong with it.
struct submitted {
  json::value parsed;
  std::string_view text;
};

/// Prints outcomes, in the events' order. Returns `done`; `refused` if any is;
/// `not_admitted` if who sent them may give none of them.
int print_outcomes(const context &c, const std::vector<submitted> &events,
                   const json::array &outcomes);

/// Publishes events to the server's command stream and returns their outcomes,
/// in the events' order (recapctl's own `replyto` takes the place of any).
/// Throws nats::error, also when no outcome comes for `patience`.
[[nodiscard]] json::array submit_by_nats(const std::string &url,
                                         const config::nats_access &access,
                                         const std::vector<submitted> &events,
                                         std::chrono::seconds patience);

/// Returns the members `key` of a list's pages, joined until `next` is null, or
/// without `all` of one page. `path` has its query without `after`.
[[nodiscard]] json::array pages(client &node, const std::string &path,
                                const std::string &key, bool all,
                                std::string &next);

/// Returns an event's data as `key: value, …`, its times in that zone.
[[nodiscard]] std::string brief(const context &c, const json::value &data,
                                const std::string &zone);

}  // namespace recapd::tools
