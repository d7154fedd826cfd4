// SPDX-License-Identifier: Apache-2.0
#include "gateway/nats/mapping.hpp"

#include "gateway/nats/message.hpp"
#include "gateway/wire/text.hpp"

namespace recapd::gateway::nats {
namespace {

/// Enough session ids that another mapping puts one of them elsewhere.
constexpr std::size_t probes = 16;

/// The header with which JetStream refuses a message, since it names another
/// stream; whoever subscribes gets it all the same.
const header_list nobody_keeps{{"Nats-Expected-Stream", "recapd-none"}};

}  // namespace

const std::vector<std::string> &probe_sessions() {
  static const auto all = [] {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < probes; ++i)
      names.push_back("recapd-probe-" + std::to_string(i));
    return names;
  }();
  return all;
}

std::string mapping_fault(std::string_view session, std::string_view subject,
                          unsigned partitions) {
  const auto wanted = partition_of(session, partitions);
  const std::string ours = std::to_string(partitions) + " partitions put "
                           + std::string{session} + " into "
                           + std::to_string(wanted);
  subject.remove_prefix(command_prefix.size());
  if (subject == session)
    return "the server does not map recapd.commands.* to partitions; map it "
           "as tools/nats does";
  const auto token = subject.substr(0, subject.find('.'));
  if (parse_integer<unsigned>(token) == wanted) return {};
  return ours + ", the server's mapping into " + std::string{token}
         + "; give ingress.nats_partitions and the mapping (tools/nats) the "
           "same number";
}

bool require_mapping(link &link, unsigned partitions) {
  bool seen = false;
  for (const auto &session : probe_sessions()) {
    const auto subject = std::string{command_prefix} + session;
    const auto arrived = link.arrives_as(
        {.subject = subject, .reply = {}, .headers = nobody_keeps, .data = {}},
        {std::string{command_prefix} + "*." + session, subject});
    if (arrived.empty()) continue;
    seen = true;
    if (const auto fault = mapping_fault(session, arrived, partitions);
        !fault.empty())
      throw mapping_error{fault};
  }
  return seen;
}

}  // namespace recapd::gateway::nats
