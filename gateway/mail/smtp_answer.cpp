// SPDX-License-Identifier: Apache-2.0
#include "gateway/mail/smtp_answer.hpp"

#include <algorithm>
#include <array>

#include "gateway/wire/text.hpp"
#include "workflows/utf8.hpp"

namespace recapd::gateway::mail {
namespace {

constexpr std::size_t most_words = 500;

/// Returns the subject of an enhanced status code (RFC 3463) of class 5: 1 of
/// an address, 2 of a mailbox, 7 of a policy; 0 where there is none.
int subject_of_status(std::string_view words) {
  for (auto at = words.find("5."); at != std::string_view::npos;
       at = words.find("5.", at + 1)) {
    const bool begins = at == 0 || words[at - 1] == ' ' || words[at - 1] == '-';
    if (begins && at + 4 < words.size() && words[at + 2] >= '0'
        && words[at + 2] <= '9' && words[at + 3] == '.')
      return words[at + 2] - '0';
  }
  return 0;
}

/// Returns true for replies that say that this sender may not, or asked
/// wrongly, whoever the mail is for.
bool concerns_us(const smtp_answer &a) {
  constexpr std::array codes{500, 501, 502, 503, 504, 521, 530, 534, 535, 538};
  return std::ranges::find(codes, a.code) != codes.end()
         || subject_of_status(a.words) == 7;
}

}  // namespace

mail_result classify(const smtp_answer &a) {
  if (a.taken) return mail_result::taken;
  const bool of_the_mail =
      a.stage == smtp_stage::recipient || a.stage == smtp_stage::content;
  if (!of_the_mail || a.code == 0 || a.code == 421)
    return mail_result::server_later;
  if (a.code / 100 != 5 || concerns_us(a)) return mail_result::mail_later;
  const int subject = subject_of_status(a.words);
  if (a.stage == smtp_stage::recipient || subject == 1 || subject == 2)
    return mail_result::address_refused;
  return mail_result::mail_refused;
}

bool needs_somebody(const smtp_answer &a) {
  return !a.taken && a.code / 100 == 5;
}

std::string without_address(std::string_view words, std::string_view address) {
  std::string out;
  for (const char c : words)
    out += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
  if (!address.empty()) {
    const auto sought = lower(address);
    for (auto at = lower(out).find(sought); at != std::string::npos;
         at = lower(out).find(sought))
      out.replace(at, address.size(), "the recipient");
  }
  if (out.size() > most_words) {
    auto end = most_words;
    while (end > 0 && workflows::continues_utf8(out[end]))
      --end;
    out.resize(end);
  }
  return out;
}

}  // namespace recapd::gateway::mail
