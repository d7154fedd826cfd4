// SPDX-License-Identifier: Apache-2.0
#include "storage/postgres/connection.hpp"

#include <utility>

#include "storage/postgres/connection_settings.hpp"
#include "storage/postgres/enter_epoch.hpp"

namespace recapd::storage::postgres {

connection::connection(const endpoint &to)
    : plain_connection{to}, watch_{to.epochs} {
  pin_settings(*this, to.statement);
  if (!watch_) return;
  auto entered = enter_epoch(*this);
  if (const auto why = watch_->admit(entered.place, entered.epochs.current()))
    throw unfit_connection{*why};
  epochs_ = std::move(entered.epochs);
}

bool connection::left_behind() const {
  return watch_ && watch_->current() != epochs_.current();
}

}  // namespace recapd::storage::postgres
