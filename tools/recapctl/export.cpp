// recapctl export: files of sessions and ledger entries, a pair for each day.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>

#include "gateway/wire/csv.hpp"
#include "tools/common/complete_file.hpp"
#include "tools/common/folder_lock.hpp"
#include "tools/common/terminal.hpp"
#include "tools/recapctl/recapctl.hpp"
#include "workflows/time.hpp"

namespace recapd::tools {

namespace {

namespace fs = std::filesystem;
using workflows::instant;

struct export_options {
  std::string since, until, dir;
};

/// Reads a day, `2026-11-23`, as days since 1970-01-01.
int day_of(const std::string &text, const char *option) {
  const auto at = workflows::parse_rfc3339(text + "T00:00:00Z");
  if (!at)
    throw usage_error{std::string{option}
                      + ": expected a day such as 2026-11-23"};
  return workflows::local_day(*at, "UTC");
}

std::string start_of(int day) {
  return workflows::day_name(day) + "T00:00:00Z";
}

/// A file of CSV and one of JSON lines with the same rows.
class file_pair {
public:
  file_pair(const fs::path &stem, const std::vector<std::string> &columns)
      : csv_{stem.string() + ".csv"}, lines_{stem.string() + ".jsonl"} {
    csv_.write(gateway::csv_head(columns));
    columns_ = columns;
  }

  void add(const std::vector<json::value> &values) {
    csv_.write(gateway::csv_line(values));
    json::object line;
    for (std::size_t i = 0; i < columns_.size(); ++i)
      line[columns_[i]] = values[i];
    lines_.write(json::serialize(line) + "\n");
    ++count_;
  }
  void keep() {
    csv_.keep();
    lines_.keep();
  }
  [[nodiscard]] int count() const { return count_; }

private:
  complete_file csv_;
  complete_file lines_;
  std::vector<std::string> columns_;
  int count_ = 0;
};

/// What an export has done so far, in the file `export.json`: one that was
/// interrupted goes on behind the last day that is done.
class progress {
public:
  progress(const fs::path &dir, const export_options &o)
      : path_{dir / "export.json"}, since_{o.since}, until_{o.until} {
    std::ifstream in{path_};
    std::stringstream text;
    text << in.rdbuf();
    boost::system::error_code wrong;
    const auto last = json::parse(text.str(), wrong);
    const auto *object = wrong ? nullptr : last.if_object();
    if (object == nullptr || text_of(*object, "complete") != "false"
        || text_of(*object, "since") != since_
        || text_of(*object, "until") != until_)
      return;
    done_until_ = text_of(*object, "done_until");
  }

  /// Returns the day with which to begin.
  [[nodiscard]] int first(int since) const {
    return done_until_.empty()
               ? since
               : std::max(since, day_of(done_until_, "export.json"));
  }
  void done(int day, bool complete) const {
    complete_file out{path_};
    out.write(
        json::serialize(json::object{{"since", since_},
                                     {"until", until_},
                                     {"done_until", workflows::day_name(day)},
                                     {"complete", complete}})
        + "\n");
    out.keep();
  }

private:
  fs::path path_;
  std::string since_;
  std::string until_;
  std::string done_until_;
};

/// Calls `visit` with each member `key` of a list's pages, one page in memory.
template <class Visit>
void each_item(client &node, const std::string &path, const std::string &key,
               Visit visit) {
  std::string next;
  do {
    for (const auto &item : pages(node, path, key, false, next))
      visit(item.as_object());
  } while (!next.empty());
}

int export_sessions(client &node, const fs::path &dir, int day) {
  file_pair out{dir / ("sessions-" + workflows::day_name(day)),
                gateway::session_columns()};
  each_item(node,
            "/v1/sessions"
                + query({{"from", start_of(day)},
                         {"to", start_of(day + 1)},
                         {"order", "starts_at"},
                         {"limit", "1000"}}),
            "sessions",
            [&](const json::object &s) { out.add(gateway::session_line(s)); });
  out.keep();
  return out.count();
}

int export_entries(client &node, const fs::path &dir, int day,
                   const std::set<std::string> &programs) {
  file_pair out{dir / ("entries-" + workflows::day_name(day)),
                gateway::entry_columns()};
  for (const auto &program : programs) {
    const auto account = "program:" + program;
    each_item(node,
              "/v1/accounts/" + account
                  + query({{"from", start_of(day)},
                           {"to", start_of(day + 1)},
                           {"limit", "1000"}}),
              "entries", [&](const json::object &e) {
                out.add(gateway::entry_line(account, e));
              });
  }
  out.keep();
  return out.count();
}

std::set<std::string> all_programs(client &node) {
  const auto found = node.fetch("/v1/stats?by=program");
  std::set<std::string> out;
  for (const auto &g : found.at("groups").as_array())
    out.insert(text_of(g.as_object(), "key"));
  return out;
}

/// Returns the day behind today by the node's clock. Throws usage_error where
/// that is before the first day.
std::string tomorrow_of(client &node, const std::string &since, int first) {
  const auto today = today_of(node);
  const int now = day_of(today, "the node's clock");
  if (first > now)
    throw usage_error{fmt::format("--since: {} is after today, which is {} by "
                                  "the node's clock",
                                  since, today)};
  return workflows::day_name(now + 1);
}

/// Makes a folder, where there is none, for nobody else's eyes.
void make_folder(const fs::path &dir) {
  if (fs::create_directories(dir)) fs::permissions(dir, fs::perms::owner_all);
}

int export_files(context &c, const export_options &given) {
  auto o = given;
  const auto since = day_of(o.since, "--since");
  if (o.until.empty()) o.until = tomorrow_of(c.node(), o.since, since);
  const auto until = day_of(o.until, "--until");
  if (since >= until)
    throw usage_error{"--since: expected a day before --until"};
  const fs::path dir{o.dir};
  make_folder(dir);
  const folder_lock locked{dir};
  const progress so_far{dir, o};
  const auto programs = all_programs(c.node());
  int sessions = 0, entries = 0;
  for (int day = so_far.first(since); day < until; ++day) {
    sessions += export_sessions(c.node(), dir, day);
    entries += export_entries(c.node(), dir, day, programs);
    so_far.done(day + 1, day + 1 == until);
  }
  if (c.as_json())
    print(json::object{{"sessions", sessions}, {"entries", entries}});
  else
    fmt::print("{} and {} entr{} are in {}\n", counted(sessions, "session"),
               entries, entries == 1 ? "y" : "ies", dir.string());
  return done;
}

int run_export(context &c, const export_options &o) {
  try {
    return export_files(c, o);
  } catch (const fs::filesystem_error &e) {
    throw usage_error{e.what()};
  } catch (const folder_in_use &e) {
    fmt::print(stderr, "recapctl: {}: one export at a time writes there\n",
               e.what());
    return unwritten;
  } catch (const std::system_error &e) {
    fmt::print(stderr, "recapctl: {}\n", e.what());
    return unwritten;
  }
}

}  // namespace

void add_export(CLI::App &app, context &c) {
  auto [e, o] = add_command<export_options>(
      app, "export",
      "Write sessions and ledger entries, a file of CSV and one of JSON lines "
      "for each day (docs/exports.md)",
      c, run_export);
  e->add_option("--since", o.since, "The first day, in UTC: 2026-11-23")
      ->required();
  e->add_option("--until", o.until,
                "The day behind the last one; absent: tomorrow by the node's "
                "clock");
  e->add_option("--dir", o.dir, "The folder, which is made where there is none")
      ->required();
}

}  // namespace recapd::tools
