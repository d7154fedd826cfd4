// SPDX-License-Identifier: Apache-2.0
#include "gateway/mail/message.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include "workflows/ids.hpp"
#include "workflows/utf8.hpp"

namespace recapd::gateway::mail {
namespace {

using namespace std::string_literals;

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t longest_line = 76;
constexpr std::size_t longest_word = 52;  ///< of an encoded word's text
constexpr std::string_view id_begin = "recapd.";

std::string hex_of(char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  return {'=', digits[byte >> 4U], digits[byte & 15U]};
}

bool printable(char c) {
  return c >= ' ' && c <= '~';
}

bool letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
         || (c >= 'a' && c <= 'z');
}

/// Returns a text without what ends or steers a line.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
  return out;
}

/// Returns encoded words (RFC 2047) with a folded line between each two. No
/// character is divided between them.
std::string encoded_words(std::string_view text) {
  std::string out, word;
  const auto end_word = [&] {
    out += (out.empty() ? ""s : std::string{line_end} + " ") + "=?UTF-8?Q?"
           + word + "?=";
    word.clear();
  };
  while (!text.empty()) {
    const auto size =
        std::max<std::size_t>(workflows::first_code_point(text).bytes, 1);
    std::string next;
    for (const char c : text.substr(0, size))
      next += c == ' '             ? "_"s
              : letter_or_digit(c) ? std::string(1, c)
                                   : hex_of(c);
    if (!word.empty() && word.size() + next.size() > longest_word) end_word();
    word += next;
    text.remove_prefix(size);
  }
  end_word();
  return out;
}

/// Returns a text as it stands in a header field: as it is, where it is ASCII
/// and short enough for a line, and nobody would take it for an encoded word.
std::string header_text(std::string_view given, std::size_t before) {
  auto text = one_line(given);
  if (std::ranges::all_of(text, printable)
      && text.find("=?") == std::string::npos
      && before + text.size() <= longest_line)
    return text;
  return encoded_words(text);
}

std::string address_of(const workflows::mailbox &m) {
  if (m.name.empty()) return "<" + m.address + ">";
  const auto name = one_line(m.name);
  const bool plain = std::ranges::all_of(
      name, [](char c) { return letter_or_digit(c) || c == ' '; });
  if (plain && name.size() <= longest_word)
    return "\"" + name + "\" <" + m.address + ">";
  return encoded_words(name) + std::string{line_end} + " <" + m.address + ">";
}

/// Returns `Mon, 23 Nov 2026 14:00:00 +0000`.
std::string date_of(workflows::instant t) {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(t);
  const std::time_t since = seconds.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&since, &parts);
  std::array<char, 32> clock{};
  std::strftime(clock.data(), clock.size(), "%H:%M:%S +0000", &parts);
  return days.at(static_cast<std::size_t>(parts.tm_wday)) + ", "s
         + std::to_string(parts.tm_mday) + " "
         + months.at(static_cast<std::size_t>(parts.tm_mon)) + " "
         + std::to_string(parts.tm_year + 1900) + " " + clock.data();
}

/// Returns a text in quoted-printable (RFC 2045), with CR LF for each line end.
std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  const auto put = [&](const std::string &piece) {
    if (column + piece.size() > longest_line - 1) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool last = i + 1 == text.size() || text[i + 1] == '\n';
    if (c == '\r') continue;
    if (c == '\n') {
      out += line_end;
      column = 0;
    } else if (!printable(c) || c == '=' || (c == ' ' && last)
               || (c == '.' && column == 0)) {
      put(hex_of(c));
    } else {
      put(std::string(1, c));
    }
  }
  return out;
}

/// Returns what parts are divided by: in quoted-printable no line has `=_`.
std::string boundary_of(const message &m) {
  return "=_" + m.id.substr(0, std::min<std::size_t>(m.id.find('@'), 60));
}

std::string part(const std::string &boundary, std::string_view type,
                 std::string_view text) {
  return "--" + boundary + "\r\nContent-Type: " + std::string{type}
         + "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable"
           "\r\n\r\n"
         + quoted_printable(text) + "\r\n";
}

}  // namespace

std::string to_mail(const message &m) {
  std::string out;
  const auto field = [&](std::string_view name, const std::string &value) {
    out += name;
    out += ": " + value;
    out += line_end;
  };
  const auto boundary = boundary_of(m);
  field("Date", date_of(m.date));
  field("From", address_of(m.from));
  if (m.reply_to) field("Reply-To", address_of(*m.reply_to));
  field("To", address_of(m.to));
  field("Subject", header_text(m.subject, 9));
  field("Message-ID", "<" + m.id + ">");
  field("Auto-Submitted", "auto-generated");
  if (!m.unsubscribe.empty()) {
    field("List-Unsubscribe", "<" + m.unsubscribe + ">");
    field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
  }
  field("MIME-Version", "1.0");
  field("Content-Type",
        "multipart/alternative;\r\n boundary=\"" + boundary + "\"");
  out += line_end;
  out += part(boundary, "text/plain", m.text);
  out += part(boundary, "text/html", m.html);
  out += "--" + boundary + "--\r\n";
  return out;
}

std::string message_id(std::string_view notification,
                       const workflows::mailbox &from) {
  std::string local{notification};
  std::ranges::replace(local, ':', '.');
  return std::string{id_begin} + local
         + from.address.substr(from.address.rfind('@'));
}

std::optional<std::string> notification_of(std::string_view message_id) {
  if (message_id.starts_with('<') && message_id.ends_with('>'))
    message_id = message_id.substr(1, message_id.size() - 2);
  if (!message_id.starts_with(id_begin)) return std::nullopt;
  const auto local = message_id.substr(id_begin.size(),
                                       message_id.find('@') - id_begin.size());
  std::string out{local};
  std::ranges::replace(out, '.', ':');
  return std::ranges::count(out, ':') == 2 ? std::optional{out} : std::nullopt;
}

}  // namespace recapd::gateway::mail
