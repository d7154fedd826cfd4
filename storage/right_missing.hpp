// Right missing: the fault of a store whose role lacks a right. Trying again
// helps only after somebody grants it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "storage/fault.hpp"

namespace recapd::storage {

/// The exception of a store whose role may not do what was asked: certainly
/// nothing was written. The text names what to grant.
class right_missing : public storage_error {
public:
  explicit right_missing(const std::string &what)
      : storage_error{fault::unavailable, what} {}
};

}  // namespace recapd::storage
