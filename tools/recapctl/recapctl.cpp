// recapctl: asks and tells a recapd node.
// SPDX-License-Identifier: Apache-2.0
#include "tools/recapctl/recapctl.hpp"

#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <fmt/format.h>
#include <iostream>
#include <sstream>
#include <system_error>

#include "config/shown.hpp"
#include "storage/fault.hpp"
#include "storage/postgres/store.hpp"
#include "tools/common/pager.hpp"
#include "tools/common/process_title.hpp"
#include "tools/common/terminal.hpp"

namespace recapd::tools {

client &context::node() {
  if (!node_) node_ = std::make_unique<client>(url, token);
  return *node_;
}

std::string context::time(std::string_view rfc3339,
                          const std::string &zone) const {
  return human_time(rfc3339, utc ? "UTC" : zone);
}

void print(const json::value &v) {
  fmt::print("{}\n", config::printable(json::serialize(v)));
}

json::array pages(client &node, const std::string &path, const std::string &key,
                  bool all, std::string &next) {
  json::array found;
  const auto glue = path.find('?') == std::string::npos ? "?" : "&";
  do {
    auto page = node.fetch(
        next.empty() ? path : path + glue + "after=" + encoded(next));
    if (auto *list = page[key].if_array())
      found.insert(found.end(), std::make_move_iterator(list->begin()),
                   std::make_move_iterator(list->end()));
    next = text_of(page, "next");
  } while (all && !next.empty());
  return found;
}

std::string none_of_program(context &c, const std::string &program) {
  auto none = fmt::format("No sessions of programme {}", program);
  const auto any = c.node().fetch(
      "/v1/sessions" + query({{"program", program}, {"limit", "1"}}));
  if (!any.at("sessions").as_array().empty()) return none + ".\n";
  // Support does not see policies; what they name is not said to be unknown.
  const auto versions = c.node().get("/v1/policies?limit=1");
  if (!versions.ok()) return none + ".\n";
  const auto newest = c.node().fetch(
      "/v1/policies/"
      + json::serialize(
          versions.body.at("policies").as_array().at(0).at("version")));
  const auto &named = newest.at("policy").at("programs").as_object();
  return none
         + (named.contains(program) ? ".\n"
                                    : ": no such programme is known.\n");
}

bool typed(const std::string &word, const std::string &to_do) {
  fmt::print(stderr, "Type {} to {}: ", word, to_do);
  std::fflush(stderr);
  std::string line;
  return std::getline(std::cin, line) && line == word;
}

void print_more(const context &c, const std::string &next) {
  if (next.empty()) return;
  fmt::print(c.as_csv() ? stderr : stdout, "{}",
             folded("There are more: --after " + next
                    + " goes on, --all shows all.\n"));
}

bool lacks_tables(const std::string &database) {
  try {
    return !storage::postgres::has_tables(database);
  } catch (const std::runtime_error &) {
    return false;  // why it does not answer was told better before
  }
}

namespace {

/// The column where CLI11 begins what it says of an option.
constexpr std::size_t help_column = 30;

constexpr const char *footer =
    "Times are in the session's time zone, those of no one session in UTC.\n"
    "On a terminal long output goes through RECAPCTL_PAGER, PAGER or less.\n"
    "Exit codes: 0 done; 1 refused, not found, not agreed to, or violations\n"
    "found; 2 wrong usage or input; 3 the node or the database does not "
    "answer;\n"
    "4 the token is missing, wrong, or may not do this (401, 403); 5 the "
    "output\n"
    "could not be written.\n";

void build(CLI::App &app, context &c) {
  app.footer(footer);
  app.set_version_flag("--version", "recapctl " RECAPD_VERSION);
  app.fallthrough();
  app.require_subcommand(1);
  app.add_option("--url", c.url, "The node's address")
      ->envname("RECAPCTL_URL")
      ->capture_default_str();
  app.add_option("--token", c.token, "The bearer token (auth mode token)")
      ->envname("RECAPCTL_TOKEN");
  app.add_option("-o,--output", c.output,
                 "table, json, or csv (of list, account and report)")
      ->check(CLI::IsMember({"table", "json", "csv"}))
      ->capture_default_str();
  app.add_flag("--utc", c.utc, "All times in UTC");
  add_submit(app, c);
  add_reads(app, c);
  add_list(app, c);
  add_queues(app, c);
  add_money(app, c);
  add_disbursements(app, c);
  add_report(app, c);
  add_export(app, c);
  add_explain(app, c);
  add_support(app, c);
  add_whatif(app, c);
  add_operations(app, c);
  add_policy(app, c);
  add_people(app, c);
  add_mail(app, c);
  add_nodes(app, c);
  add_completion(app, c);
}

int complain(int code, const std::string &what) {
  std::fflush(stdout);
  fmt::print(stderr, "recapctl: {}\n", what);
  return code;
}

int complain_of(const problem &e) {
  const std::string what = e.what();
  switch (e.status) {
  case 400:
    return complain(usage, what);
  case 401:
    return complain(not_admitted,
                    sentence(what)
                        + " Give a token with --token or RECAPCTL_TOKEN.");
  case 403:
    return complain(not_admitted, what);
  default:
    return complain(e.status >= 500 ? no_answer : refused, what);
  }
}

int complain_of_output(int code, const std::string &why) {
  return complain(code == done ? unwritten : code,
                  "the output could not be written: " + why);
}

/// Returns the code of a command that has printed, another if that failed.
int finished(int code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  return complain_of_output(code, std::generic_category().message(errno));
}

/// Prints help, or what is wrong with the command line.
int answer_parse_error(const CLI::App &app, const CLI::ParseError &e) {
  if (e.get_exit_code() == 0) {
    std::ostringstream text;
    app.exit(e, text, text);
    std::fputs(folded(text.str(), help_column).c_str(), stdout);
    return finished(done);
  }
  if (const auto meant = what_was_meant(app); !meant.empty())
    return complain(usage, meant);
  app.exit(e);
  return usage;
}

/// Refuses CSV of what has none.
void check_output(const CLI::App &app, const context &c) {
  if (!c.as_csv()) return;
  for (const auto *name : {"list", "account", "report"})
    if (app.got_subcommand(name)) return;
  throw usage_error{"-o csv: expected table or json; list, account and report "
                    "have CSV"};
}

int run_chosen(const context &c) {
  std::optional<pager> pages;
  if (c.output == "table") pages.emplace();
  return c.chosen();
}

int run(int argc, char **argv) {
  CLI::App app{"Asks and tells a recapd node.", "recapctl"};
  context c;
  build(app, c);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &e) {
    return answer_parse_error(app, e);
  }
  hide_secrets(argc, argv);
  try {
    check_output(app, c);
    return finished(run_chosen(c));
  } catch (const std::system_error &e) {
    // fmt throws a system_error about the output; other libraries throw it
    // about other things.
    if (std::ferror(stdout) == 0) throw;
    return complain_of_output(done, e.code().message());
  } catch (const usage_error &e) {
    return complain(usage, e.what());
  } catch (const problem &e) {
    return complain_of(e);
  } catch (const unreachable &e) {
    return complain(no_answer, e.what());
  } catch (const storage::storage_error &e) {
    return complain(no_answer, e.what());
  } catch (const storage::schema_error &e) {
    return complain(no_answer, e.what());
  }
}

}  // namespace
}  // namespace recapd::tools

int main(int argc, char **argv) {
  recapd::tools::keep_standard_streams();
  try {
    return recapd::tools::run(argc, argv);
  } catch (const std::exception &e) {
    fmt::print(stderr, "recapctl: {}\n", e.what());
    return 3;
  }
}
