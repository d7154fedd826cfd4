// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/errors.hpp"

#include <pqxx/pqxx>
#include <utility>

namespace recapd::storage::postgres {

namespace {

trouble trouble_of(std::string_view sqlstate, bool connection_lost) {
  if (connection_lost || sqlstate.starts_with("08") || sqlstate == "57P01"
      || sqlstate == "57P02" || sqlstate == "57P03")
    return trouble::broken;
  if (sqlstate == "40001" || sqlstate == "40P01") return trouble::again;
  // The class RC is what recapd's own functions raise.
  if (sqlstate.starts_with("22") || sqlstate.starts_with("23")
      || sqlstate.starts_with("RC"))
    return trouble::data;
  return trouble::other;
}

/// Makes a statement's error, with what to do where an operator can mend it.
error of_statement(const std::string &sqlstate, bool connection_lost,
                   std::string_view text) {
  const auto kind = trouble_of(sqlstate, connection_lost);
  const auto said = std::string{first_line(text)};
  const auto *cause = cause_of_statement(sqlstate);
  if (cause == nullptr) return {kind, sqlstate, said};
  const auto words = said.find(":  ");  // behind the severity
  return {*cause, kind,
          words == std::string::npos ? said : said.substr(words + 3)};
}

error broken(std::string_view text) {
  return {trouble::broken,
          {},
          "the connection to the database broke: "
              + std::string{first_line(text)}};
}

}  // namespace

void throw_error(bool connection_lost) {
  try {
    throw;
  } catch (const pqxx::broken_connection &e) {
    throw broken(e.what());
  } catch (const pqxx::in_doubt_error &e) {
    throw broken(e.what());
  } catch (const pqxx::statement_completion_unknown &e) {
    throw broken(e.what());
  } catch (const pqxx::deadlock_detected &e) {
    throw error{trouble::again, "40P01", std::string{first_line(e.what())}};
  } catch (const pqxx::serialization_failure &e) {
    throw error{trouble::again, "40001", std::string{first_line(e.what())}};
  } catch (const pqxx::insufficient_privilege &e) {
    // libpqxx 6 drops the SQLSTATE of this one.
    throw of_statement("42501", connection_lost, e.what());
  } catch (const pqxx::sql_error &e) {
    throw of_statement(e.sqlstate(), connection_lost, e.what());
  } catch (const std::exception &e) {
    if (connection_lost) throw broken(e.what());
    throw error{trouble::other, {}, std::string{first_line(e.what())}};
  }
}

void throw_connect_error(const std::string &conninfo,
                         std::string_view message) {
  auto failure = cause_of_connect(conninfo, message);
  throw error{*failure.cause, trouble::broken, std::move(failure.said)};
}

fault fault_of(const error &e) {
  if (e.sqlstate() == "RC001") return fault::version_conflict;
  if (e.sqlstate() == "RC002") return fault::ledger_conflict;
  if (e.sqlstate() == "RC003") return fault::limit_conflict;
  // libpqxx does not hand on the constraint's name; the message's first line
  // names it in every language and holds no data.
  static constexpr std::pair<std::string_view, fault> constraints[] = {
      {"journal_command", fault::duplicate_command},
      {"journal_version", fault::version_conflict},
      {"sessions_pkey", fault::version_conflict},
      {"standings_pkey", fault::version_conflict},
      {"usage_within_cap", fault::limit_conflict},
      {"usage_not_negative", fault::limit_conflict},
      {"disbursed_once", fault::ledger_conflict},
      {"ledger_pkey", fault::ledger_conflict},
      {"ledger_numbered", fault::ledger_conflict},
  };
  const std::string_view text{e.what()};
  if (e.sqlstate().starts_with("23"))
    for (const auto &[name, f] : constraints)
      if (text.find(name) != std::string_view::npos) return f;
  return fault::unavailable;
}

}  // namespace recapd::storage::postgres
