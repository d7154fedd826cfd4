// Disbursements as they are stored: runs, what they pay out, and where it is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "workflows/disbursement/disbursement.hpp"
#include "workflows/programs.hpp"

namespace recapd::storage {

/// A run of a programme, with the rules that it began with.
struct run_row {
  std::string id;
  std::string program;
  workflows::instant at{};     ///< when it was due
  workflows::instant until{};  ///< what was settled before it is paid out
  std::int64_t minimum = 0;
  std::optional<workflows::disbursement_way> by;
  bool complete = false;
  bool operator==(const run_row &) const = default;
};

/// A programme that has sessions, with its runs so far.
struct program_runs {
  std::string program;
  std::optional<workflows::instant> last;  ///< when the last run was due
  std::optional<run_row> open;             ///< the first that is not complete
};

/// The transfers of some tutors that wait to be paid out, by tutor, currency,
/// session, kind and number.
struct waiting_page {
  std::vector<workflows::waiting_transfer> transfers;
  std::string next;  ///< the last tutor that was looked at; empty: of all
};

/// What a commit changes of a disbursement.
struct disbursement_change {
  workflows::disbursement after;
  /// What it pays out; there with its first event.
  std::vector<workflows::waiting_transfer> transfers = {};
};

/// A disbursement, with what came of posting it.
struct disbursement_row {
  workflows::disbursement what;
  std::optional<workflows::instant> next_try_at;
  int tries = 0;
  std::string trouble = {};  ///< of the last try; empty: none
};

/// An empty filter lets any disbursement pass.
struct disbursement_filter {
  std::string run = {};
  std::string tutor = {};
  std::string program = {};
  std::string state = {};
  workflows::program_set programs = {};
  std::string after = {};  ///< only ids greater than this
  int limit = 100;
};

/// What came of an attempt to post a disbursement.
struct post_attempt {
  std::string id;
  int tries = 0;
  workflows::instant next_try_at{};
  std::string trouble = {};
};

}  // namespace recapd::storage
