// recapctl mail: what a mail server says later of mail that it had taken.
// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <fmt/format.h>
#include <iostream>
#include <iterator>

#include "gateway/wire/text.hpp"
#include "tools/recapctl/recapctl.hpp"

namespace recapd::tools {

namespace {

struct mail_options {};

/// What a report says of one recipient.
struct reported {
  std::string recipient, action, status, diagnostic;
};

struct report_text {
  std::string message_id;  ///< of the mail that came back
  std::vector<reported> recipients;
};

/// Returns the lines of a message, those that are folded in one.
std::vector<std::string> unfolded(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool folded = line.starts_with(' ') || line.starts_with('\t');
    if (folded && !lines.empty() && !lines.back().empty())
      lines.back().append(" ").append(gateway::trim(line));
    else
      lines.emplace_back(line);
  }
  return lines;
}

/// Returns the value of a field of that name; nothing if the line is none.
std::optional<std::string> value_of(std::string_view line,
                                    std::string_view name) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos
      || !gateway::equal_no_case(line.substr(0, colon), name))
    return std::nullopt;
  return std::string{gateway::trim(line.substr(colon + 1))};
}

/// Returns what stands behind the type, as in `rfc822; ann@example.edu`.
std::string behind_type(const std::string &value) {
  const auto semicolon = value.find(';');
  std::string_view rest{value};
  if (semicolon != std::string::npos) rest.remove_prefix(semicolon + 1);
  rest = gateway::trim(rest);
  if (rest.starts_with('<') && rest.ends_with('>'))
    rest = rest.substr(1, rest.size() - 2);
  return std::string{rest};
}

/// Reads a delivery report (RFC 3464): the groups of its recipients, and the
/// last `Message-ID`, which is that of the mail it returns. An original
/// recipient goes before the final one, to which the mail was passed on.
report_text read_report(std::string_view text) {
  report_text out;
  reported now;
  const auto end_group = [&] {
    if (!now.recipient.empty() && !now.action.empty())
      out.recipients.push_back(now);
    now = {};
  };
  for (const auto &line : unfolded(text)) {
    if (const auto id = value_of(line, "Message-ID")) out.message_id = *id;
    const auto original = value_of(line, "Original-Recipient");
    const auto final_one = value_of(line, "Final-Recipient");
    if (original) now.recipient = behind_type(*original);
    if (final_one && now.recipient.empty())
      now.recipient = behind_type(*final_one);
    if (const auto action = value_of(line, "Action"))
      now.action = gateway::lower(*action);
    if (const auto status = value_of(line, "Status")) now.status = *status;
    if (const auto told = value_of(line, "Diagnostic-Code"))
      now.diagnostic = behind_type(*told);
    if (line.empty() || line.starts_with("--")) end_group();
  }
  end_group();
  return out;
}

int report_mail(context &c, const mail_options &) {
  const std::string text{std::istreambuf_iterator<char>{std::cin}, {}};
  const auto report = read_report(text);
  if (report.recipients.empty() || report.message_id.empty())
    throw usage_error{
        "this is no delivery report (RFC 3464) with the mail that "
        "it is about"};
  json::array answers;
  for (const auto &one : report.recipients) {
    const auto a =
        c.node().post("/v1/mail/reports",
                      json::serialize(json::object{
                          {"message_id", report.message_id},
                          {"recipient", one.recipient},
                          {"action", one.action},
                          {"words", one.status + " " + one.diagnostic}}),
                      "application/json");
    if (!a.ok()) throw problem{a.status, problem_text(a)};
    const auto to = text_of(a.body.as_object(), "to");
    if (!c.as_json()) fmt::print("{}: {}\n", to, one.action);
    answers.push_back(json::object{{"to", to}, {"action", one.action}});
  }
  if (c.as_json()) print(answers);
  return done;
}

}  // namespace

void add_mail(CLI::App &app, context &c) {
  auto *mail =
      app.add_subcommand("mail", "Tell what became of mail that was sent");
  mail->require_subcommand(1);
  add_command<mail_options>(
      *mail, "report",
      "Read a delivery report (RFC 3464) from standard input, as an alias of "
      "the sender's address pipes it",
      c, report_mail);
}

}  // namespace recapd::tools
