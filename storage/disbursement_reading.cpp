// SPDX-License-Identifier: Apache-2.0
#include "storage/disbursement_reading.hpp"

#include "storage/event_reading.hpp"

namespace recapd::storage {

namespace wf = workflows;

boost::system::result<wf::disbursement, std::string>
fold_disbursement(const session_events &of, int version) {
  using result = boost::system::result<wf::disbursement, std::string>;
  const auto wrong = [](int seq, const std::string &why) {
    return result{boost::system::in_place_error,
                  "event " + std::to_string(seq) + " cannot be read: " + why};
  };
  wf::disbursement d;
  d.id = wf::plain_id(of.id);
  for (const auto &row : of.events) {
    if (row.seq > version) break;
    if (row.seq != d.version + 1) return wrong(row.seq, "it does not follow");
    const auto data = parsed(row.data);
    if (!data) return wrong(row.seq, "its data is not JSON");
    auto what = wf::parse_disbursement_event(row.type, *data);
    if (!what.has_value()) return wrong(row.seq, what.error());
    const auto by = wf::parse_person(row.by);
    if (!by) return wrong(row.seq, "`" + row.by + "` is nobody");
    d = wf::evolve(std::move(d),
                   {.seq = row.seq, .at = row.at, .by = *by, .what = *what});
  }
  return d;
}

}  // namespace recapd::storage
