// SPDX-License-Identifier: Apache-2.0
#include "workflows/pay.hpp"

namespace recapd::workflows {

std::int64_t pay_amount(int minutes, std::int64_t rate_per_hour) {
  // Neither is negative, so half an hour's sixtieth more rounds half up.
  return (minutes * rate_per_hour + 30) / 60;
}

std::string_view to_string(transfer_kind k) {
  switch (k) {
  case transfer_kind::settlement:
    return "settlement";
  case transfer_kind::correction:
    return "correction";
  case transfer_kind::reversal:
    return "reversal";
  }
  return "";
}

std::optional<transfer_kind> parse_transfer_kind(std::string_view text) {
  for (auto k : {transfer_kind::settlement, transfer_kind::correction,
                 transfer_kind::reversal})
    if (text == to_string(k)) return k;
  return std::nullopt;
}

}  // namespace recapd::workflows
