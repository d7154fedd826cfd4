// What a mail server's answer says: taken, tried again, or refused for good.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace recapd::gateway::mail {

/// What the server was asked last.
enum class smtp_stage : std::uint8_t {
  connection,  ///< to be there, to encrypt, to let us in
  sender,      ///< MAIL FROM
  recipient,   ///< RCPT TO
  content      ///< DATA, and what came behind it
};

struct smtp_answer {
  bool taken = false;
  smtp_stage stage = smtp_stage::connection;
  int code = 0;            ///< of the last reply; 0: none came
  std::string words = {};  ///< that reply, or why there is none
};

enum class mail_result : std::uint8_t {
  taken,
  mail_later,       ///< this mail is tried again, others go on
  server_later,     ///< nothing can be sent at the moment
  address_refused,  ///< for good: the person is not reached there
  mail_refused      ///< for good: for what it says
};

[[nodiscard]] mail_result classify(const smtp_answer &a);

/// Returns true where an answer that has the mail tried again is to be looked
/// at by somebody: no later try helps unless something is changed.
[[nodiscard]] bool needs_somebody(const smtp_answer &a);

/// Returns the text with `the recipient` in the place of the address, without
/// control characters, of 500 bytes at most: as it is told to others.
[[nodiscard]] std::string without_address(std::string_view words,
                                          std::string_view address);

}  // namespace recapd::gateway::mail
