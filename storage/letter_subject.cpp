// SPDX-License-Identifier: Apache-2.0
#include <boost/json/parse.hpp>

#include "storage/store.hpp"

namespace recapd::storage {

std::string subject_of(std::string_view event) {
  boost::system::error_code broken;
  const auto parsed = boost::json::parse(event, broken);
  const auto *object = broken ? nullptr : parsed.if_object();
  const auto *subject =
      object != nullptr ? object->if_contains("subject") : nullptr;
  if (subject == nullptr || !subject->is_string()) return {};
  const std::string_view id = subject->get_string();
  return workflows::valid_id(id) ? std::string{id} : std::string{};
}

}  // namespace recapd::storage
