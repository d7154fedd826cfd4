// SPDX-License-Identifier: Apache-2.0
#include "workflows/pay.hpp"

#include <cstdlib>
#include <utility>

#include "workflows/names.hpp"

namespace recapd::workflows {

namespace {

constexpr std::array<std::string_view, 5> kind_names{
    "settlement", "correction", "reversal", "disbursement", "give_back"};

}  // namespace

std::int64_t pay_amount(int minutes, std::int64_t rate_per_hour) {
  // Neither factor is negative, so adding 30 before dividing rounds half up.
  return (minutes * rate_per_hour + 30) / 60;
}

std::string program_account(std::string_view program) {
  return "program:" + std::string{program};
}

transfer settlement(const pay_terms &by, int minutes) {
  return {.kind = transfer_kind::settlement,
          .from = program_account(by.program),
          .to = "tutor:" + by.tutor,
          .amount = pay_amount(minutes, by.rate_per_hour),
          .currency = by.currency};
}

std::optional<transfer> correction(const pay_terms &by, int minutes,
                                   const boxed<payout> &paid) {
  if (!paid) return std::nullopt;
  auto t = settlement(by, minutes);
  t.kind = transfer_kind::correction;
  t.n = paid->corrections + 1;
  t.amount -= paid->amount;
  if (t.amount == 0) return std::nullopt;
  if (t.amount < 0) std::swap(t.from, t.to);
  t.amount = std::abs(t.amount);
  return t;
}

std::optional<transfer> reversal(const pay_terms &by,
                                 const boxed<payout> &paid) {
  if (!paid) return std::nullopt;
  auto t = settlement(by, 0);
  t.kind = transfer_kind::reversal;
  t.amount = paid->amount;
  std::swap(t.from, t.to);
  return t;
}

std::string_view to_string(transfer_kind k) {
  return kind_names.at(static_cast<std::size_t>(k));
}

std::optional<transfer_kind> parse_transfer_kind(std::string_view text) {
  return value_named<transfer_kind>(kind_names, text);
}

}  // namespace recapd::workflows
