// The model's words against the engine's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model.hpp"
#include "storage/store.hpp"
#include "workflows/limits.hpp"

namespace recapd::simulation {

/// `[one another]`.
[[nodiscard]] std::string joined(const std::vector<std::string> &words);

/// A limit refusal's figures.
struct limit_figure {
  std::string code;
  std::int64_t limit = 0;
  std::int64_t used = 0;
  std::int64_t remaining = 0;
  std::string period;
  std::string student;
};

/// Nothing if it is no limit's refusal.
[[nodiscard]] std::optional<limit_figure>
read_limit(const boost::json::object &refusal);

/// Kind and recipient of each notification that goes with an event.
[[nodiscard]] std::vector<std::pair<std::string, std::string>>
read_notices(const storage::event_row &e);

/// Returns true where the two differ in texts that are erased in one of them
/// alone.
[[nodiscard]] bool same_but_erased(const boost::json::value &a,
                                   const boost::json::value &b);

/// `tutor_week/ann//20780`, and back.
[[nodiscard]] std::string name_of(const workflows::usage_key &key);
[[nodiscard]] workflows::usage_key parse_usage_key(const std::string &name);

/// What the engine's session has otherwise than the model's, a sentence each.
[[nodiscard]] std::vector<std::string> differences(const workflows::session &s,
                                                   const model_session &m);

}  // namespace recapd::simulation
