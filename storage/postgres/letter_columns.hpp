// Dead letters as the columns that a statement unnests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "storage/postgres/args.hpp"
#include "storage/storable.hpp"

namespace recapd::storage::postgres {

/// A value a letter in each, with what of its texts cannot be stored replaced.
struct letter_columns {
  array_argument event{column_type::text};
  array_argument reason{column_type::text};
  array_argument code{column_type::text};
  array_argument ingress{column_type::text};
  array_argument received_at{column_type::timestamptz};
  array_argument at{column_type::timestamptz};
  array_argument origin{column_type::text};
  array_argument direction{column_type::text};
  array_argument session{column_type::text};

  void add(const dead_letter &given) {
    const auto letter = storable(given);
    event.text(letter.event);
    reason.text(letter.reason);
    code.text(letter.code);
    ingress.text(letter.ingress);
    received_at.at(letter.received_at);
    at.at(letter.at);
    origin.text_or_null(letter.origin);
    direction.text(to_string(letter.direction));
    session.text_or_null(subject_of(letter.event));
  }
};

}  // namespace recapd::storage::postgres
