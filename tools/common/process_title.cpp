// SPDX-License-Identifier: Apache-2.0
#include "tools/common/process_title.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "config/secrets.hpp"

namespace recapd::tools {

namespace {

using shown = std::string (*)(std::string_view value);

std::string nothing_of(std::string_view) {
  return std::string{config::hidden};
}

std::string of_database(std::string_view url) {
  return config::without_passwords(url).value_or(std::string{config::hidden});
}

/// Returns how an option's value is shown; null: as it is.
shown shown_of(std::string_view option) {
  if (option == "--token") return nothing_of;
  if (option == "--database") return of_database;
  if (option == "--nats" || option == "--url") return config::without_secrets;
  return nullptr;
}

/// Overwrites a value. What does not fit is cut off; the rest becomes zeros.
void overwrite(char *value, shown how) {
  const std::string_view old{value};
  auto text = how(old);
  text.resize(old.size());
  std::copy(text.begin(), text.end(), value);
}

}  // namespace

void hide_secrets(int argc, char **argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument{argv[i]};
    const auto equals = argument.find('=');
    if (const auto how = shown_of(argument); how != nullptr && i + 1 < argc)
      overwrite(argv[++i], how);
    else if (equals != std::string_view::npos)
      if (const auto of = shown_of(argument.substr(0, equals)); of != nullptr)
        overwrite(argv[i] + equals + 1, of);
  }
}

}  // namespace recapd::tools
