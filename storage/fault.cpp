// SPDX-License-Identifier: Apache-2.0
#include "storage/fault.hpp"

namespace recapd::storage {

std::string_view to_string(fault f) {
  switch (f) {
  case fault::version_conflict:
    return "version_conflict";
  case fault::duplicate_command:
    return "duplicate_command";
  case fault::limit_conflict:
    return "limit_conflict";
  case fault::ledger_conflict:
    return "ledger_conflict";
  case fault::outcome_unknown:
    return "outcome_unknown";
  case fault::unavailable:
    return "unavailable";
  }
  return "";
}

}  // namespace recapd::storage
