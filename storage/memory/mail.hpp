// Mail to be sent in memory, for tests and simulation.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "storage/mail.hpp"

namespace recapd::storage::memory {

class database;

/// Opens the mail of a database, whose epoch never ends.
[[nodiscard]] std::unique_ptr<mail_store>
open_mail(std::shared_ptr<database> of);

}  // namespace recapd::storage::memory
